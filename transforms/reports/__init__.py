"""A delivered row on its way to a report version: values, mapping, personal data, hashes, versions.

Belongs here: what a row says. Does not: where it lies (``transforms.grids``), what was known on a night (``transforms.panel``).
"""
