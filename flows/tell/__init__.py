"""Everything that explains: status, doctor, why a score is what it is, the brief, Data Docs.

Belongs here: gathering what people ask for, as values. Does not: drawing for a terminal (``flows.cli``), pages (``infra.pages``).
"""
