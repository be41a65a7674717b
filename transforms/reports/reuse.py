"""Whether a key tells reports apart: how often one comes back with another day and another place.

Belongs here: the count, and when it is too much. Does not: the key itself (``key_texts``), corrections, which change one thing of a report
and keep the rest (``versions``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from transforms.reports.versions import is_latest

# Fewer are corrections; a larger share of what comes back is another report under an old number.
_FEW: Final = 5
_MOST: Final = 0.2


@dataclass(frozen=True)
class Reuse:
    """Of so many keys that came back, so many did with another day and another place."""

    back: int
    otherwise: int

    @property
    def too_much(self) -> bool:
        """Whether the key is hardly that of a report."""
        return self.otherwise >= _FEW and self.otherwise > _MOST * self.back

    @property
    def said(self) -> str:
        """The figures, and what to do."""
        return (
            f"of {self.back} keys that came back, {self.otherwise} did with another day and another place: a number that begins"
            ' anew needs key_scope = "day", "month" or "year", one that is no report\'s own another key, and rows without any rows = "each"'
        )


def between(versions: pl.DataFrame, stored: pl.DataFrame, released: frozenset[str]) -> Reuse:
    """Of reports that were known before, how many come back as something else; both schema ``REPORTS``."""
    last = stored.filter(is_latest(stored, released)).select("report_id", day="occurred_on", where="cell_id")
    back = versions.select("report_id", "occurred_on", "cell_id").join(last, on="report_id")
    # A correction may find another day and another kind; a report that happened elsewhere as well is another one.
    other = (pl.col("occurred_on") != pl.col("day")) & (pl.col("cell_id") != pl.col("where"))
    return Reuse(back["report_id"].n_unique(), back.filter(other)["report_id"].n_unique())


def within(candidates: pl.DataFrame) -> Reuse:
    """Of incidents of several rows in one file (schema ``CANDIDATES``), how many hold rows of several days and several places."""
    several = candidates.filter(pl.col("key_hash").is_duplicated())
    if several.is_empty():
        return Reuse(0, 0)
    differ = several.group_by("key_hash").agg(
        days=pl.col("occurred_at").dt.truncate("1d").drop_nulls().n_unique(),
        places=pl.struct(pl.col("lon").round(3), pl.col("lat").round(3), "zone").n_unique(),
    )
    # Charges of one arrest are of several kinds and days; they are of one place.
    other = differ.filter((pl.col("days") > 1) & (pl.col("places") > 1))
    return Reuse(len(differ), len(other))
