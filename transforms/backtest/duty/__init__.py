"""How good the chances are that open clocks will be missed: graded case by case, against simpler ones.

Belongs here: rows of cases, what they are measured against, grades. Does not: making a chance (``transforms.duty.survival``), going through
origins (``flows.nights.backtest_duty``).
"""
