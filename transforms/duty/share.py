"""Duty performance (``political``): the share of their own clocks that departments miss, per department and subdistrict.

Measures departments, never residents. Clocks that fell due in the 28 days before the night; breached when the case closed after its
deadline or is still open. The share of a department in a subdistrict is shrunk to the department's own, and that to the district's:
p = (breached + κ·parent) / (clocks + κ), κ = 10 clocks. Levels are absolute, on the lower bound of an 80 % interval (Beta posterior).

The clocks of a feed that fell silent are counted as they stood when it was last heard of (``transforms.scoring.silence``): what falls due
unheard is neither kept nor missed. Once that is too long ago, nothing is said of a subdistrict where the feed had clocks.

Belongs here: clocks, shares, levels of departments. Does not: calendars and working time (``transforms.clocks``), harm of any kind
(``transforms.scoring``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from transforms.clocks.nights import day_start
from transforms.district.declaration import CategorySettings, District, Duty
from transforms.grids.succession import once
from transforms.panel.panel import Panel
from transforms.schema import DUTY, UTC
from transforms.scoring.silence import Heard
from transforms.words import Category, Level, Status
from transforms.words.feeds import FEEDS

Array = NDArray[np.float64]

WINDOW_DAYS = 28
SHRINKAGE_CLOCKS = 10.0
MAX_AGE_DAYS = 90
UNKNOWN_DEPARTMENT = "unknown"


def level_of(lower: float, duty: Duty) -> Level:
    """The level of a lower bound."""
    return (
        Level.RED if lower >= duty.red else Level.ORANGE if lower >= duty.orange else Level.YELLOW if lower >= duty.yellow else Level.BLUE
    )


def _posterior(clocks: Array, breached: Array, parent: Array) -> tuple[Array, Array, Array]:
    """Mean and 80 % interval of the share breached."""
    a, b = breached + SHRINKAGE_CLOCKS * parent, clocks - breached + SHRINKAGE_CLOCKS * (1 - parent)
    return a / (a + b), special.betaincinv(a, b, 0.1), special.betaincinv(a, b, 0.9)


def heard_and_stale(panel: Panel, district: District) -> tuple[dict[str, dt.datetime], dict[str, dt.datetime]]:
    """The moment (UTC) until which the clocks of each feed are known: of feeds heard of lately, and of those silent for too long.

    A feed whose sources have all ended, as declared, is not silent: its clocks run out.
    """
    stale_after = district.categories.get(Category.POLITICAL, CategorySettings()).stale_after_days
    lately: dict[str, dt.datetime] = {}
    stale: dict[str, dt.datetime] = {}
    for feed in FEEDS:
        heard = Heard.of(panel.exposure[feed], panel.days) if feed in panel.exposure else None
        goes_on = any(s.coverage.until is None or s.coverage.until >= panel.night for s in district.sources if s.feed == feed)
        until = heard.until if heard and goes_on else panel.night
        (stale if (panel.night - until).days >= stale_after else lately)[feed] = day_start(until, district.zone)
    return lately, stale


def duty_performance(
    reports: pl.DataFrame, cells: pl.DataFrame, until: Mapping[str, dt.datetime], duty: Duty, hidden: Collection[str] = ()
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Shares breached per department and subdistrict, and per subdistrict over its departments.

    Args:
        reports: reports as of the night, schema ``REPORTS``, one row each; those without a deadline do not count.
        cells: schema ``CELLS``.
        until: the moment as of which each feed's clocks are counted; feeds that are left out have none.
        duty: the absolute levels.
        hidden: kinds that have no part in it.

    Returns:
        Two frames of schema ``DUTY``; in the second one ``department`` is null. Clocks overdue for more than 90 days are not counted.
    """
    if not until:
        return DUTY.to_frame(), DUTY.to_frame()
    clocks = _clocks(reports, cells, until, hidden)
    total, missed = float(clocks["clocks"].sum()), float(clocks["breached"].sum())
    district = (missed + 1) / (total + 2)
    by_department = clocks.group_by("department").agg(n=pl.col("clocks").sum(), b=pl.col("breached").sum())
    parent = clocks.join(by_department, on="department", how="left", maintain_order="left").select(
        p=(pl.col("b") + SHRINKAGE_CLOCKS * district) / (pl.col("n") + SHRINKAGE_CLOCKS)
    )["p"]
    whole = (
        clocks.group_by("subdistrict")
        .agg(pl.col("clocks", "breached", "overdue").sum())
        .with_columns(department=pl.lit(None, pl.String))
        .sort("subdistrict")
    )
    return _graded(clocks, parent.to_numpy(), duty), _graded(whole, np.full(len(whole), district), duty)


def _clocks(reports: pl.DataFrame, cells: pl.DataFrame, until: Mapping[str, dt.datetime], hidden: Collection[str]) -> pl.DataFrame:
    """Clocks that fell due, were missed and are overdue, per department and subdistrict that had any."""
    # Few of all reports have a clock that may still count, and the rest is spared every further question.
    oldest = min(until.values()) - dt.timedelta(days=MAX_AGE_DAYS)
    return (
        once(reports.filter(pl.col("due_at") >= oldest))
        .lazy()
        .filter(~pl.col("kind").is_in(list(hidden)))
        .with_columns(until=pl.col("feed").replace_strict(dict(until), default=None, return_dtype=UTC))
        .filter(pl.col("due_at") < pl.col("until"))
        # Closed without saying when: nobody knows whether the clock was kept, so it is no clock.
        .filter((pl.col("status") == Status.OPEN.value) | pl.col("closed_at").is_not_null())
        .join(cells.lazy().select("cell_id", "subdistrict"), on="cell_id")
        .with_columns(
            department=pl.col("department").fill_null(UNKNOWN_DEPARTMENT),
            is_open=pl.col("status") == Status.OPEN.value,
            recent=pl.col("due_at") >= pl.col("until") - dt.timedelta(days=WINDOW_DAYS),
            young=pl.col("due_at") >= pl.col("until") - dt.timedelta(days=MAX_AGE_DAYS),
        )
        .with_columns(missed=pl.col("is_open") | (pl.col("closed_at") > pl.col("due_at")))
        .group_by("department", "subdistrict")
        .agg(
            clocks=pl.col("recent").sum().cast(pl.Int64),
            breached=(pl.col("recent") & pl.col("missed")).sum().cast(pl.Int64),
            overdue=(pl.col("is_open") & pl.col("young")).sum().cast(pl.Int64),
        )
        .filter((pl.col("clocks") > 0) | (pl.col("overdue") > 0))
        .sort("department", "subdistrict")
        .collect()
    )


def _graded(clocks: pl.DataFrame, parent: Array, duty: Duty) -> pl.DataFrame:
    share, lower, upper = _posterior(clocks["clocks"].to_numpy().astype(float), clocks["breached"].to_numpy().astype(float), parent)
    graded = clocks.with_columns(
        share=pl.Series(share),
        lower=pl.Series(lower),
        upper=pl.Series(upper),
        # Where no clock fell due, the share is borrowed from others; a level is not.
        level=pl.Series(
            [(level_of(v, duty) if n else Level.BLUE).value for v, n in zip(lower, clocks["clocks"], strict=True)], dtype=pl.String
        ),
    )
    return graded.select([pl.col(c).cast(t) for c, t in DUTY.items()])
