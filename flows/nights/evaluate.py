"""Grading forecasts already made: every week, the nights whose days are over and have had time to be reported.

Belongs here: which nights are due. Does not: grading (``transforms.backtest.evaluation``), storing (``infra.warehouse.publish``).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from flows.stores import Context
from infra.warehouse.nights.evaluations import evaluated_nights
from infra.warehouse.nights.nights import nightly_revisions
from infra.warehouse.nights.scores import scores_of
from transforms.backtest.evaluation import evaluate
from transforms.panel.panel import Panel
from transforms.schema import EVALUATIONS

# A week that has just ended is still filling up; a week later what is missing is counted as not arrived.
SETTLE_DAYS = 7
# A night that could not be graded for so long, because no nightly ran, is not graded any more.
WEEKS_BACK = 12
MONDAY = 0


def evaluations_due(context: Context, panel: Panel) -> pl.DataFrame:
    """Grades of every Monday's night that is due and has none, schema ``EVALUATIONS``.

    Only forecasts that were published by a nightly count: a restated one has seen what it is graded on.
    """
    last = panel.night - dt.timedelta(days=context.district.horizon_days + SETTLE_DAYS)
    first = last - dt.timedelta(weeks=WEEKS_BACK)
    published = nightly_revisions(context.warehouse, first, last)
    wanted = sorted(n for n in published if n.weekday() == MONDAY)
    done = evaluated_nights(context.warehouse, wanted) if wanted else set()
    frames = [EVALUATIONS.to_frame()]
    for night in wanted:
        if night not in done:
            scores = scores_of(context.warehouse, night, published[night])
            frames.append(evaluate(scores, panel, context.district, night, published[night]))
    return pl.concat(frames)
