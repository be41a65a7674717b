"""The machine of an alert: commands in, events or a refusal out, and the alert as the fold of its events.

Belongs here: what may be done about an alert, by whom, when; what follows by itself. Does not: what opens one on a night
(``transforms.alerts.events``), storing events (``infra.warehouse.alerts.events``), how long people have (``transforms.clocks``).
"""
