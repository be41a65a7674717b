"""The warehouse: what was published, from which batches, with which models; SQLite by default, PostgreSQL in production.

One file per subject: its table, what is asked of it, what is written to it. ``tables`` lists them all.

Reading order: ``engine`` (connections and transactions) → ``columns``, ``moments`` and ``frames`` (how tables are declared and read) →
``nights`` and ``nightly_tables`` (what belongs to a night: ``scores``, ``surges``, ``source_days``, ``duty``) → ``ledger`` (over
``batches`` and ``quarantine``) → ``publish`` (one night in one transaction: with it ``models``, ``alerts``, ``evaluations``, ``outbox``,
``runs``; ``row_hashes`` tell whether anything changed) → ``districts``, ``keys``, ``locks`` (under what a district is written) → ``bulk``
(fast inserts) → ``upgrade`` and ``migrations`` (how the tables came to be).

Belongs here: every SQL statement of the system but the views that dashboards read (``infra.views``). Does not: report versions
(``infra.lake.lake``), decisions about risk (``transforms``), what is shown to whom (``flows``, ``infra.pages.brief``).
"""
