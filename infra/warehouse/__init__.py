"""The warehouse: what was published, from which batches, with which models; SQLite by default, PostgreSQL in production.

Reading order: ``engine`` (connections and transactions) → ``tables`` (what is stored) → ``upgrade`` and ``migrations`` (how it came to
be) → ``bulk`` (fast inserts) → ``districts``, ``batches``, ``publish`` (the writers) → ``alerts`` (the fold of events) → ``read``.

Belongs here: every SQL statement of the system. Does not: report versions (``infra.lake.lake``), decisions about risk (``transforms``),
what is shown to whom (``flows``, ``infra.pages.brief``).
"""
