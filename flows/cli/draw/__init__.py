"""How results look in the terminal: a file per group of verbs, each drawing the types that the rooms return.

Belongs here: Rich tables and sentences. Does not: gathering what they show (the rooms of ``flows``), pages (``infra.pages``).
"""
