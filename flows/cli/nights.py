"""The verbs of ``sifang nights``.

Belongs here: options and what is printed. Does not: the work (``flows.repair.retraction``).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from flows.cli.shell import DATE, DistrictOption, JsonOption, day, looking, mending, show

nights = typer.Typer(help="Published nights: taking back those that should not have been.", no_args_is_help=True)


@nights.command()
def retract(
    first: Annotated[dt.date, typer.Option("--from", parser=day, metavar=DATE, help="The first night to take back; all after it go too.")],
    reason: Annotated[str, typer.Option("--reason", help="A code such as clock-ahead, then optionally ':' and a ticket number.")],
    district: DistrictOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be taken back.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take published nights back, with the alerts that they opened, and whatever a clock ahead recorded for moments still to come."""
    from flows.cli.draw.nights import retracted
    from flows.repair.retraction import retract_nights
    from infra import clock

    with looking(district) if dry_run else mending(district) as context:
        found = retract_nights(context, first, reason, clock.now(), dry_run=dry_run)
    show(found, as_json, retracted)
