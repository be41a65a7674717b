"""Calendar arithmetic: nights, cutoffs, local days, zones.

Belongs here: time that is computed from a time that is given. Does not: the current time (``infra.clock``).
"""
