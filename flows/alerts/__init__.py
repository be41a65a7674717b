"""Alerts on their way out: what nights left in the outbox is delivered.

Belongs here: the order of sending, what people do with alerts, what came of going there. Does not: what opens an alert
(``transforms.alerts``), channels (``infra.deliver``), tables (``infra.warehouse``).
"""
