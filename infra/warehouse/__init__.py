"""The warehouse: what was published, from which batches, with which models; SQLite by default, PostgreSQL in production.

One file per subject: its table, what is asked of it, what is written to it. ``tables`` lists them all.

Reading order: ``database`` (connections and transactions) → ``nights`` (what belongs to a night) → ``alerts`` → ``intake`` (what was
delivered) → ``keeping`` (under what a district is written) → ``publish`` (one night in one transaction, with all that belongs to it) and
``retraction`` (its opposite) → ``upgrade`` and ``migrations`` (how the tables came to be). ``views``, ``extracts``, ``roles``, ``copying``,
``proving`` and ``recorded`` are about the whole of it: who reads what, the way into another database, what it can prove of itself.

Belongs here: every SQL statement of the system but the views that dashboards read (``infra.views``). Does not: report versions
(``infra.lake.lake``), decisions about risk (``transforms``), what is shown to whom (``flows``, ``infra.pages.brief``).
"""
