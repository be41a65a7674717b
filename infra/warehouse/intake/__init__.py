"""Deliveries: every file that came, what became of its rows, what was refused.

Reading order: ``batches`` → ``quarantine`` (rows that wait) → ``ledger`` (over both, and always balanced) → ``refusals`` (files).

Belongs here: the account of what was delivered. Does not: the reports themselves (``infra.lake``), when to refuse (``flows.intake``).
"""
