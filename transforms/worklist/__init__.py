"""The work list: what N visits a day should look at first, and what follows from having been there.

Belongs here: what speaks for a place (``errands``), how many of what (``choosing``), the draw (``drawing``), when to go (``hours``), visits
as rows of the lake (``visits``), which reports do not count because the list found them (``feedback``), what people say of visits
(``returns``), whether going there helped (``precision``).
Does not: alerts (``transforms.alerts``), storing a list (``infra.warehouse.nights.work_lists``).
"""
