"""A challenger's forecasts graded: ours are made at the same origins, and both are compared.

Belongs here: which origins. Does not: going through them (``backtest``), the comparison (``transforms.backtest.challenge``).
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

from flows.nights.backtest import Asked, backtest, terms, with_horizon
from flows.stores import Context
from infra.errors import SifangError
from infra.pages.backtest.predictions import read_predictions
from transforms.backtest.challenge import Challenge as Challenge
from transforms.backtest.challenge import challenge
from transforms.words.counting import many


def challenged(context: Context, file: Path, *, restated: bool) -> list[Challenge]:
    """Grade the forecasts in a file against ours, on its own cells and origins.

    Raises:
        SifangError: the file is none of predictions, holds several horizons, or origins that cannot be forecast.
    """
    theirs = read_predictions(file)
    horizons, days = theirs["horizon_days"].unique().to_list(), theirs["origin"].unique().sort().to_list()
    if len(horizons) != 1:
        raise SifangError(f"{file.name} forecasts {many(len(horizons), 'horizon')}.", "Grade them one by one, each in a file of its own.")
    every = _step(days)
    here = with_horizon(context, horizons[0])
    asked = Asked(days[0], days[-1], every, None, frozenset(theirs["series"].unique()), restated)
    forecasts, _ = backtest(here, terms(here, asked))
    found = challenge(forecasts, theirs, every)
    if not found:
        raise SifangError(f"Nothing in {file.name} is a cell and origin that was graded.", "Compare its keys with a `backtest --export`.")
    return found


def _step(days: list[dt.date]) -> int:
    """Days between origins: the least distance, of which the others should be multiples."""
    return min(((b - a).days for a, b in pairwise(days)), default=7)
