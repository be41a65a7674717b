"""Speaking to a database, SQLite and PostgreSQL alike, whatever is stored in it.

Reading order: ``engine`` (connections and transactions) → ``faults`` and ``outages`` (errors, by one door; a server that is waited for) →
``columns``, ``moments`` and ``frames`` (how tables are declared and read) → ``bulk`` (fast inserts). ``read_only``, ``scrubbing`` and
``clocks`` are about a file that may not be written, what a database keeps of deleted rows, and whose time counts.

Belongs here: what would serve any schema. Does not: a table of ours (the other rooms), how tables came to be
(``infra.warehouse.migrations``).
"""
