"""The verbs of ``sifang grid``.

Belongs here: options and what is printed. Does not: the work.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.shell import DistrictOption, JsonOption, choose, show

grids = typer.Typer(help="Making and checking grids.", no_args_is_help=True)


@grids.command()
def make(
    boundary: Annotated[Path, typer.Argument(metavar="BOUNDARY.geojson", help="The district's boundary as one or more polygons.")],
    kind: Annotated[str, typer.Option("--kind", help="square or h3.")] = "square",
    size_m: Annotated[float, typer.Option("--size-m", help="Side of a square in metres.")] = 500.0,
    resolution: Annotated[int, typer.Option("--resolution", help="Of h3: 9 is the finest.")] = 9,
    tolerance_m: Annotated[float, typer.Option("--tolerance-m", min=1, max=500, help="How closely the outline follows.")] = 25.0,
    datum: Annotated[str, typer.Option("--datum", help="Of the boundary: WGS-84, CGCS2000, GCJ-02 or BD-09.")] = "WGS-84",
    into: Annotated[Path | None, typer.Option("--into", metavar="DIR", help="District folder whose [grid] to replace.")] = None,
    cells: Annotated[Path | None, typer.Option("--cells", metavar="FILE.geojson", help="Also write the cells, for a map.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a square or H3 grid that covers a boundary; print its [grid] lines, or put them into a district."""
    from typing import cast, get_args

    from infra.districts.grids import Wanted
    from infra.districts.grids import make as run
    from transforms.grids.datum import Datum

    if kind not in {"square", "h3"}:
        raise typer.BadParameter(f"{kind!r} is no kind of grid that can be made; write square or h3", param_hint="--kind")
    if datum not in get_args(Datum):
        raise typer.BadParameter(f"{datum!r} is not a datum; write one of {', '.join(get_args(Datum))}", param_hint="--datum")
    wanted = Wanted("square" if kind == "square" else "h3", size_m, resolution, tolerance_m)
    made = run(boundary, cast("Datum", datum), wanted, into=into, cells_file=cells)

    def draw() -> None:
        typer.echo(made.picture, err=True)
        typer.echo(f"{made.cells:,} cells on {made.area_km2:,} km², outline of {made.corners} corners.", err=True)
        if not into:
            typer.echo(made.toml)
        for file in made.written:
            typer.echo(f"Wrote {file}.", err=True)

    show(vars(made), as_json, draw)


@grids.command()
def check(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Zones as GeoJSON or CSV. Default: the district's grid.")] = None,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for overlaps, gaps, holes, faulty polygons, zones too small, axes swapped, wrong units; name every problem at once."""
    from flows.cli import tables
    from infra.districts.grids import check_district, check_file

    if file is not None:
        number, faults = check_file(file)
    else:
        from infra.districts.folder import find

        code, settings = choose(district)
        number, faults = check_district(find(code, settings.district_roots))
    found = {"cells": number, "faults": [vars(f) for f in faults]}
    show(found, as_json, lambda: tables.faults(number, faults))
    if any(f.stops for f in faults):
        raise SystemExit(1)
