"""The verbs of ``sifang outcomes``.

Belongs here: their options. Does not: taking in (``flows.alerts.outcomes``), what they add up to (``flows.alerts.helped``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.door import FAILED
from flows.cli.shell import DATE, DistrictOption, JsonOption, looking, opened, show
from transforms.words import Outcome

outcomes = typer.Typer(help="What came of visits: hand it over, look at what it adds up to.", no_args_is_help=True)


@outcomes.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV with day, cell or alert, and outcome.")],
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in a table of outcomes; rows that cannot be are set aside with a plain word, and the others enter."""
    from flows.alerts.outcomes import rows_of

    _taken(rows_of(file), district, as_json)


@outcomes.command()
def record(
    place: Annotated[str, typer.Argument(metavar="CELL", help="Where somebody was: a cell, or an alert with --alert.")],
    outcome: Annotated[str, typer.Option("--outcome", metavar="CODE", help=f"One of {', '.join(Outcome)}.")],
    on: Annotated[str, typer.Option("--on", metavar=DATE, help="The day of the visit.")],
    alert: Annotated[bool, typer.Option("--alert", help="CELL is an alert, as a list shows it.")] = False,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what came of one visit; it moves the alerts of its place by itself."""
    _taken([{"alert" if alert else "cell": place, "outcome": outcome, "day": on}], district, as_json)


@outcomes.command("show")
def show_(district: DistrictOption = None, as_json: JsonOption = False) -> None:
    """Did going there help? How often something was there, of listed visits, of alerts and of places drawn at random."""
    from flows.alerts.helped import standing
    from flows.cli.draw.worklist import standing as drawn
    from infra import clock

    with looking(district) as context:
        found = standing(context, clock.now())
    show(found, as_json, drawn)


def _taken(rows: list[dict[str, str]], district: str | None, as_json: bool) -> None:
    from flows.alerts.outcomes import take_in
    from flows.cli.draw.worklist import taken_in as drawn
    from infra import clock

    with opened(district) as context:
        found = take_in(context, rows, clock.now())
    show(found, as_json, drawn)
    if found.set_aside:
        raise typer.Exit(FAILED)
