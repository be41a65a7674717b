"""The views that dashboards may rely on: one SQL file each, and a page that says what each column is.

Belongs here: SQL that both databases understand, as in ``dash_levels_v1.sql``, and ``README.md`` with question, tier and columns of each.
Does not: when a view is made (a step of ``infra.warehouse.migrations``), the tables below (``infra.warehouse``), figures that span nights
(they are written at publication, ``infra.warehouse.nights.areas``).

A view never changes: what has to be otherwise comes as a next version beside it, and a step that makes it.
"""
