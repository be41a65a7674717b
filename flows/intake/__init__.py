"""Deliveries to lake rows: reading, checking, locating, and reading again what was set aside.

Belongs here: the one road from a delivered file to report versions, and who walks it. Does not: what a value means
(``transforms.reports``), files (``infra.sources``, ``infra.landing``), what a night makes of reports (``flows.nights``).
"""
