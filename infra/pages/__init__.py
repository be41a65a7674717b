"""Pages that people read in a browser: the brief of a night, the report of a backtest.

Belongs here: templates, geometry, pictures. Does not: gathering what they say (``flows.tell``), numbers (``transforms``).
"""
