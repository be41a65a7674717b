"""Duty performance (``political``): the share of their own clocks that departments miss, per department and subdistrict.

Measures departments, never residents. Of the clocks that fall due in (N − 28, N + 7], what is known counts as it is, and what is still
open as likely as it is to be missed (``transforms.duty.survival``). With n what they weigh together (``transforms.duty.guards``) and b
what is expected to be missed, the share is (b + κ·m) / (n + κ), κ = 10 clocks, where m is the same share of the department's clocks in the
other subdistricts, drawn in the same way to that of all others. So no line is its own yardstick: a case as likely to be missed as
the share says changes nothing. The interval is the 80 % of the Beta posterior. Levels are absolute, on its lower bound; a line under
thirty clocks has none, nor has any where two halves of the same clocks disagree (``transforms.duty.halves``).

The clocks of a source that fell silent are counted as they stood when it was last heard of (``transforms.duty.known``): what falls due
unheard is neither kept nor missed. Once that is too long ago, nothing is said of a subdistrict where the source had clocks.

Belongs here: shares and levels of departments. Does not: calendars and working time (``transforms.clocks``), harm of any kind
(``transforms.scoring``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from transforms.clocks.zones import utc_to_local
from transforms.district.declaration import Duty
from transforms.duty.guards import each_once, weighed
from transforms.duty.halves import FEWEST_CLOCKS, LINE, over_a_year, tells_apart
from transforms.duty.pace import Pace
from transforms.duty.survival import LIVES, Survival
from transforms.duty.window import in_window
from transforms.schema import DUTY
from transforms.words import DutyClock, Level

Array = NDArray[np.float64]

SHRINKAGE_CLOCKS: Final = 10.0
MAX_AGE_DAYS: Final = 90
# Before anything is known of anybody: a tenth, of little weight.
_PRIOR_MISSED, _PRIOR_CLOCKS = 1.0, 10.0
# Of what is added up.
_WHOLE: Final = 1 << 40
# Beyond this, days are counted as they come.
_FARTHEST_DAYS: Final = 400


def level_of(lower: float, duty: Duty) -> Level:
    """The level of a lower bound."""
    return (
        Level.RED if lower >= duty.red else Level.ORANGE if lower >= duty.orange else Level.YELLOW if lower >= duty.yellow else Level.BLUE
    )


def outlook(clocks: pl.DataFrame, holidays: Collection[dt.date], zone: str) -> pl.DataFrame:
    """Clocks with ``missed``: 1 or 0 where it is known, else how likely it is.

    Args:
        clocks: schema ``CLOCKS``.
        holidays: days off beside Saturdays and Sundays.
        zone: by whose clock days begin.
    """
    is_open = (pl.col("ended").is_null() & (pl.col("due") > pl.col("until"))).alias("open")
    unknown = clocks.select(is_open).to_series().to_numpy()
    missed = clocks.select((pl.col("ended").is_null() | (pl.col("ended") > pl.col("due"))).cast(pl.Float64)).to_series().to_numpy().copy()
    # How soon something is answered says nothing of how soon it is done.
    for clock in clocks["clock"].unique().sort():
        alike = clocks.select(pl.col("clock") == clock).to_series().to_numpy()
        lives = lives_of(clocks.filter(alike), holidays, zone)
        missed[alike & unknown] = Survival.fitted(lives).missed(lives.filter(unknown[alike]))
    return clocks.with_columns(missed=pl.Series(missed))


def lives_of(clocks: pl.DataFrame, holidays: Collection[dt.date], zone: str) -> pl.DataFrame:
    """What clocks tell of the time that it takes to meet one, schema ``LIVES``, row by row."""
    if clocks.is_empty():
        return LIVES.to_frame()

    def day(column: str) -> pl.Expr:
        return utc_to_local(pl.col(column), zone).cast(pl.Date).cast(pl.Int64)

    seen = clocks.select(pl.col("until").max(), first=day("starts").min(), last=day("until").max())
    first, last = seen["first"].item(), seen["last"].item()
    # What was met by the end of a day was met on it.
    closings = (
        clocks.filter(pl.col("ended").is_not_null()).select(pl.col("ended") - dt.timedelta(microseconds=1)).select(day("ended")).to_series()
    )
    pace = Pace.of(closings, (first, last + _FARTHEST_DAYS), holidays, zone)
    starts, due = pace.at(clocks["starts"]), pace.at(clocks["due"])
    length = np.maximum(due - starts, 1e-6)
    stopped = clocks.select(pl.min_horizontal("until", "due", "ended").alias("at"))["at"]
    met = clocks.select((pl.col("ended") <= pl.col("due")).fill_null(value=False)).to_series()
    lived = np.clip((pace.at(stopped) - starts) / length, 0.0, 1.0)
    answered = np.where(clocks["answered"].is_null(), 2.0, (pace.at(clocks["answered"]) - starts) / length)
    ago = clocks.select((pl.col("until") - pl.min_horizontal("until", "due")).dt.total_seconds() / 86400).to_series()
    return clocks.select(
        "department",
        "kind",
        lived=pl.Series(lived),
        met=met,
        answered=pl.Series(np.where(clocks["tells"], answered, np.nan)).fill_nan(None),
        reopened="reopened",
        ago=ago,
    ).select(list(LIVES))


def duty_performance(clocks: pl.DataFrame, duty: Duty, holidays: Collection[dt.date], zone: str) -> pl.DataFrame:
    """Shares missed per department and subdistrict, schema ``DUTY``, of clocks in schema ``CLOCKS``; one line where there are any."""
    judged = weighed(outlook(clocks, holidays, zone))
    counted = each_once(in_window(judged))
    # The stock is of cases, and a case has one deadline.
    is_stock = pl.col("ended").is_null() & (pl.col("due") <= pl.col("until")) & (pl.col("clock") == DutyClock.DEADLINE.value)
    overdue = judged.filter(is_stock)
    lines = (
        _window_counts(counted)
        .join(_stock(overdue), on=LINE, how="full", coalesce=True)
        .join(_handed_on(in_window(judged)), on=LINE, how="full", coalesce=True)
        .with_columns(pl.exclude(*LINE, "overdue_days").fill_null(0))
        .sort(LINE)
    )
    found = shared(lines, duty)
    return found if tells_apart(over_a_year(judged)) else found.with_columns(level=pl.lit(None, pl.String))


_REASONS: Final = ("late", "overdue_now", "reopened", "unanswered", "passed_on", "likely_late")


def _window_counts(counted: pl.DataFrame) -> pl.DataFrame:
    """What is in the window, per line: clocks, weights, what is missed and why, and what looks better than it is."""
    is_open = pl.col("ended").is_null()
    ahead = is_open & (pl.col("due") > pl.col("until"))
    unanswered = pl.col("tells") & pl.col("answered").is_null()
    reason = (
        pl.when(~is_open)
        .then(pl.lit("late"))
        .when(pl.col("clock") == DutyClock.FIRST_CONTACT.value)
        .then(pl.lit("unanswered"))
        .when(~ahead)
        .then(pl.lit("overdue_now"))
        .when("reopened")
        .then(pl.lit("reopened"))
        .when(unanswered)
        .then(pl.lit("unanswered"))
        .when("passed_on")
        .then(pl.lit("passed_on"))
        .otherwise(pl.lit("likely_late"))
    )
    kept = ~is_open & (pl.col("missed") == 0)
    return (
        counted.with_columns(reason=reason)
        .group_by(LINE)
        .agg(
            clocks=pl.len().cast(pl.Int64),
            breached=(pl.col("missed") == 1).sum().cast(pl.Int64),
            weight=_summed(pl.col("weight")),
            **{name: _summed(pl.col("missed").filter(pl.col("reason") == name)) for name in _REASONS},
            unconfirmed=(kept & pl.col("asked") & ~pl.col("confirmed").fill_null(value=False)).sum().cast(pl.Int64),
            last_moment=pl.col("last_moment").sum().cast(pl.Int64),
            reopens=pl.col("reopened").sum().cast(pl.Int64),
            moved=pl.col("moved").sum().cast(pl.Int64),
            far=pl.col("far").sum().cast(pl.Int64),
            duplicates=pl.col("duplicates").sum().cast(pl.Int64),
        )
    )


def _summed(values: pl.Expr) -> pl.Expr:
    """A sum that is the same in whatever order."""
    return (values * _WHOLE).round().cast(pl.Int64).sum() / _WHOLE


def _stock(overdue: pl.DataFrame) -> pl.DataFrame:
    """What is open past its end, per line; what is so for more than ninety days counts apart, and is ninety days old."""
    age = (pl.col("until") - pl.col("due")).dt.total_seconds() / 86400
    return overdue.group_by(LINE).agg(
        overdue=(age <= MAX_AGE_DAYS).sum().cast(pl.Int64),
        ghosts=(age > MAX_AGE_DAYS).sum().cast(pl.Int64),
        overdue_days=_summed(age.clip(0, MAX_AGE_DAYS)) / pl.len(),
    )


def _handed_on(window: pl.DataFrame) -> pl.DataFrame:
    """How many clocks were a department's first, until another accepted them."""
    gone = window.filter(pl.col("handed_on_by").is_not_null())
    return gone.group_by(department="handed_on_by", subdistrict="subdistrict").agg(handed_on=pl.len().cast(pl.Int64))


