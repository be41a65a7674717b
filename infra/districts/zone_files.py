"""Zones as files have them: GeoJSON polygons, or a CSV of codes.

Belongs here: reading. Does not: what may be wrong with a zone (``transforms.grids``), writing a grid (``infra.districts.grid_files``).
"""

from __future__ import annotations

import json
from pathlib import Path

from infra.districts.codelists import rows_by
from transforms.grids.faults import Fault
from transforms.grids.inspection import overlaps
from transforms.grids.small_places import small_places
from transforms.grids.succession import Succession
from transforms.grids.zones import Zone, read_collection, read_rows


def read_zones(file: Path) -> list[Zone]:
    """The zones of a GeoJSON file, or of a CSV file of codes.

    Raises:
        ValueError: what keeps the file from being a grid, all of it.
    """
    zones, faults = examine_zones(file)
    if stops := [str(f) for f in [*faults, *small_places(zones), *overlaps(zones), *Succession(zones).faults()] if f.stops]:
        raise ValueError("; ".join(stops))
    return zones


def examine_zones(file: Path) -> tuple[list[Zone], list[Fault]]:
    """The zones of a file as far as they can be read, and what is wrong with the others.

    Raises:
        ValueError: the file as a whole cannot be read.
    """
    if file.suffix == ".csv":
        return read_rows(rows_by(file, "cell_id").values())
    try:
        return read_collection(json.loads(file.read_text("utf-8-sig")))
    except json.JSONDecodeError as error:
        raise ValueError(f"{file.name} is not GeoJSON: {error}") from None
