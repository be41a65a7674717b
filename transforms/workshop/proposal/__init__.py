"""What the TOML of a file could be that nobody has declared yet: guesses about ``columns``, ``places`` and ``words``, and their ``draft``.

Belongs here: guesses, each with how sure it is and why. Does not: reading the file (``infra.sources.sample``), what a declaration may say
(``transforms.district.source``).
"""
