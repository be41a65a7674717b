"""How risk is computed, in reading order: decay → rate → features → weights → model → forecast → reference → category → risk.

``season``, ``level`` and ``negbin`` are parts of a model; ``baselines`` are what it must beat, ``promotion`` says when it does; ``surge``
tests the last days against slow rates, and ``surges`` judges all tests of a night at once; ``fitted`` says when models are made, ``stamp``
of what, and ``silence`` as of which day that is seen which fell silent; ``escalation`` lays a share of one series out by another's overdue
cases; ``moves`` says why a score moved; ``stock`` stands beside them, and ``trend`` beside the map.

Belongs here: formulas, one small file each, on NumPy arrays with Polars at the borders. Does not: reading the lake (``infra``), counting
reports into days (``transforms.panel.panel``), deciding who is told (``transforms.alerts.events``).
"""
