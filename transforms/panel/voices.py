"""How many voices stand behind the reports of the last days: four quarrels of one household are one.

Belongs here: counting them per cell. Does not: what makes a spot (``transforms.reports.spots``), how many are evidence
(``transforms.scoring.surge``).

A voice is a spot; reports without a point are one voice per cell and day. A spot has another hash in every month, so voices are counted
within each calendar month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.district.declaration import District

# Voices per place and calendar month, of which a fortnight touches two.
Voices = NDArray[np.int64]


def voices(
    reports: pl.DataFrame, district: District, cells: pl.Series, series: Collection[str], last: dt.date, days: int
) -> dict[str, Voices]:
    """Voices of each series in each cell, shape (cells, 2): in the month of the last day, and in the one before it.

    Args:
        reports: reports as of a night, schema ``REPORTS``, one row each, or apportioned.
        district: its kinds.
        cells: the codes of the cells, in the order of the result.
        series: which series.
        last: the last day that counts.
        days: how many days count, at most 28.
    """
    series_of = {k.code: k.series for k in district.kinds.values() if k.series in series}
    place = pl.DataFrame({"cell_id": cells, "cell": np.arange(len(cells))})
    recent = pl.col("occurred_on").is_between(last - dt.timedelta(days=days - 1), last)
    counted = (
        reports.filter(recent, pl.col("kind").is_in(list(series_of)))
        .join(place, on="cell_id")
        .select(
            "cell",
            series=pl.col("kind").replace_strict(series_of, return_dtype=pl.String),
            month=(pl.col("occurred_on").dt.month_start() != last.replace(day=1)).cast(pl.Int64),
            # Spots are not negative, and these are: nothing is both.
            voice=pl.coalesce("spot", -pl.col("occurred_on").cast(pl.Int32)),
        )
        .unique()
        .group_by("series", "cell", "month")
        .len()
    )
    found = {code: np.zeros((len(cells), 2), dtype=np.int64) for code in series}
    for code, cell, month, number in counted.iter_rows():
        found[code][cell, month] = number
    return found
