"""`sifang serve`: everything that runs by itself on one machine, from one command.

Belongs here: which parts there are and in which order they begin and end, what is scheduled, the pages over HTTP. Does not: processes and
the home's lock (``infra.deploy``), flows (``flows.nightly``, ``flows.sweep``, ``flows.backfill``), the API (``flows.api``).
"""
