"""Entry points: the Prefect flows and the ``sifang`` command.

Belongs here: what happens, in which order, and how it is shown. Does not: formulas (``transforms``), SQL and files (``infra``).
"""
