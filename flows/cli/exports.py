"""The verbs ``site`` and ``export``.

Belongs here: their options. Does not: writing files (``flows.tell.site``, ``flows.tell.export``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.shell import DistrictOption, JsonOption, looking, one_of, show


def site(
    tier: Annotated[str, typer.Option("--tier", help="staff, or shared: what everybody may see.")] = "staff",
    district: DistrictOption = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Default: site/ in the home folder.", show_default=False)] = None,
    as_json: JsonOption = False,
) -> None:
    """Write pages about last night and the nights before it into a folder that needs no network."""
    from flows.cli.draw.exports import site_written
    from flows.tell.site import Tier, write_site

    with looking(district) as context:
        found = write_site(context, one_of(tier, "tier", Tier), out)
    show(found, as_json, site_written)


def export(
    view: Annotated[str, typer.Argument(metavar="VIEW", help="One of those that infra/views/README.md describes.", show_default=False)],
    district: DistrictOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help=".csv, .geojson or .parquet. Default: a CSV here, named as the view.")
    ] = None,
    crs: Annotated[
        str | None, typer.Option("--crs", help="Of a map: GCJ-02, BD-09, or EPSG:… of a projected system. Default: WGS-84.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a view as CSV, GeoJSON or GeoParquet, and beside it a Data Package descriptor that says what each column is."""
    from flows.cli.draw.exports import exported
    from flows.tell.export import export as run

    with looking(district) as context:
        found = run(context, view, out, crs)
    show(found, as_json, exported)
