"""The verbs of ``sifang alerts`` about silences.

Belongs here: their options. Does not: who may make one (``flows.alerts.silences``).
"""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.alert_acts import ByOption
from flows.cli.clocks import MOMENT, moment
from flows.cli.shell import DistrictOption, JsonOption, looking, one_of, opened, show
from transforms.words import Category, SilenceReason


def add_silences(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    for function in (silence, silences, unsilence):
        group.command()(function)


def silence(
    by: ByOption,
    reason: Annotated[str, typer.Option("--reason", metavar="CODE", help=f"One of {', '.join(SilenceReason)}.")],
    until: Annotated[str, typer.Option("--until", metavar=MOMENT, help="When it ends; times are the district's.")],
    alert: Annotated[str | None, typer.Option("--alert", help="One alert, as a list shows it.")] = None,
    type_: Annotated[str | None, typer.Option("--type", help="Alerts of this type.")] = None,
    category: Annotated[str | None, typer.Option("--category", help="Alerts of this category.")] = None,
    subdistrict: Annotated[str | None, typer.Option("--subdistrict", help="Alerts of this subdistrict.")] = None,
    until_calm: Annotated[bool, typer.Option("--until-calm", help="End it as well once nothing that it covers goes on.")] = False,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell nobody of some alerts for a while; they go up, remind and expire all the same. Says how many it matches now."""
    from flows.alerts.silences import SilenceWish
    from flows.alerts.silences import silence as made
    from flows.cli.draw import silences as drawn
    from infra import clock

    why = one_of(reason, "reason", SilenceReason)
    which = one_of(category, "category", Category).value if category else None
    now = clock.now()
    with opened(district) as context:
        ends = moment(until, context.district.zone, now)
        found = made(context, SilenceWish(by, why, ends, alert, type_, which, subdistrict, until_calm), now)
    show(found, as_json, drawn.made)


def silences(district: DistrictOption = None, as_json: JsonOption = False) -> None:
    """Silences that hold, each with how many alerts it matches now, those that match none as well."""
    from flows.alerts.silences import silences as gathered
    from flows.cli.draw import silences as drawn
    from infra import clock

    with looking(district) as context:
        found = gathered(context, clock.now())
    show(found, as_json, drawn.listing)


def unsilence(
    silence_id: Annotated[str, typer.Argument(metavar="SILENCE", help="Its name, as the list shows it.")],
    by: ByOption,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a silence before its time: what still stands is told by the next run that sends, once per alert."""
    from flows.alerts.silences import end
    from flows.cli.draw import silences as drawn
    from infra import clock

    with opened(district) as context:
        found = end(context, silence_id, by, clock.now())
    show(found, as_json, drawn.listing)
