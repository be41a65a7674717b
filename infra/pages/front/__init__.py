"""The first page that `sifang serve` shows: the districts, and where each one's pages are.

Belongs here: that page and its template. Does not: the pages that it leads to (``infra.pages.site``), serving them (``flows.serving``).
"""
