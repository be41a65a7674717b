"""Alerts: what opens one, what ends it.

Belongs here: types of alerts, events of a night, the one fold that makes an alert of its events. Does not: delivery (``infra.deliver``).
"""
