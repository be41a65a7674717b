"""How good forecasts were: rows of forecasts beside what came, and every number that is read off them.

Belongs here: pure functions from forecasts and counts to grades, in reading order: rows → metrics → calibration → grade. Does not: making
a forecast (``transforms.scoring``), going through origins (``flows.nights.backtest``), the page (``infra.pages.backtest``).
"""
