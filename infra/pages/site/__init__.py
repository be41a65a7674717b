"""The site: pages about last night and the nights before it, in a folder that needs no network.

Belongs here: one file per page, what pages are made of (``blocks``), their templates. Does not: figures (every one is a row of a view), the
brief (``infra.pages.brief``), where the folder lies (``flows.tell.site``).
"""
