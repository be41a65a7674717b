"""Nights: every attempt at one, and all that is stored under a night and revision.

Reading order: ``runs`` (attempts) → ``nights`` (what was published, with all that a replay needs) → ``nightly_tables`` (how rows of a night
are declared, written and read: ``scores``, ``surges``, ``source_days``, ``duty``, ``areas``, ``work_lists``) → ``models`` and
``evaluations`` → ``row_hashes`` (whether anything changed) and ``owed`` (what is still to be made beside a night).

Belongs here: a table whose rows a night gives rise to, with its reads and writes. Does not: writing a whole night at once
(``infra.warehouse.publish``), taking one back (``infra.warehouse.retraction``).
"""
