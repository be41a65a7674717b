"""The HTTP API: what the verbs of alerts do, for systems that speak HTTP.

Belongs here: paths, headers, answers. Does not: doing any of it (``flows.alerts``), tokens (``flows.alerts.tokens``).

Every change is a POST or DELETE with a token; a GET changes nothing, for whatever scans mail follows links.
"""
