"""The work list of a live night, and those of earlier nights on their way into the lake.

Belongs here: gathering what a list rests on, and when a list counts as sent. Does not: choosing places (``transforms.worklist``), the page
and the table of a list (``flows.tell.worklist``).
"""

from __future__ import annotations

import datetime as dt
from typing import Final, Protocol

import polars as pl

from flows.stores import Context
from infra.warehouse.keeping.locks import Lease
from infra.warehouse.nights.runs import RunTerms
from infra.warehouse.nights.work_lists import lists_sent
from transforms.alerts.past import Past, always_hot
from transforms.panel.known import View
from transforms.reports.delivery import order_key
from transforms.schema import UTC, VISITS, WORK_LIST
from transforms.scoring.risk import NightScores
from transforms.worklist.choosing import work_list
from transforms.worklist.errands import Evening
from transforms.worklist.visits import as_rows

# Of older lists none can still wait: each night looks after those before it.
_LOOKED_AFTER: Final = 3


class Made(Protocol):
    """What a night has made: its scores, what it saw, and the digest of its inputs."""

    @property
    def result(self) -> NightScores:
        """Its scores."""

    @property
    def view(self) -> View:
        """What it saw."""

    @property
    def inputs(self) -> str:
        """The digest of what it came from."""


def enter_lists(context: Context, night: dt.date, lease: Lease) -> None:
    """Have the lists that earlier nights sent enter the lake, each once.

    Whoever publishes a list may be killed before the lake knows of it; the night after asks for it first. A list is known since the moment
    that its night looked from, so every later night sees it, and its own does not.

    Raises:
        LockLostError: another writer has taken the district over.
    """
    for (day,), places in lists_sent(context.warehouse, night, _LOOKED_AFTER).group_by("night", maintain_order=True):
        token = f"worklist-{day}"
        if not context.lake.has(token):
            said = places.select(
                "cell_id",
                "chosen",
                day="night",
                outcome=pl.lit(None, pl.String),
                known_at=pl.col("as_of").cast(UTC),
                recorded_seq=pl.lit(0, pl.Int64),
            )
            moment: dt.datetime = places["as_of"][0]
            context.pair.append(as_rows(said.select(list(VISITS)), token, order_key(moment, 0)), token, lease)


def list_of_night(context: Context, terms: RunTerms, made: Made, past: Past, now: dt.datetime) -> pl.DataFrame:
    """The list of a night, schema ``WORK_LIST``; empty where the district declares none, the night is not live, nobody goes on its day, or
    that is over: a night that is made up for sends nobody, except in a district whose time is invented as well.

    The draw is seeded by the night and the digest of its inputs: nobody knows that before, and it stays with the night.
    """
    today = now.astimezone(context.district.zone).date()
    if not terms.is_live or (today > terms.night and not context.district.synthetic):
        return WORK_LIST.to_frame()
    rules = context.district.worklist
    if rules is not None and not rules.on_days_off and not context.folder.calendar.is_worked(terms.night):
        return WORK_LIST.to_frame()
    return list_again(context, terms.night, made, past)


def list_again(context: Context, night: dt.date, made: Made, past: Past) -> pl.DataFrame:
    """The list that follows from what a night has made and knows, whenever it is asked for; empty where the district declares none."""
    rules = context.district.worklist
    if rules is None:
        return WORK_LIST.to_frame()
    evening = Evening(
        night=night,
        scores=made.result.scores,
        reports=made.view.reports,
        district=context.district,
        rules=rules,
        visits=made.view.visits,
        chronic=always_hot(past, context.district.alerts),
        seed=f"{night}|{made.inputs}",
    )
    return work_list(evening)
