"""An invented district's reports, in reading order: world → events → cases → states → rows → dirt → simulate.

Belongs here: what happens in a simulated district, how its cases go on, what the files say of it and what is wrong with them, and the truth
of all that. Does not: files on disk (``infra.districts.simulated``).
"""
