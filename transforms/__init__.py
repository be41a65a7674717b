"""Pure functions from frames to frames: mapping, location, versions, panel, forecast, score, alerts, simulation.

Belongs here: anything that decides about risk and can be computed from its arguments alone, with Polars, NumPy, SciPy and shapely.
Does not: the clock, the environment, files, network, database (``infra``), validation suites (``expectations``), orchestration (``flows``).
"""
