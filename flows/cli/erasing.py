"""The verb ``erase``.

Belongs here: its options and what it prints. Does not: the work (``flows.repair.erasure``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.shell import ClockOption, DistrictOption, JsonOption, looking, opened, progress_shown, show


def erase(
    source: Annotated[str, typer.Option("--source", help="The code of the source whose reports they are.")],
    keys: Annotated[Path, typer.Option("--keys", metavar="FILE", help="Its own keys: one per line, or a CSV with the key's columns.")],
    reason: Annotated[str, typer.Option("--reason", help="A code such as erasure, then optionally ':' and a ticket number.")],
    district: DistrictOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    clock_is_right: ClockOption = False,
    as_json: JsonOption = False,
) -> None:
    """Erase reports for good, from both stores and all that landed; they do not come back, also not with a restored backup."""
    from flows.cli.draw.erasing import erased
    from flows.repair.erasure import erase_reports
    from infra import clock

    with looking(district) if dry_run else opened(district, clock_is_right=clock_is_right) as context, progress_shown(as_json):
        found = erase_reports(context, source, keys, reason, clock.now(), dry_run=dry_run)
    show(found, as_json, erased)
