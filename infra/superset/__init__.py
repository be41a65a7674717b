"""Dashboards for Superset over the views on PostgreSQL: the bundle that it imports, and the script that brings it there.

Belongs here: what Superset is told. Does not: the views (``infra.views``), our own pages (``infra.pages``), Superset itself, which is
installed beside Sifang and never into its environment.
"""
