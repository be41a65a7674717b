"""The ``sifang`` command: parse, call, draw.

Reading order: ``app`` (the verbs and where each stands) → a file per group of verbs → ``draw`` (how results look). ``shell`` is what every
verb needs, ``door`` how the command ends.

Belongs here: verbs, options, tables, exit codes. Does not: decisions and work (the other rooms of ``flows``), statements of the warehouse.
"""
