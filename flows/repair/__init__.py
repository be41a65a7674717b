"""What is done when something went wrong: copies kept and brought back, stores that begin again, nights that are taken back.

Belongs here: the order of such a deed, and what it came to. Does not: copies (``infra.backup``), how stores stand to each other
(``infra.accord``), running nights again (``flows.backfill``).
"""
