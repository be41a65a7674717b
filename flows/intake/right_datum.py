"""Refuses a batch that fits its district clearly better under another datum than under the declared one, or with its axes exchanged.

Belongs here: gathering what the check needs from the stores, and refusing. Does not: the check (``transforms.grids.datum_check``).

A source is held against its own earlier reports; a new one against those of the district's other sources, for people live where they live.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from flows.stores import Context
from flows.stores.memory import Lying
from infra.districts.folder import DistrictFolder
from infra.sources.table import UnusableFile
from infra.warehouse.intake.batches import ledger_versions
from infra.warehouse.keeping.districts import district_version
from transforms.district.source import Source
from transforms.grids.axes import exchanged, lost_signs, only_otherwise
from transforms.grids.datum import moved_by_some_datum
from transforms.grids.datum_check import MIN_EARLIER, Habit, better_datum
from transforms.grids.projected import exchanged_on_plane
from transforms.words import LocatedBy

# From so many times the batches on, where their reports lie is looked up again.
_GROWN: Final = 2
Degrees = NDArray[np.float64]


@dataclass(frozen=True)
class Earlier:
    """Where earlier reports lie, and whose they are, in words."""

    habit: Habit
    whose: str


FindEarlier = Callable[[], Earlier | None]


def require_right_datum(folder: DistrictFolder, source: Source, candidates: pl.DataFrame, earlier: FindEarlier) -> None:
    """Pass when no other datum explains the places of a batch clearly better: by the outline, and by where ``earlier`` reports lie.

    Raises:
        UnusableFile: one does, or the axes are exchanged; the detail says how to mend it.
    """
    lon, lat = _points(candidates)
    if folder.outline is not None:
        _require_right_axes(source, lon, lat, folder.outline)
    # Outside China the datums are one, and nothing need be looked up.
    if not moved_by_some_datum(lon, lat).any():
        return
    known = earlier()
    evidence = better_datum(lon, lat, source.datum, folder.outline, known.habit if known else None)
    if evidence is None:
        return
    whose = known.whose if known and evidence.test == "habit" else None
    as_what = f"where {whose} lie" if whose else "this district's outline"
    detail = f"declared {source.datum}, but the places fit {as_what} clearly better as {evidence.datum}; ask the sender"
    raise UnusableFile("datum_wrong", f"{detail}, or those were declared wrongly" if whose else detail)


def _require_right_axes(source: Source, lon: Degrees, lat: Degrees, outline: shapely.Geometry) -> None:
    if source.crs is not None:
        if only_otherwise((lon, lat), partial(exchanged_on_plane, crs=source.crs), outline):
            raise UnusableFile("axes_exchanged", _other_way(source))
        return
    if exchanged(lon, lat, outline):
        raise UnusableFile("axes_exchanged", _other_way(source))
    if lost := lost_signs(lon, lat, outline):
        named = " and ".join({"lon": "longitude", "lat": "latitude"}[axis] for axis in lost)
        raise UnusableFile("sign_lost", f"nearly all places lie in this district with the other sign of the {named}: ask the sender for it")


def _other_way(source: Source) -> str:
    """How to declare the axes the other way round."""
    if source.columns.point is not None:
        other = "lon_lat" if source.point_order == "lat_lon" else "lat_lon"
        return f'nearly all places lie in this district the other way round: write point_order = "{other}"'
    lon, lat = (source.columns.of(axis)[0] for axis in ("lat", "lon"))
    return f'nearly all places lie in this district the other way round: write lon = "{lon}" and lat = "{lat}", and tell the sender'


def earlier_reports(context: Context, source: Source) -> Earlier | None:
    """Where the source's own earlier reports lie, or those of the others where it has too few; None where there are none."""
    own = _habit(context, [source])
    if own is not None and own.counts.sum() >= MIN_EARLIER:
        return Earlier(own, "this source's earlier reports")
    others = _habit(context, context.district.sources)
    return None if others is None else Earlier(others, "the other sources' reports")


def no_earlier_reports() -> None:
    """For a batch that is looked at alone."""


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
    kept, codes = context.remembered.lying, frozenset(source.code for source in sources)
    known = kept.get(codes)
    # The whole lake is read for it, and what came since of a source that had more before changes no habit.
    if known is None or not _still_tells(known, batches):
        known = kept[codes] = Lying(frozenset(batches), _looked_up(context, batches))
    return known.habit


def _still_tells(known: Lying, batches: Sequence[str]) -> bool:
    """Whether what is known of where reports lie is enough of a habit, and of most of the batches that there are."""
    enough = known.habit.counts.sum() >= MIN_EARLIER
    return bool(enough) and known.batches <= {*batches} and len(batches) < _GROWN * len(known.batches)


def _looked_up(context: Context, batches: Sequence[str]) -> Habit:
    """Where the reports of batches lie."""
    located = pl.col("batch_id").is_in(batches) & (pl.col("located_by") == LocatedBy.POINT.value)
    counted = context.lake.collect(context.lake.versions().filter(located).group_by("cell_id").agg(reports=pl.len()))
    joined = context.folder.cells.select("cell_id").join(counted, on="cell_id", how="left", maintain_order="left")
    return Habit(joined["reports"].fill_null(0).to_numpy().astype(np.int64), context.folder.locator.positions)


def _same(context: Context, source: Source, version: str) -> bool:
    """Whether a stored version of the district declares the source's datum as today's does."""
    if version == context.folder.version:
        return True
    stored = district_version(context.warehouse, version)
    declared = json.loads(stored.canonical)["sources"] if stored else []
    return any(s["code"] == source.code and s["datum"] == source.datum for s in declared)
