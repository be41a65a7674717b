"""The lake: one append-only Delta table of report versions per district.

Belongs here: creating, appending to and scanning the table. Does not: which version counts (``transforms.reports.versions``).
"""
