"""Verbs about sources: listing them, asking live ones, reading their deliveries again.

Belongs here: their options and what they print. Does not: asking (``flows.intake.fetch``), rereading (``flows.intake.reread``), what a far
side has (`sifang doctor --connect`).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from flows.cli.door import FAILED
from flows.cli.shell import DATE, ClockOption, DistrictOption, JsonOption, day, looking, opened, progress_shown, show

sources = typer.Typer(help="Where reports come from: list the sources, ask live ones now, read deliveries again.", no_args_is_help=True)


@sources.command("list")
def list_(district: DistrictOption = None, as_json: JsonOption = False) -> None:
    """Every source: where it comes from, its newest batch, and how far a live one was asked. Asks nobody."""
    from flows.cli.draw.sources import lines
    from flows.tell.sources import source_lines
    from infra import clock

    with looking(district) as context:
        found = source_lines(context, clock.now())
    show(found, as_json, lines)


@sources.command()
def fetch(
    source: Annotated[
        str | None, typer.Argument(metavar="SOURCE", help="Its code. Default: every live source.", show_default=False)
    ] = None,
    since: Annotated[
        dt.date | None,
        typer.Option("--since", parser=day, metavar=DATE, help="Ask again for what changed since then.", show_default=False),
    ] = None,
    district: DistrictOption = None,
    clock_is_right: ClockOption = False,
    as_json: JsonOption = False,
) -> None:
    """Ask live sources and take in what they have, without scoring: for a schedule of its own."""
    from expectations.judge import get_ready
    from flows.cli.draw.sources import fetched
    from flows.intake.fetch import fetch as run
    from infra import clock

    get_ready()
    with opened(district, clock_is_right=clock_is_right) as context, progress_shown(as_json):
        result = run(context, clock.now(), source, since)
    show(result, as_json, fetched)
    if any(one.refused for one in result):
        raise typer.Exit(FAILED)


@sources.command()
def reread(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The code of the source.")],
    reason: Annotated[str, typer.Option("--reason", help="A code such as mended, then optionally ':' and a ticket number.")],
    district: DistrictOption = None,
    since: Annotated[
        dt.date | None,
        typer.Option(
            "--since",
            parser=day,
            metavar=DATE,
            help="Only deliveries that landed since; of a source that is asked, what changed since.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    clock_is_right: ClockOption = False,
    as_json: JsonOption = False,
) -> None:
    """Read again under today's folder the deliveries that still lie there, or what a source answers: what comes out otherwise is mended."""
    from flows.cli.draw.intake import reread as drawn
    from flows.intake.reread import reread as run
    from flows.nights.plan import checked_reason
    from infra import clock

    with opened(district, clock_is_right=clock_is_right) as context, progress_shown(as_json):
        checked = checked_reason(reason, context.district.ticket)
        result = run(context, source, checked, clock.now(), since=since, dry_run=dry_run)
    show(result, as_json, drawn)
