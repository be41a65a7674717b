"""The verbs of ``sifang grid``.

Belongs here: options and what is printed. Does not: making and looking (``infra.districts.grids``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.door import FAILED
from flows.cli.shell import DistrictOption, JsonOption, choose, one_of, show

grids = typer.Typer(help="Making and checking grids.", no_args_is_help=True)


@grids.command()
def make(
    boundary: Annotated[Path, typer.Argument(metavar="FILE.geojson", help="The district's boundary as polygons, or its zones.")],
    kind: Annotated[str, typer.Option("--kind", help="square, h3, or zones: the file's own, with codes.")] = "square",
    size_m: Annotated[float, typer.Option("--size-m", help="Side of a square in metres.")] = 500.0,
    resolution: Annotated[int, typer.Option("--resolution", help="Of h3: 9 is the finest.")] = 9,
    tolerance_m: Annotated[float, typer.Option("--tolerance-m", min=1, max=500, help="How closely the outline follows.")] = 25.0,
    datum: Annotated[str, typer.Option("--datum", help="Of the boundary: WGS-84, CGCS2000, GCJ-02 or BD-09.")] = "WGS-84",
    names_in: Annotated[str, typer.Option("--names-in", help="Of zones: the property that holds a zone's name.")] = "name",
    into: Annotated[Path | None, typer.Option("--into", metavar="DIR", help="District folder whose [grid] to replace.")] = None,
    cells: Annotated[Path | None, typer.Option("--cells", metavar="FILE.geojson", help="Also write the cells, for a map.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a square or H3 grid over a boundary, or codes for zones with names only; print its [grid] lines, or put them into a district."""
    from flows.cli.draw.grid import coded, made
    from infra.districts import grids as room
    from infra.districts.coding import code_file

    if kind == "zones":
        show(code_file(boundary, names_in, into=into, cells_file=cells), as_json, coded)
        return
    wanted = room.Wanted(one_of(kind, "kind", room.KINDS), size_m, resolution, tolerance_m, one_of(datum, "datum", room.DATUMS))
    show(room.make(boundary, wanted, into=into, cells_file=cells), as_json, lambda grid: made(grid, print_lines=into is None))


@grids.command()
def check(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Zones as GeoJSON or CSV. Default: the district's grid.")] = None,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for overlaps, gaps, holes, faulty polygons, zones too small, axes swapped, wrong units; name every problem at once."""
    from flows.cli.draw.grid import checked
    from infra.districts.folder import find
    from infra.districts.grids import check_district, check_file

    if file is not None:
        found = check_file(file)
    else:
        code, settings = choose(district)
        found = check_district(find(code, settings.district_roots))
    show(found, as_json, checked)
    if not found.is_sound:
        raise typer.Exit(FAILED)
