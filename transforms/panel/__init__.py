"""What was known at a moment, counted: versions as of then, arrivals, exposure, the panel, digests of all of it.

Belongs here: everything between report versions and a forecast. Does not: forecasts (``transforms.scoring``).
"""
