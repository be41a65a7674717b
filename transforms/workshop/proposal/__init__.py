"""What the TOML of a file could be that nobody has declared yet: guesses, and the ``draft`` they make.

Reading order: ``propose`` (the order of the guesses) → ``moments``, ``located``, ``fields``, ``keys``, ``ground`` (which column feeds what)
→ ``columns``, ``places``, ``words`` (what single columns hold) → ``draft`` (how it is written down).

Belongs here: guesses, each with how sure it is and why. Does not: reading the file (``infra.sources.sample``), what a declaration may say
(``transforms.district.source``).
"""
