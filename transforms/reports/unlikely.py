"""What the reports of a source hold that such reports hold nowhere: no Sunday, everything on the 1st, a day twice, one cell, one spot.

Belongs here: comparing days, weekdays, months and cells with what is usual anywhere. Does not: checks of one batch beside earlier ones
(``expectations``), which days are missing (``transforms.panel.arrivals``).

Nothing of it is wrong by itself: an office may rest on Sundays, and half of a city's calls may come from its station. It is what wrong
declarations look like, so that a person looks.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from typing import Final

import polars as pl

# With fewer reports, chance alone does all of this.
LEAST: Final = 60
# So many reports are expected on a weekday, or in a month, before none is remarkable.
_EXPECTED: Final = 10.0
_WEEKS: Final = 3
_FIRSTS: Final = 0.2
_FIRSTS_DAYS: Final = 60
_CELL: Final = 0.2
_CELLS: Final = 15
_SPOT: Final = 0.2
# A month with so little of what the others hold.
_THIN: Final = 0.1
_TWINS: Final = 0.8
_USUAL_TWINS: Final = 0.3
_DAY: Final = 10


def unlikely(reports: pl.DataFrame, cells: int) -> list[str]:
    """What is unlikely of a source, one sentence each.

    Args:
        reports: those of one source that stand and tell a day, ``occurred_on, kind, cell_id, spot, part_of_day``.
        cells: how many cells the district has.
    """
    if len(reports) < LEAST:
        return []
    return [*_weekdays(reports), *_firsts(reports), *_months(reports), *_twice(reports), *_cells(reports, cells), *_spots(reports)]


def _span(reports: pl.DataFrame) -> int:
    """The days from the first of nearly all to the last: single dates that were mistyped tell nothing."""
    days = reports["occurred_on"].sort().to_physical()
    return int(days[int(0.99 * (len(days) - 1))] - days[int(0.01 * (len(days) - 1))]) + 1


def _weekdays(reports: pl.DataFrame) -> Iterator[str]:
    if _span(reports) < 7 * _WEEKS or len(reports) / 7 < _EXPECTED:
        return
    had = set(reports["occurred_on"].dt.weekday())
    if lacking := [calendar.day_name[n - 1] for n in range(1, 8) if n not in had]:
        yield f"none is of a {' or a '.join(lacking)}: is that so, or are days shifted or lost?"


def _firsts(reports: pl.DataFrame) -> Iterator[str]:
    share = float((reports["occurred_on"].dt.day() == 1).mean() or 0.0)  # type: ignore[arg-type]
    if _span(reports) >= _FIRSTS_DAYS and share > _FIRSTS:
        yield f'{share:.0%} are of the 1st of a month: where only the month is known, say precision = "month"'


def _months(reports: pl.DataFrame) -> Iterator[str]:
    counted = reports.group_by(month=pl.col("occurred_on").dt.month_start()).len().sort("month")
    usual = float(counted["len"].median() or 0)  # type: ignore[arg-type]
    busy = counted.filter(pl.col("len") >= _THIN * usual)["month"]
    if len(busy) < 3 or usual < _EXPECTED:
        return
    every = pl.DataFrame({"month": pl.date_range(busy[0], busy[-1], "1mo", eager=True)})
    had = every.join(counted, on="month", how="left", maintain_order="left")
    thin = had.filter(pl.col("len").fill_null(0) < _THIN * usual)["month"].dt.strftime("%Y-%m")
    if len(thin):
        more = f" and {len(thin) - 6} more" if len(thin) > 6 else ""
        yield f"hardly any is of {', '.join(thin.head(6))}{more} ({usual:.0f} are usual): a file is missing, or days and months exchanged?"


def _twice(reports: pl.DataFrame) -> Iterator[str]:
    """Days on which nearly every report has a twin: the same kind, place and time under another number."""
    told = reports.filter(pl.col("spot").is_not_null())
    if told.is_empty():
        return
    alike = told.with_columns(twins=pl.len().over("occurred_on", "kind", "cell_id", "spot", "part_of_day") > 1)
    days = alike.group_by("occurred_on").agg(n=pl.len(), share=pl.col("twins").mean()).sort("occurred_on")
    doubled = days.filter(pl.col("n") >= _DAY, pl.col("share") >= _TWINS)["occurred_on"]
    rest = alike.filter(~pl.col("occurred_on").is_in(doubled.implode()))
    if len(doubled) and len(rest) and float(rest["twins"].mean() or 0.0) < _USUAL_TWINS:  # type: ignore[arg-type]
        more = f" and {len(doubled) - 3} more" if len(doubled) > 3 else ""
        yield f"on {', '.join(map(str, doubled.head(3)))}{more} nearly every report stands twice: the same file under other numbers?"


def _cells(reports: pl.DataFrame, cells: int) -> Iterator[str]:
    # Sensitive ones are known by their subdistrict.
    counted = reports["cell_id"].filter(~reports["cell_id"].str.starts_with("sub:")).value_counts(sort=True)
    share = int(counted["count"][0]) / len(reports) if len(counted) else 0.0
    if cells >= _CELLS and share >= _CELL:
        yield f"{share:.0%} of them lie in {counted['cell_id'][0]}, one of {cells} cells: a station, or what stands for no place?"


def _spots(reports: pl.DataFrame) -> Iterator[str]:
    told = reports.filter(pl.col("spot").is_not_null())
    if len(told) < LEAST:
        return
    # A spot is another one in every month, so each month has its largest.
    month = pl.col("occurred_on").dt.month_start()
    most = told.group_by("cell_id", "spot", month=month).len().group_by("month").agg(pl.col("len").max())
    share = int(most["len"].sum()) / len(told)
    if share >= _SPOT and len(told) / len(most) >= _EXPECTED:
        yield f"{share:.0%} of them lie within fifty metres of one another: is that where a system puts what has no place?"
