"""How departments did their work in the last four weeks, against their own last year and between places: shares, days, backlog.

Counted as it came, without shrinkage or forecast, each with its number and an 80 % interval: of a share of k out of n the quantiles of
Beta(k + ½, n − k + ½) (Jeffreys), of a quantile of days the order statistics between which it lies. The last year is the 365 days before
those weeks. Nothing is said of fewer than ten. Cases still open are the longest: where so many are open that a quantile lies among them,
it is longer than anybody knows, and has no value.

Belongs here: these numbers. Does not: what is expected to be missed, and levels (``transforms.duty.share``), pages (``infra.pages``).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from transforms.duty.window import WINDOW_DAYS
from transforms.reports.coarsening import SUBDISTRICT
from transforms.schema import DUTY_MEASURES
from transforms.words import DutyClock
from transforms.words.duty import Measure, Side

FEWEST: Final = 10
YEAR_DAYS: Final = 365
_QUANTILES: Final = {Measure.DAYS_P50: 0.5, Measure.DAYS_P90: 0.9}
# What places are compared by: how soon something is done there.
_OF_PLACES: Final = (Measure.ON_TIME, *_QUANTILES)
# The tenth and the ninetieth percentile of a normal distribution lie so many standard deviations from its middle.
_TENTH: Final = 1.2815515655446004
_KEY: Final = ["department", "measure", "tag", "side"]


def measures(clocks: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """What is measured of each department, schema ``DUTY_MEASURES``.

    Args:
        clocks: schema ``CLOCKS``.
        cells: schema ``CELLS``; their tags tell which places are compared.
    """
    deadlines = clocks.filter(pl.col("clock") == DutyClock.DEADLINE.value)
    placed = [("", Side.ALL, clocks)]
    # What is known by its subdistrict alone lies on neither side.
    exact = deadlines.filter(~pl.col("cell_id").str.starts_with(SUBDISTRICT))
    for tag, theirs in _tagged(cells):
        inside = pl.col("cell_id").is_in(theirs)
        placed += [(tag, Side.TAGGED, exact.filter(inside)), (tag, Side.OTHERS, exact.filter(~inside))]
    found = [DUTY_MEASURES.to_frame()]
    for tag, side, some in placed:
        now, before = (_figures(some, *ago) for ago in ((WINDOW_DAYS, 0), (WINDOW_DAYS + YEAR_DAYS, WINDOW_DAYS)))
        if side is not Side.ALL:
            now, before = (each.filter(pl.col("measure").is_in([m.value for m in _OF_PLACES])) for each in (now, before))
        both = now.join(before, on=["department", "measure"], how="left", suffix="_before")
        found.append(
            both.with_columns(tag=pl.lit(tag), side=pl.lit(side.value)).select([pl.col(c).cast(t) for c, t in DUTY_MEASURES.items()])
        )
    return pl.concat(found).sort(_KEY)


def _tagged(cells: pl.DataFrame) -> Iterator[tuple[str, list[str]]]:
    """Each tag with the cells that bear it; not a tag that all bear, for then there are no others."""
    own = cells.select("cell_id", tag=pl.col("tags").fill_null("").str.split(" ")).explode("tag").filter(pl.col("tag") != "")
    for (tag,), rows in own.sort("tag").group_by("tag", maintain_order=True):
        if len(rows) < len(cells):
            yield str(tag), rows["cell_id"].to_list()


def _figures(clocks: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    """``department, measure, n, value, lower, upper`` of clocks that fell due from ``first`` to ``last`` days before the night."""
    begins, ends = (pl.col("until") - dt.timedelta(days=days) for days in (first, last))
    due = clocks.filter((pl.col("due") > begins) & (pl.col("due") <= ends))
    cases = due.filter(pl.col("clock") == DutyClock.DEADLINE.value)
    deadlines = clocks.filter(pl.col("clock") == DutyClock.DEADLINE.value)
    kept = (pl.col("ended") <= pl.col("due")).fill_null(value=False)
    asked = cases.filter(pl.col("asked") & pl.col("ended").is_not_null())
    parts = [
        *(_shares(due.filter(pl.col("clock") == clock.value), measure, kept) for clock, measure in _MEASURED.items()),
        _shares(cases, Measure.REOPENED, pl.col("reopened")),
        _shares(cases, Measure.PASSED_ON, pl.col("passed_on")),
        _shares(asked, Measure.CONFIRMED, pl.col("confirmed").fill_null(value=False)),
        *(_days(cases, measure, share) for measure, share in _QUANTILES.items()),
        _backlog(deadlines, last),
    ]
    return pl.concat(parts)


_MEASURED: Final = {
    DutyClock.DEADLINE: Measure.ON_TIME,
    DutyClock.FIRST_CONTACT: Measure.FIRST_CONTACT,
    DutyClock.ACCEPTANCE: Measure.ACCEPTANCE,
    DutyClock.RECHECK: Measure.RECHECK,
}


def _shares(rows: pl.DataFrame, measure: Measure, yes: pl.Expr) -> pl.DataFrame:
    counted = rows.group_by("department").agg(n=pl.len().cast(pl.Int64), k=yes.sum().cast(pl.Float64)).sort("department")
    n, k = (counted[c].to_numpy().astype(float) for c in ("n", "k"))
    bounds = {
        "value": k / np.maximum(n, 1),
        **{c: special.betaincinv(k + 0.5, n - k + 0.5, q) for c, q in (("lower", 0.1), ("upper", 0.9))},
    }
    return _told(counted, measure, {name: pl.Series(values) for name, values in bounds.items()})


def _days(rows: pl.DataFrame, measure: Measure, share: float) -> pl.DataFrame:
    days = ((pl.col("ended") - pl.col("starts")).dt.total_seconds() / 86400).fill_null(float("inf"))
    counted = rows.group_by("department").agg(n=pl.len().cast(pl.Int64), days=days.sort()).sort("department")
    found = [_quantile(np.asarray(each), share) for each in counted["days"]]
    columns = {name: pl.Series([row[k] for row in found], dtype=pl.Float64) for k, name in enumerate(("value", "lower", "upper"))}
    return _told(counted, measure, columns)


def _quantile(ordered: NDArray[np.float64], share: float) -> tuple[float | None, ...]:
    """A quantile and the order statistics around it; None where it lies among those that are open."""
    n = len(ordered)
    spread = _TENTH * math.sqrt(n * share * (1 - share))
    ranks = (math.ceil(n * share), math.floor(n * share - spread), math.ceil(n * share + spread) + 1)
    found = [float(ordered[min(max(rank, 1), n) - 1]) for rank in ranks]
    return tuple(value if math.isfinite(value) else None for value in found)


def _backlog(rows: pl.DataFrame, ago: int) -> pl.DataFrame:
    """What was open past its deadline so many days ago, and how many were open at all."""
    then = pl.col("until") - dt.timedelta(days=ago)
    still = rows.filter((pl.col("starts") < then) & (pl.col("ended").is_null() | (pl.col("ended") > then)))
    counted = still.group_by("department").agg(n=pl.len().cast(pl.Int64), late=(pl.col("due") <= then).sum().cast(pl.Float64))
    counted = counted.sort("department")
    nothing = pl.Series([None] * len(counted), dtype=pl.Float64)
    return _told(counted, Measure.BACKLOG, {"value": counted["late"], "lower": nothing, "upper": nothing})


def _told(counted: pl.DataFrame, measure: Measure, figures: dict[str, pl.Series]) -> pl.DataFrame:
    """Rows of one measure; of few nothing but their number, except of a backlog, which is one."""
    enough = (pl.col("n") >= FEWEST) | pl.lit(measure is Measure.BACKLOG)
    made = counted.select("department", "n").with_columns(measure=pl.lit(measure.value), **figures)
    hidden = [pl.when(enough).then(pl.col(name).cast(pl.Float64)).alias(name) for name in figures]
    return made.select("department", "measure", "n", *hidden)
