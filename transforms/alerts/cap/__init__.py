"""CAP 1.2: alerts on safety and public order for systems of neighbours that read the Common Alerting Protocol.

Belongs here: messages as values, what each event of an alert becomes, the XML. Does not: what may be seen of an alert
(``transforms.alerts.visible``), where files go (``flows.alerts.caps``).
"""
