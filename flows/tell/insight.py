"""What is known of a published night beyond its rows: what was seen on it, what is usual, and why its scores moved.

Belongs here: reading what an explanation rests on, for `sifang explain` and the brief. Does not: one cell's explanation
(``flows.tell.explain``), the decomposition (``transforms.scoring.moves``), words (``transforms.scoring.explain``).

Nothing of this is stored with a night: it follows from two published revisions, so it can be told again as long as both can be replayed,
and a backfill, which nobody reads a brief of, does not pay for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl
from threadpoolctl import threadpool_limits

from flows.nights.frozen import stored
from flows.nights.look import look
from flows.stores import Context
from infra.errors import SifangError
from infra.warehouse.nights.nights import PublishedNight, latest_night, night_row, require_not_retracted
from infra.warehouse.nights.scores import scores_of
from transforms.panel.known import View
from transforms.scoring.explain import Insight, enough_reports
from transforms.scoring.moves import moved, why_moved
from transforms.words import Words

_DAY = dt.timedelta(days=1)
_PURGED = Words("该夜的输入已过保存期", "the inputs of this night are past their time")
_ALONE = Words("前一夜没有发布", "the night before was not published")


def published(context: Context, night: dt.date | None = None) -> PublishedNight:
    """The latest revision of a night; without a night, of the last one.

    Raises:
        SifangError: it was never published.
    """
    last = latest_night(context.warehouse)
    if last is None:
        raise SifangError(f"{context.code} has no published night.", "Run `sifang nightly` first.")
    found = night_row(context.warehouse, night or last)
    if found is None:
        require_not_retracted(context.warehouse, night or last)
        raise SifangError(f"Night {night} of {context.code} was never published.", f"The last one that was is {last}.")
    return found


def insight(context: Context, night: PublishedNight, cell: str | None = None) -> Insight:
    """What is known of a night; where a cell is named, of the moves only its own."""
    view, usual = seen(context, night), _usual(context, night)
    if view is None:
        return Insight(usual, unknown=_PURGED)
    then = context.at_version(night.district_version)
    enough = enough_reports(view.reports, then.district, night.night)
    before = night_row(context.warehouse, night.night - _DAY)
    if before is None:
        return Insight(usual, enough, unknown=_ALONE)
    moves = moved(scores_of(context.warehouse, before.night), scores_of(context.warehouse, night.night))
    moves = moves if cell is None else moves.filter(pl.col("cell_id") == cell)
    frozen = stored(context, before.model_ids) if before.scoring_hash == night.scoring_hash else None
    with threadpool_limits(limits=1, user_api="blas"):
        causes = why_moved(moves, view.panel, view.reports, then.district, then.holidays(night.night), frozen)
    return Insight(usual, enough, moves, causes)


def seen(context: Context, night: PublishedNight) -> View | None:
    """What a published night saw; None once its inputs are past their time."""
    newest = latest_night(context.warehouse)
    if newest is not None and newest > night.replayable_until:
        return None
    return look(context.at_version(night.district_version), night.night, night.as_of, night.lake_seq)


def _usual(context: Context, night: PublishedNight) -> Mapping[str, Mapping[str, float]]:
    return {category.value: reference.usual for category, reference in stored(context, night.model_ids).references.items()}
