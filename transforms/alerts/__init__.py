"""Alerts: what opens one, what ends it.

Belongs here: events of a night, and the one fold that makes an alert of its events. Does not: delivery (``infra.deliver``).
"""
