"""A delivered row on its way to a report version: values, mapping, personal data, hashes, versions.

Belongs here: what a row says. Does not: where it lies (``transforms.grids``), what was known on a night (``transforms.panel``).

Reading order: ``scope`` (is it meant) → ``privacy`` (may it be kept) → ``mapping`` and ``values`` (what it says) → ``incidents`` (with
which others) → ``locating`` (in which cell) → ``versions`` (is it news). ``walked`` is the whole batch at the end of that road.
"""
