"""The verbs of ``sifang alerts`` that look, ask who is told, and sweep.

Belongs here: options and what is printed. Does not: acts on one alert (``flows.cli.alert_acts``), the work (``flows.alerts``).
"""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.alert_acts import add_acts
from flows.cli.alert_silences import add_silences
from flows.cli.shell import DistrictOption, JsonOption, choose, looking, one_of, opened, show
from transforms.words import AlertState, Category, Level
from transforms.words.harmless import quoted

alerts = typer.Typer(help="Alerts: what stands open, what is done about it, who is told.", no_args_is_help=True)


@alerts.command("list")
def list_(
    state: Annotated[str | None, typer.Option("--state", help=f"One of {', '.join(AlertState)}.")] = None,
    type_: Annotated[str | None, typer.Option("--type", help="Of this type.")] = None,
    category: Annotated[str | None, typer.Option("--category", help=f"One of {', '.join(Category)}.")] = None,
    level: Annotated[str | None, typer.Option("--level", help="At this level.")] = None,
    subdistrict: Annotated[str | None, typer.Option("--subdistrict", help="Of this subdistrict.")] = None,
    department: Annotated[str | None, typer.Option("--department", help="That this department answers for.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """What stands open, first what is due first; each line names the alert as an act does."""
    from flows.alerts.looks import Wanted, listed
    from flows.cli.draw import alerts as drawn
    from infra import clock

    wanted = Wanted(
        state=one_of(state, "state", AlertState) if state else None,
        type=type_,
        category=one_of(category, "category", Category) if category else None,
        level=one_of(level, "level", Level) if level else None,
        subdistrict=subdistrict,
        department=department,
        every=every,
    )
    with looking(district) as context:
        found = listed(context, wanted, clock.now())
    show(found, as_json, drawn.listing)


@alerts.command("show")
def show_(
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="Its identity, or the beginning of it.")],
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """One alert: why it stands, what is waited for, who is told, and all that happened."""
    from flows.alerts.looks import shown
    from flows.cli.draw import alerts as drawn
    from infra import clock

    with looking(district) as context:
        found = shown(context, alert, clock.now())
    show(found, as_json, drawn.one)


@alerts.command()
def handover(
    subdistrict: Annotated[str | None, typer.Option("--subdistrict", help="Only of this subdistrict.")] = None,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """What one shift hands over to the next: unanswered, in hand, overdue, due today, waiting, without a due time."""
    from flows.alerts.looks import handover as gathered
    from flows.cli.draw import alerts as drawn
    from infra import clock

    with looking(district) as context:
        found = gathered(context, clock.now(), subdistrict)
    show(found, as_json, drawn.handover)


@alerts.command()
def chronic(district: DistrictOption = None, as_json: JsonOption = False) -> None:
    """Places that are hot on most nights: they open no alert, and somebody looks at the list every month."""
    from flows.alerts.chronic import chronic_list
    from flows.cli.draw import alerts as drawn
    from infra import clock

    with looking(district) as context:
        found = chronic_list(context, clock.now())
    show(found, as_json, drawn.chronic)


@alerts.command()
def sweep(district: DistrictOption = None, as_json: JsonOption = False) -> None:
    """Take what is due: unanswered alerts go up a level, are told again or expire; every nightly does it as well."""
    from flows.alerts.sweep import sweep_alerts
    from flows.cli.draw import alerts as drawn
    from infra import clock

    with opened(district) as context:
        found = sweep_alerts(context, clock.now())
    show(found, as_json, drawn.swept)


@alerts.command()
def send(district: DistrictOption = None, as_json: JsonOption = False) -> None:
    """Send what waits and is due now; every nightly does it as well."""
    from flows.alerts.deliver import deliver
    from flows.cli.draw import alerts as drawn

    with opened(district) as context:
        found = deliver(context)
    show(found, as_json, drawn.sent)


@alerts.command()
def messages(district: DistrictOption = None, as_json: JsonOption = False) -> None:
    """Messages that wait, with what keeps them, and those that no channel took for three days."""
    from flows.alerts.letters import letters
    from flows.cli.draw import alerts as drawn

    with looking(district) as context:
        found = letters(context)
    show(found, as_json, drawn.letters)


@alerts.command()
def resend(
    message: Annotated[
        list[str] | None, typer.Argument(metavar="MESSAGE", help="Those that are dead; all of them where none is named.")
    ] = None,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have dead messages tried again, by the next run that sends."""
    from flows.alerts.letters import resend as revived
    from flows.cli.draw import alerts as drawn

    with opened(district) as context:
        found = revived(context, message or [])
    show(found, as_json, drawn.resent)


@alerts.command()
def route(
    matter: Annotated[
        list[str] | None,
        typer.Option("--try", metavar="NAME=VALUE", help="type, category, kind, subdistrict, crosses_departments; repeatable."),
    ] = None,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who would be told of a matter, and why; without --try, the whole table."""
    from flows.alerts.routes import matter_of, table_shown, who_is_told
    from flows.cli.draw import routes as ways
    from infra.districts.folder import find, load

    code, settings = choose(district)
    folder = load(find(code, settings.district_roots))
    if not matter:
        show(table_shown(folder), as_json, ways.shown)
        return
    if wrong := [text for text in matter if "=" not in text]:
        raise typer.BadParameter(f"{quoted(wrong[0])} is not NAME=VALUE, such as category=safety", param_hint="--try")
    asked = matter_of(folder, dict(text.split("=", 1) for text in matter))
    show(who_is_told(folder, asked), as_json, ways.answer)


add_acts(alerts)
add_silences(alerts)
