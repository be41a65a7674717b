"""Refuses a batch that fits its district clearly better under another datum than under the declared one.

Belongs here: gathering what the check needs from the stores. Does not: the check (``transforms.grids.datum_check``).

A source is held against its own earlier reports; a new one against those of the district's other sources, for people live where they live.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from flows.stores import Context
from infra.districts.folder import DistrictFolder
from infra.sources.table import UnusableFile
from infra.warehouse.batches import ledger_versions
from infra.warehouse.districts import district_version
from transforms.district.source import Source
from transforms.grids.datum import moved_by_some_datum
from transforms.grids.datum_check import MIN_EARLIER, Habit, better_datum
from transforms.words import LocatedBy

Degrees = NDArray[np.float64]


def require_right_datum(context: Context, source: Source, candidates: pl.DataFrame) -> None:
    """Pass when no other datum explains the places of a batch clearly better.

    Raises:
        UnusableFile: one does; the detail names it.
    """
    # Outside China the datums are one, and nothing need be looked up.
    if not moved_by_some_datum(*_points(candidates)).any():
        return
    own = _habit(context, [source])
    known = own is not None and own.counts.sum() >= MIN_EARLIER
    habit = own if known else _habit(context, context.district.sources)
    require_best_datum(
        context.folder, source, candidates, habit, "this source's earlier reports" if known else "the other sources' reports"
    )


def require_best_datum(
    folder: DistrictFolder, source: Source, candidates: pl.DataFrame, habit: Habit | None = None, earlier: str = ""
) -> None:
    """The same by the outline of the district, and by where ``earlier`` reports lie as far as that is known.

    Raises:
        UnusableFile: another datum fits clearly better; the detail names it.
    """
    evidence = better_datum(*_points(candidates), source.datum, folder.outline, habit)
    if evidence is None:
        return
    as_what = "this district's outline" if evidence.test == "border" else f"where {earlier} lie"
    detail = f"declared {source.datum}, but the places fit {as_what} clearly better as {evidence.datum}; ask the sender"
    raise UnusableFile("datum_wrong", detail if evidence.test == "border" else f"{detail}, or those were declared wrongly")


def _points(candidates: pl.DataFrame) -> tuple[Degrees, Degrees]:
    points = candidates.select("lon", "lat").drop_nulls()
    return points["lon"].to_numpy().astype(np.float64), points["lat"].to_numpy().astype(np.float64)


def _habit(context: Context, sources: Sequence[Source]) -> Habit | None:
    """Where the earlier reports of sources lie, as far as each was declared in the datum that it is declared in now."""
    batches = [
        batch for source in sources for batch, version in ledger_versions(context.warehouse, source.code) if _same(context, source, version)
    ]
    if not batches:
        return None
    counted = (
        context.lake.versions()
        .filter(pl.col("batch_id").is_in(batches) & (pl.col("located_by") == LocatedBy.POINT.value))
        .group_by("cell_id")
        .agg(reports=pl.len())
        .collect()
    )
    joined = context.folder.cells.select("cell_id").join(counted, on="cell_id", how="left", maintain_order="left")
    return Habit(joined["reports"].fill_null(0).to_numpy().astype(np.int64), context.folder.locator.positions)


def _same(context: Context, source: Source, version: str) -> bool:
    """Whether a stored version of the district declares the source's datum as today's does."""
    if version == context.folder.version:
        return True
    stored = district_version(context.warehouse, version)
    declared = json.loads(stored.canonical)["sources"] if stored else []
    return any(s["code"] == source.code and s["datum"] == source.datum for s in declared)
