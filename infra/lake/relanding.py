"""Moments of knowing that a clock ahead wrote: brought down to the moment at which somebody noticed.

Belongs here: which rows those are, and writing their files anew. Does not: which batches were landed by a wrong clock (the warehouse's
ledger), commits (``table``).

A report that is known only from next year on is hidden until then, and would come up that day as news. No night that stands has seen such a
row, for none looks from a moment that has not come; so the row keeps the commit in which it entered, and only its ``known_at`` changes, in
one commit of the lake. Killed anywhere, it is repeated: it is done or it is not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from infra.lake.faults import door
from infra.lake.lake import Lake
from infra.lake.packing import packed, scanned
from infra.lake.upkeep import commit_upkeep
from transforms.schema import UTC


@dataclass(frozen=True)
class Ahead:
    """How many rows are known only from a moment on that has not come, by the batch that they came with."""

    rows: Mapping[str, int]

    @property
    def batches(self) -> frozenset[str]:
        """The batches of such rows."""
        return frozenset(self.rows)


def known_ahead(lake: Lake, ahead_of: dt.datetime) -> Ahead:
    """Every row that is known only after a moment.

    Raises:
        StoreError: the lake is damaged or cannot be read.
    """
    with door(lake.shelf.shown):
        found = scanned(lake.shelf, lake.whole_files()).filter(pl.col("known_at") > ahead_of).group_by("batch_id").len().collect()
        return Ahead(dict(found.iter_rows()))


def bring_down(lake: Lake, batches: Collection[str], ahead_of: dt.datetime, at: dt.datetime, token: str) -> int:
    """Make ``at`` the moment from which the rows of some batches are known that are known only after ``ahead_of``; how many those are.

    Raises:
        StoreError: the lake is damaged or cannot be written.
        SifangError: another writer was first.
    """
    early = pl.col("batch_id").is_in(list(batches)) & (pl.col("known_at") > ahead_of)
    with door(lake.shelf.shown):
        changed, rows = [], 0
        for file in lake.whole_files():
            found = scanned(lake.shelf, [file]).filter(early).select(pl.len()).collect().item()
            if found:
                changed.append(file)
                rows += int(found)
        known_at = pl.when(early).then(pl.lit(at).cast(UTC)).otherwise("known_at").alias("known_at")
        if changed:
            left = (p for f in changed for p in packed(scanned(lake.shelf, [f]).with_columns(known_at).collect()))
            commit_upkeep(lake, "reland", token, left, changed)
        return rows
