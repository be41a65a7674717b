"""The ``sifang`` command: parse, call, draw.

Reading order: ``app`` (the verbs) → ``shell`` (options, progress, output) → ``tables`` (how results look).

Belongs here: verbs, options, tables, exit codes. Does not: work (the other rooms of ``flows``), statements of the warehouse.
"""
