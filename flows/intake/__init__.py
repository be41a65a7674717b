"""Deliveries to lake rows: reading, checking, locating, and reading again what was set aside.

Belongs here: the one road from a delivered file to report versions, and who walks it. Does not: what a value means
(``transforms.reports``), files (``infra.sources``, ``infra.landing``), what a night makes of reports (``flows.nights``).

Reading order: ``new_files`` (what was delivered) → ``ingest`` (a file's turn) → ``road`` (judge, split, datum, merge, locate) →
``entering`` (into the lake); of what was refused, ``refusals``. ``retry`` walks the same road with rows that waited, ``rehearsal`` with a
file of which nothing is kept.
"""
