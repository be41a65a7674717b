"""Taking reports out of a lake for good: out of its table, and out of every file that older commits left behind.

Belongs here: which files hold them, and writing those anew. Does not: which reports (``flows.repair.erasure``), the list of them
(``tombstones``), what else holds their rows (``infra.accord.erasing``).

Unlike an upkeep this waits for no reader: whoever opened the lake before may find a file gone, and looks again. Killed anywhere, it is
repeated and finds what is left.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import polars as pl

from infra.lake.faults import door
from infra.lake.lake import Lake
from infra.lake.packing import packed, scanned
from infra.lake.shelf import Shelf
from infra.lake.tombstones import FILE
from infra.lake.upkeep import commit_upkeep
from infra.marks import Deed
from transforms.schema.visits import VISIT_FEED

# What is known of a version that goes: enough to count it, and to say which nights saw it.
HELD: Final = ("report_id", "batch_id", "source", "status", "occurred_on", "known_at", "recorded_seq")


def held(lake: Lake, reports: Collection[str]) -> pl.DataFrame:
    """The versions that the lake holds of some reports: the columns ``HELD``.

    Raises:
        StoreError: the lake is damaged or cannot be read.
    """
    with door(lake.shelf.shown):
        return scanned(lake.shelf, lake.whole_files()).filter(_of(reports)).select(HELD).collect()


def erase(lake: Lake, reports: Collection[str], token: str) -> None:
    """Write every file anew that holds a version of these reports, and delete it, and whatever lies beside the table and holds one.

    Raises:
        StoreError: the lake is damaged or cannot be written.
        SifangError: another writer was first.
    """
    _drop(lake, "erase", _of(reports), token)


def empty(lake: Lake, up_to: int, token: str) -> None:
    """Drop every version of a report that entered up to a commit, in the same way. Visits stay: they name no report, and know no key.

    Raises:
        StoreError: the lake is damaged or cannot be written.
        SifangError: another writer was first.
    """
    _drop(lake, "rotate", (pl.col("recorded_seq") <= up_to) & (pl.col("feed") != VISIT_FEED), token)


def _drop(lake: Lake, deed: Deed, gone: pl.Expr, token: str) -> None:
    with door(lake.shelf.shown):
        files = lake.whole_files()
        holding = [f for f in files if scanned(lake.shelf, [f]).filter(gone).limit(1).collect().height]
        named = {f.name for f in files}
        loose = [f.name for f in lake.shelf.found() if f.name not in named and f.name != FILE and _may_hold(lake.shelf, f.name, gone)]
        if holding or loose:
            # Also where no row goes: with this commit that of a writer which lost the lock, and left these files, must fail.
            stay = (p for f in holding for p in packed(scanned(lake.shelf, [f]).filter(~gone).collect()))
            commit_upkeep(lake, deed, token, stay, holding)
        for name in [*(f.name for f in holding), *loose]:
            lake.shelf.remove(name)


def _may_hold(shelf: Shelf, name: str, gone: pl.Expr) -> bool:
    """Whether a file that is of the table no more holds what goes, as far as can be known: half a file may."""
    try:
        return bool(pl.scan_parquet(shelf.source(name), glob=False, hive_partitioning=False).filter(gone).limit(1).collect().height)
    except (OSError, pl.exceptions.PolarsError):
        return True


def _of(reports: Collection[str]) -> pl.Expr:
    return pl.col("report_id").is_in(pl.Series(sorted(reports), dtype=pl.String).implode())
