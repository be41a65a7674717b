"""The work list: what N visits a day should look at first.

Belongs here: what speaks for a place (``errands``), how many of what (``choosing``), the draw (``drawing``), when to go (``hours``).
Does not: alerts (``transforms.alerts``), storing a list (``infra.warehouse.work_lists``).
"""
