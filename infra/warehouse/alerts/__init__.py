"""Alerts: what happened to each, what of it was told to whom, and who may act.

Reading order: ``events`` (kept for ever) → ``alerts`` (what they add up to) → ``handling`` (a command, decided and stored) → ``outbox`` and
``deliveries`` (messages, and whether they arrived) → ``silences``. ``api_tokens`` says who may ask, ``lookups`` who asked for ticket
numbers.

Belongs here: tables of alerts with their reads and writes. Does not: what follows from a command (``transforms.alerts``), sending
(``infra.deliver``).
"""
