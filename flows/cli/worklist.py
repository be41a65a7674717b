"""The verbs ``worklist`` and ``find``: where to go, and which cases wait there.

Belongs here: their options. Does not: what is told (``flows.tell.worklist``, ``flows.tell.tickets``).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.shell import DistrictOption, JsonOption, NightOption, looking, opened, show


def worklist(
    district: DistrictOption = None,
    night: NightOption = None,
    subdistrict: Annotated[str | None, typer.Option("--subdistrict", help="Only of this subdistrict.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Also write a page and a CSV per subdistrict into this folder.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Where to go first today, why, and at which part of the day; a share of the places is drawn at random."""
    from flows.cli.draw.worklist import worklist as drawn
    from flows.tell.worklist import work_list, write_sheets

    with looking(district) as context:
        found = work_list(context, night, subdistrict)
        if out is not None:
            found = replace(found, files=write_sheets(context, found, out))
    show(found, as_json, drawn)


def find(
    what: Annotated[str, typer.Argument(metavar="ALERT|CELL", help="An alert of a cell, as a list shows it, or a cell.")],
    by: Annotated[str, typer.Option("--as", metavar="ROLE", help="district, or subdistrict:CODE of the cell.")],
    days: Annotated[int, typer.Option("--days", min=1, max=365, help="So many days before the last night.")] = 28,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """Which cases are behind it: their ticket numbers, from the city's own files. Shown and kept nowhere; that somebody asked is noted."""
    from flows.cli.draw.worklist import tickets as drawn
    from flows.tell.tickets import tickets_behind
    from infra import clock

    with opened(district) as context:
        found = tickets_behind(context, what, by, days, clock.now())
    show(found, as_json, drawn)
