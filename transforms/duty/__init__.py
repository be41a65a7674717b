"""Duty performance, the fourth category: do departments keep their own promises?

Belongs here: clocks missed and their share. Does not: scores of places (``transforms.scoring``).
"""
