"""Time that is computed: nights, cutoffs, local days, zones; calendars, rosters, working time, and when clocks end.

Belongs here: time that is computed from a time that is given. Does not: the current time (``infra.clock``).
"""
