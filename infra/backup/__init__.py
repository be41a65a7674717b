"""A copy of everything that cannot be made again: the warehouse, the lakes of its districts, and what landed.

Reading order: ``manifest`` (what a backup says of itself) → ``making`` → ``restoring`` → ``note`` (that one is going on).

Belongs here: making such a folder while nights run, proving it, filling an empty place from it. Does not: reading and writing each store
(``infra.warehouse.copying``, ``infra.lake.copying``), whether stores belong together (``infra.accord``).

In it are neither the key nor the folders of districts: both belong to the operator's own safe. Briefs, pages and Data Docs are made again.
"""
