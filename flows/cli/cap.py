"""The verb ``cap``.

Belongs here: its options. Does not: making messages (``flows.alerts.caps``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.shell import DistrictOption, JsonOption, looking, show


def cap(
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="Its identity, or the beginning of it.")],
    status: Annotated[
        str | None, typer.Option("--status", help="Actual, Exercise, Test or Draft. Default: Actual, of a synthetic district Test.")
    ] = None,
    into: Annotated[Path | None, typer.Option("--into", metavar="DIR", help="Write every message of the chain into a folder.")] = None,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """An alert on safety or public order as CAP 1.2: prints its newest message, for systems of neighbours; scope Restricted."""
    from flows.alerts.caps import cap as made
    from flows.cli.draw import cap as drawn

    with looking(district) as context:
        found = made(context, alert, status, into)
    show(found, as_json, drawn.chain)
