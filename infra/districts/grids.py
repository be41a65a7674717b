"""Making a grid from a boundary and looking at one: `sifang grid`.

Belongs here: the order of the steps. Does not: finding faults and making outlines (``transforms.grids``), files
(``infra.districts.grid_files``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

import polars as pl

from infra.districts import folder as district_folder
from infra.districts.grid_files import declared_grid, grid_lines, read_geojson, write_cells, write_grid
from infra.districts.zone_files import examine_zones
from infra.errors import SifangError
from transforms.district.declaration import District
from transforms.grids.datum import Datum
from transforms.grids.faults import Fault, read_shape
from transforms.grids.hexagons import HexagonGrid
from transforms.grids.inspection import inspect, misplaced, projected, strangers
from transforms.grids.making import outline_of, picture, read_boundary
from transforms.grids.small_places import small_places
from transforms.grids.square import SquareGrid
from transforms.grids.succession import Succession

KINDS: Final[tuple[Literal["square", "h3"], ...]] = ("square", "h3")
DATUMS: Final[tuple[Datum, ...]] = get_args(Datum)


@dataclass(frozen=True)
class Wanted:
    """How fine a grid is to be, how closely its outline follows the boundary, and the datum of that."""

    kind: Literal["square", "h3"] = "square"
    size_m: float = 500.0
    resolution: int = 9
    tolerance_m: float = 25.0
    datum: Datum = "WGS-84"


@dataclass(frozen=True)
class MadeGrid:
    """A grid over a boundary: its ``[grid]`` lines, its extent and a picture of it, and the files that were written."""

    cells: int
    area_km2: float
    corners: int
    toml: str
    picture: str
    written: tuple[Path, ...]


@dataclass(frozen=True)
class CheckedGrid:
    """How many cells a grid has, and what is wrong with them."""

    cells: int
    faults: tuple[Fault, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing in it keeps a district from loading."""
        return not any(f.stops for f in self.faults)


def make(boundary: Path, wanted: Wanted, *, into: Path | None = None, cells_file: Path | None = None) -> MadeGrid:
    """Make a grid over a boundary; written where asked.

    Args:
        boundary: a GeoJSON file.
        wanted: what kind of grid.
        into: the district folder whose ``[grid]`` to replace.
        cells_file: where to write the cells as GeoJSON.

    Raises:
        SifangError: what is wrong with the boundary, all of it; a size that is refused.
    """
    shape, faults = read_boundary(read_geojson(boundary), wanted.datum)
    if shape is None:
        raise SifangError(f"{boundary.name} is no boundary:\n" + "\n".join(f"  - {f}" for f in faults))
    outline = outline_of(shape, wanted.tolerance_m)
    try:
        grid: SquareGrid | HexagonGrid = (
            SquareGrid(kind="square", size_m=wanted.size_m, outline=outline)
            if wanted.kind == "square"
            else HexagonGrid(kind="h3", resolution=wanted.resolution, outline=outline)
        )
        cells = grid.cells([], [], "all")
    except ValueError as error:
        raise SifangError(
            f"No grid can be made of {boundary.name}: {_first(error)}.", "Choose another size, or correct the boundary."
        ) from None
    table = grid.model_dump()
    if cells_file is not None:
        write_cells(cells, cells_file)
    return MadeGrid(
        cells=len(cells),
        area_km2=round(float(cells["area_km2"].sum()), 2),
        corners=sum(map(len, outline)),
        toml=grid_lines(table),
        picture=picture(grid, cells),
        written=tuple(f for f in (write_grid(into, table) if into else None, cells_file) if f),
    )


def _first(error: ValueError) -> str:
    """One line of what a validation says."""
    errors = getattr(error, "errors", None)
    return "; ".join(str(e["msg"]).lower() for e in errors()) if callable(errors) else str(error)


def check_file(file: Path) -> CheckedGrid:
    """Look at the zones of a file."""
    if not file.is_file():
        raise SifangError(f"There is no file {file}.", "Name an existing GeoJSON or CSV file.")
    try:
        zones, faults = examine_zones(file)
    except ValueError as error:
        return CheckedGrid(0, (Fault("file", file.name, "cannot be read", str(error)),))
    declared = [] if file.suffix == ".csv" else projected(read_geojson(file))
    return CheckedGrid(len(zones), (*declared, *faults, *small_places(zones), *inspect(zones), *Succession(zones).faults()))


def check_district(folder: Path) -> CheckedGrid:
    """Look at the grid of a district, also where the district does not load for it."""
    grid = declared_grid(folder)
    file = grid.get("file")
    own = check_file(folder / file) if isinstance(file, str) else CheckedGrid(0, tuple(_outline_faults(grid.get("outline"))))
    try:
        loaded = district_folder.load(folder)
    except SifangError as error:
        # Of a folder that does not load, what it says of its grid and was not found here.
        told = [line.removeprefix("  - ") for line in error.message.splitlines()[1:] if ": grid" in line]
        new = [line for line in told if not any(f.says in line for f in own.faults)]
        unloaded = (Fault("district", "the declaration", f"does not load: {line}", "correct it") for line in new)
        return CheckedGrid(own.cells, (*own.faults, *unloaded))
    return CheckedGrid(len(loaded.cells), (*own.faults, *_of_loaded(loaded.district, loaded.cells)))


def _outline_faults(outline: object) -> list[Fault]:
    if not isinstance(outline, list):
        return []
    faults: list[Fault] = []
    for number, ring in enumerate(outline, start=1):
        closed = [*ring, ring[0]] if isinstance(ring, list) and ring else ring
        faults += read_shape({"type": "Polygon", "coordinates": [closed]}, f"ring {number} of the outline")[1]
    return faults


def _of_loaded(district: District, cells: pl.DataFrame) -> list[Fault]:
    placed = cells.filter(pl.col("lon").is_not_null())
    bounds = [placed["lon"].min(), placed["lat"].min(), placed["lon"].max(), placed["lat"].max()]
    swapped = misplaced([float(str(b)) for b in bounds], district.timezone) if len(placed) else []
    return [*swapped, *strangers(cells, district)]
