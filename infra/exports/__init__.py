"""Rows of views as files that other programs open: spreadsheets, maps, notebooks.

Belongs here: one file per format. Does not: pages for people (``infra.pages``), which view is written where (``flows.tell.export``).
"""
