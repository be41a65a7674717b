"""How published forecasts did.

Belongs here: the frame of grades. Does not: grading (``transforms.backtest.evaluation``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from transforms.schema.frames import frame

# How a published forecast did, per category and level of the cells, and over `all` of them. Counts of events over the horizon, the expected
# ones times the share that has arrived; `spread` is the standard deviation of the sum of independent cells. The last three are of `all`.
EVALUATIONS: Final = frame(
    {
        "night": pl.Date,
        "revision": pl.Int64,
        "evaluated_night": pl.Date,
        "category": pl.String,
        "level": pl.String,
        "cells": pl.Int64,
        "left_out": pl.Int64,
        "expected": pl.Float64,
        "observed": pl.Float64,
        "spread": pl.Float64,
        "log_score": pl.Float64,
        "hit_rate": pl.Float64,
        "pai": pl.Float64,
    }
)