def shared(lines: pl.DataFrame, duty: Duty) -> pl.DataFrame:
    """Lines with their share, interval, level and what the share is made of, schema ``DUTY``.

    Args:
        lines: ``DUTY`` without these, with ``weight``, and what is missed for each reason as a number of clocks.
        duty: where levels begin.
    """
    missed, weight = lines.select(pl.sum_horizontal(_REASONS)).to_series().to_numpy(), lines["weight"].to_numpy()
    parent = _parent(lines["department"], weight, missed)
    share, lower, upper = _posterior(weight, missed, parent)
    levels = [level_of(v, duty).value if n >= FEWEST_CLOCKS else None for v, n in zip(lower, lines["clocks"], strict=True)]
    graded = lines.with_columns(
        *[pl.col(reason) / (pl.col("weight") + SHRINKAGE_CLOCKS) for reason in _REASONS],
        borrowed=pl.Series(SHRINKAGE_CLOCKS * parent / (weight + SHRINKAGE_CLOCKS)),
        share=pl.Series(share),
        lower=pl.Series(lower),
        upper=pl.Series(upper),
        level=pl.Series(levels, dtype=pl.String),
    )
    return graded.select([pl.col(c).cast(t) for c, t in DUTY.items()])


def _parent(department: pl.Series, weight: Array, missed: Array) -> Array:
    """What each line is drawn to: the department's other lines, and they to all lines but this one."""
    own = department.rank("dense").to_numpy().astype(np.int64)
    others = (missed.sum() - missed + _PRIOR_MISSED) / (weight.sum() - weight + _PRIOR_CLOCKS)
    elsewhere = [np.bincount(own, weights=values)[own] - values if len(own) else values for values in (missed, weight)]
    found: Array = (elsewhere[0] + SHRINKAGE_CLOCKS * others) / (elsewhere[1] + SHRINKAGE_CLOCKS)
    # Differences of sums may fall short of nothing by the last bit.
    return np.clip(found, 1e-9, 1 - 1e-9)


def _posterior(clocks: Array, breached: Array, parent: Array) -> tuple[Array, Array, Array]:
    """Mean and 80 % interval of the share breached."""
    a, b = breached + SHRINKAGE_CLOCKS * parent, clocks - breached + SHRINKAGE_CLOCKS * (1 - parent)
    return a / (a + b), special.betaincinv(a, b, 0.1), special.betaincinv(a, b, 0.9)
