"""A batch in some dozen numbers, and those numbers against the batches before it.

Belongs here: counting, and what is usual. Does not: bounds and what a breach of them does (``expectations.patterns``), keeping the numbers
(``infra.warehouse.intake.batches``). No number is about fewer than all rows of a batch, and none holds a value that was delivered.

Like is compared with like: a month's file with files of a similar span, a day's volume with the same weekday. What chance explains counts
as no difference: counts are compared as square roots (variance 1 for Poisson counts), shares less what their sampling error moves them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from transforms.clocks.zones import utc_to_local
from transforms.district.source import Source

# What a source may leave empty; where it does so more often than usual, something broke on the way.
MAY_BE_MISSING: Final = ("department", "due_at", "first_contact_at", "closed_at", "status", "reported_at", "zone")
# Columns in which one single value over a whole batch is odd.
MAY_NOT_BE_CONSTANT: Final = ("kind", "severity", "department", "status", "discovery", "zone", "cell_id")
_CONSTANT_FROM: Final = 50
_REMEMBERED: Final = 8
_LIKE_FROM: Final = 4
# A file of one day spreads over some more, because it amends older cases; a month's is never mistaken for it.
_SHORT_DAYS: Final = 14.0
_MONTH_DAYS: Final = 28.0
# So many standard errors are still chance: once in a billion for one number, and a night looks at dozens.
_CHANCE: Final = 6.0
_PILE_FROM: Final = 10


@dataclass(frozen=True)
class Measures:
    """A batch in numbers, as they are stored with it.

    Attributes:
        rows: how many.
        days: how many days the reports spread over, counting a day by its weight (inverse Simpson index).
        lag_days: how old the newest report was when the batch landed; None without one.
        weekday: of the landing, 1 for Monday.
        missing: rows without a value, per declared column that may be empty.
        distinct: different values, per declared column that should not hold one alone.
        kinds: rows per kind.
        hours: rows per local hour of the day at which something occurred.
        timed: rows with a time of occurrence.
        midnight: of these, how many say exactly midnight.
        month_start: of these, how many fall on the first of a month.
        points: rows with coordinates.
        pile: rows on the most frequent point.
        cells: reports per cell, none of a sensitive kind; empty before they are located.
    """

    rows: int
    days: float
    lag_days: float | None
    weekday: int
    missing: Mapping[str, int]
    distinct: Mapping[str, int]
    kinds: Mapping[str, int]
    hours: Mapping[str, int]
    timed: int
    midnight: int
    month_start: int
    points: int
    pile: int
    cells: Mapping[str, int] = field(default_factory=dict)


def measure(candidates: pl.DataFrame, source: Source, zone: str, landed_at: dt.datetime) -> Measures:
    """The numbers of a batch of candidates (schema ``CANDIDATES``, at least one row) that has no cells yet."""
    local = candidates.select(
        at=utc_to_local(pl.coalesce("reported_at", "occurred_at"), zone),
        occurred=utc_to_local(pl.col("occurred_at"), zone),
    )
    days = _counts(local["at"].dt.date())
    rows = len(candidates)
    newest = candidates.select(pl.coalesce("reported_at", "occurred_at").max()).item()
    timed = local["occurred"].drop_nulls()
    points = candidates.select("lon", "lat").drop_nulls()
    # Sorting numbers takes a fifth of the time of grouping pairs, and what shares one by chance is no pile.
    piles = points.select(pl.struct("lon", "lat").hash().sort().rle()).to_series().struct.field("len")
    declared = set(source.columns.model_dump(exclude_none=True))
    return Measures(
        rows=rows,
        days=round(sum(days.values()) ** 2 / sum(n * n for n in days.values()), 2) if days else 0.0,
        lag_days=round((landed_at - newest).total_seconds() / 86_400, 2) if newest is not None else None,
        # Of its arrival: a file cut short no longer shows the day it was made for.
        weekday=landed_at.astimezone(ZoneInfo(zone)).isoweekday(),
        missing={c: _left_empty(candidates, c) for c in MAY_BE_MISSING if c in declared},
        distinct={
            c: int(candidates[c].drop_nulls().n_unique())
            for c in MAY_NOT_BE_CONSTANT
            if c in declared and c in candidates.columns and candidates[c].count() >= _CONSTANT_FROM
        },
        kinds=_counts(candidates["kind"]),
        hours=_counts(timed.dt.hour()),
        timed=len(timed),
        midnight=int((timed.dt.time() == dt.time()).sum()),
        month_start=int((timed.dt.day() == 1).sum()),
        points=len(points),
        pile=int(piles.max() or 0),  # type: ignore[arg-type]
    )


def with_cells(measures: Measures, located: pl.DataFrame, never_by_cell: Collection[str]) -> Measures:
    """The same with the cells of located reports (``kind, cell_id``), but for kinds that are never counted by cell."""
    return replace(measures, cells=_counts(located.filter(~pl.col("kind").is_in(list(never_by_cell)))["cell_id"]))


def against(measures: Measures, history: Sequence[Measures]) -> dict[str, float | None]:
    """What a batch looks like beside the source's earlier ones; None where there is nothing, or too little, to compare with.

    Args:
        measures: of this batch.
        history: of the source's earlier batches, oldest first.

    Returns:
        ``volume`` (rows by usual rows; 1 where chance explains the difference), ``days_behind`` (how much older than usual the newest
        report is), ``missing:…`` (share empty beyond usual and chance), ``distinct:…``, ``kind_drift``, ``hour_drift`` (total variation
        distance beyond chance, 0 to 1), ``new_cells`` (share of reports in cells never seen), ``pile``, ``midnight``, ``month_start``
        (shares of rows).
    """
    like = [h for h in history if _alike(h.days, measures.days)]
    found: dict[str, float | None] = {
        "volume": _volume(measures, like),
        "days_behind": _days_behind(measures, history),
        "pile": _share(measures.pile, measures.points),
        "midnight": _share(measures.midnight, measures.timed),
        "month_start": _share(measures.month_start, measures.timed) if measures.days >= _MONTH_DAYS else None,
        "kind_drift": _drift(measures.kinds, [h.kinds for h in like]),
        "hour_drift": _drift(measures.hours, [h.hours for h in like]),
        "new_cells": _new_cells(measures.cells, history),
    }
    for column, empty in measures.missing.items():
        usual = [h.missing[column] / h.rows for h in like[-_REMEMBERED:] if column in h.missing]
        found[f"missing:{column}"] = _beyond(empty, measures.rows, median(usual)) if len(usual) >= _LIKE_FROM else None
    for column, values in measures.distinct.items():
        before = [h.distinct[column] for h in history if column in h.distinct]
        # What was constant all along is how this source is.
        found[f"distinct:{column}"] = None if before and median(before) <= 1 else float(values)
    return found


def _left_empty(candidates: pl.DataFrame, column: str) -> int:
    """How many rows say nothing there; what could not be read was said."""
    given = f"{column}_given"
    return int((~candidates[given]).sum() if given in candidates.columns else candidates[column].null_count())


def _counts(values: pl.Series) -> dict[str, int]:
    named = values.drop_nulls().rename("value")
    return {str(value): n for value, n in named.value_counts().sort("value").iter_rows()}


def _alike(days: float, others: float) -> bool:
    """Whether two batches span a similar time: both a day or a few, or about equally long."""
    if max(days, others) < _SHORT_DAYS:
        return True
    return min(days, others) * 2 >= max(days, others)


def _share(rows: int, of: int) -> float | None:
    return rows / of if rows >= _PILE_FROM else None


def _volume(measures: Measures, like: Sequence[Measures]) -> float | None:
    short = measures.days < _SHORT_DAYS
    usual = [h.rows for h in like if not short or h.weekday == measures.weekday][-_REMEMBERED:]
    if len(usual) < _LIKE_FROM:
        return None
    middle = median(usual)
    difference = 2 * (measures.rows**0.5 - middle**0.5)
    return float(measures.rows / middle) if abs(difference) > _CHANCE else 1.0


def _days_behind(measures: Measures, history: Sequence[Measures]) -> float | None:
    lags = [h.lag_days for h in history[-_REMEMBERED:] if h.lag_days is not None]
    own = measures.lag_days
    return float(own - median(lags)) if own is not None and len(lags) >= _LIKE_FROM else None


def _beyond(count: int, of: int, usual: float) -> float:
    """How far a share exceeds the usual one, less its sampling error."""
    error = _CHANCE * (max(usual * (1 - usual), 1 / of) / of) ** 0.5
    return max(0.0, float(count / of - usual - error))


def _drift(now: Mapping[str, int], before: Iterable[Mapping[str, int]]) -> float | None:
    """Total variation distance between two mixtures, less what the smaller sample explains: ½ Σ √(2p(1−p)/πn)."""
    pooled: dict[str, int] = {}
    batches = 0
    for counts in before:
        batches += 1
        for key, n in counts.items():
            pooled[key] = pooled.get(key, 0) + n
    total, usual = sum(now.values()), sum(pooled.values())
    if batches < _LIKE_FROM or not total or not usual:
        return None
    keys = {*now, *pooled}
    distance = sum(abs(now.get(k, 0) / total - pooled.get(k, 0) / usual) for k in keys) / 2
    shares = [pooled.get(k, 0) / usual for k in keys]
    chance = sum((2 * p * (1 - p) / (3.1416 * total)) ** 0.5 for p in shares) / 2
    return max(0.0, float(distance - 2 * chance))


def _new_cells(now: Mapping[str, int], history: Sequence[Measures]) -> float | None:
    seen = {cell for h in history for cell in h.cells}
    total, earlier = sum(now.values()), sum(sum(h.cells.values()) for h in history)
    # Few reports leave most cells unseen, and then a new one says nothing.
    if total < _PILE_FROM or earlier < 20 * len(seen | set(now)):
        return None
    return sum(n for cell, n in now.items() if cell not in seen) / total
