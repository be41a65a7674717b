"""The verb ``export``.

Belongs here: its options. Does not: writing files (``flows.tell.export``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.shell import DistrictOption, JsonOption, looking, show


def export(
    view: Annotated[str, typer.Argument(metavar="VIEW", help="One of those that infra/views/README.md describes.", show_default=False)],
    district: DistrictOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help=".csv, .geojson or .parquet. Default: a CSV here, named as the view.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a view as CSV, GeoJSON or GeoParquet (WGS-84), as other programs open it."""
    from flows.cli.draw.exports import exported
    from flows.tell.export import export as run

    with looking(district) as context:
        found = run(context, view, out)
    show(found, as_json, exported)
