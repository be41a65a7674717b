"""The verb ``worklist``.

Belongs here: its options. Does not: what is told (``flows.tell.worklist``).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.shell import DistrictOption, JsonOption, NightOption, looking, show


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
