"""Channels by which messages of the outbox leave the house.

Belongs here: one file per channel. Does not: what is worth telling (``transforms.alerts``), the outbox (``infra.warehouse.alerts.outbox``).
"""
