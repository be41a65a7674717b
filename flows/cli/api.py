"""The verbs of ``sifang api``: serving it, and its tokens.

Belongs here: their options. Does not: the API (``flows.api``), tokens (``flows.alerts.tokens``).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from flows.cli.saying import say
from flows.cli.shell import DistrictOption, JsonOption, choose, looking, opened, show

api = typer.Typer(help="The HTTP API of alerts: serve it, make and revoke its tokens.", no_args_is_help=True, rich_markup_mode=None)
LOCAL = "127.0.0.1"


@api.command()
def serve(
    host: Annotated[str, typer.Option("--host", help="Where it listens: this machine alone, unless another address is named.")] = LOCAL,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Its port.")] = 8470,
    district: DistrictOption = None,
) -> None:
    """Serve the API until stopped: the same calls as `sifang alerts`, described at /openapi.json."""
    from flows.api.serving import serve_api

    code, settings = choose(district)
    say(f"http://{host}:{port}/openapi.json", err=True)
    serve_api(code, settings, host, port)


@api.command()
def token(
    role: Annotated[str, typer.Option("--for", metavar="ROLE", help="district, subdistrict:CODE, department:CODE, or reader.")],
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="How long it is good.")] = 90,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token. It is shown this once; stored is a digest."""
    from flows.alerts.tokens import make_token
    from flows.cli.draw import tokens as drawn
    from infra import clock

    now = clock.now()
    with opened(district) as context:
        found = make_token(context, role, now + dt.timedelta(days=days), now)
    show(found, as_json, drawn.made)


@api.command()
def tokens(district: DistrictOption = None, as_json: JsonOption = False) -> None:
    """Every token that was made: its name, whose it is, until when; never itself."""
    from flows.alerts.tokens import tokens as all_of_them
    from flows.cli.draw import tokens as drawn

    with looking(district) as context:
        found = all_of_them(context)
    show(found, as_json, drawn.listing)


@api.command()
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="NAME", help="Its name, as the list shows it.")],
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a token back at once."""
    from flows.alerts.tokens import revoke as taken_back
    from flows.cli.draw import tokens as drawn
    from infra import clock

    with opened(district) as context:
        found = taken_back(context, token_id, clock.now())
    show(found, as_json, drawn.listing)
