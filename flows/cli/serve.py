"""The verb ``serve``.

Belongs here: its options, what it says first and last. Does not: the parts (``flows.serving``).
"""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.door import STOPPED
from flows.cli.saying import say
from flows.cli.shell import DistrictOption

PAGES_PORT = 8470
PREFECT_PORT = 4200


def serve(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port of pages and API, on this machine alone.")] = PAGES_PORT,
    prefect_port: Annotated[
        int, typer.Option("--prefect-port", min=1, max=65535, help="The port of Prefect's server and page, on this machine alone.")
    ] = PREFECT_PORT,
    district: DistrictOption = None,
) -> None:
    """Run every night of every district by itself: schedules, sweep and sending, Prefect's server, the API, the pages. Until stopped."""
    from flows.serving.addresses import Listening
    from flows.serving.plan import served_districts
    from flows.serving.supervisor import serve as run
    from infra.deploy import prefect_home
    from infra.settings import Settings, named_district

    named = named_district(district)
    settings = named[1].model_copy(update={"district": named[0]}) if named else Settings()
    found = served_districts(settings)
    prefect_home.prepare(settings)
    listening = Listening(port, prefect_port, tuple(each.code for each in found.districts))
    stopped = run(settings, found, listening, lambda line: say(line, err=True))
    if stopped.by_hand:
        raise typer.Exit(STOPPED)
    say("sifang: stopped; runs that went on begin again with the next start", err=True)
