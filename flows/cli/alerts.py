"""The verbs of ``sifang alerts``.

Belongs here: options and what is printed. Does not: who is told (``flows.alerts.routes``).
"""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.shell import DistrictOption, JsonOption, choose, show

alerts = typer.Typer(help="Alerts: who is told of what.", no_args_is_help=True)


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
    from flows.alerts.routes import matter_of, shown, try_route
    from flows.cli.draw import alerts as drawn
    from infra.districts.folder import find, load

    code, settings = choose(district)
    folder = load(find(code, settings.district_roots))
    if not matter:
        show(shown(folder), as_json, drawn.shown)
        return
    if wrong := [text for text in matter if "=" not in text]:
        raise typer.BadParameter(f"{wrong[0]!r} is not NAME=VALUE, such as category=safety", param_hint="--try")
    asked = matter_of(folder, dict(text.split("=", 1) for text in matter))
    show(try_route(folder, asked), as_json, drawn.answer)
