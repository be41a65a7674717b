"""The work list of a live night.

Belongs here: gathering what a list rests on. Does not: choosing places (``transforms.worklist``), the page and the table of a list
(``flows.tell.worklist``).
"""

from __future__ import annotations

import polars as pl

from flows.stores import Context
from infra.warehouse.runs import RunTerms
from transforms.alerts.past import Past, always_hot
from transforms.panel.known import View
from transforms.schema import WORK_LIST
from transforms.scoring.risk import NightScores
from transforms.worklist.choosing import work_list
from transforms.worklist.errands import Evening


def list_of_night(context: Context, terms: RunTerms, view: View, scored: NightScores, past: Past, inputs: str) -> pl.DataFrame:
    """The list of a night, schema ``WORK_LIST``; empty where the district declares none, or the night is not live.

    The draw is seeded by the night and the digest of its inputs: nobody knows that before, and it stays with the night.
    """
    rules = context.district.worklist
    if rules is None or not terms.is_live:
        return WORK_LIST.to_frame()
    evening = Evening(
        night=terms.night,
        scores=scored.scores,
        reports=view.reports,
        district=context.district,
        rules=rules,
        chronic=always_hot(past, context.district.alerts),
        seed=f"{terms.night}|{inputs}",
    )
    return work_list(evening)
