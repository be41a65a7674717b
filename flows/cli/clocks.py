"""The verb ``clocks``.

Belongs here: its options. Does not: when clocks end (``flows.tell.clocks``).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from flows.cli.shell import DistrictOption, JsonOption, choose, show
from transforms.words.harmless import quoted

MOMENT = "YYYY-MM-DDTHH:MM"


def clocks(
    start: Annotated[str | None, typer.Option("--from", metavar=MOMENT, help="When the alert is published. Default: now.")] = None,
    at: Annotated[str | None, typer.Option("--at", metavar=MOMENT, help="When to look at the clocks. Default: now.")] = None,
    pause: Annotated[
        list[str] | None, typer.Option("--pause", metavar=f"{MOMENT}/{MOMENT}", help="A pause, without an end if it goes on; repeatable.")
    ] = None,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """When the clocks of an alert would end: acknowledge, act, and those of a whistle. Times are the district's."""
    from flows.cli.draw.clocks import clocks as drawn
    from flows.tell.clocks import clocks as told
    from infra import clock
    from infra.districts.folder import find, load

    code, settings = choose(district)
    folder = load(find(code, settings.district_roots))
    zone, now = folder.district.zone, clock.now()
    pauses = []
    for stretch in pause or []:
        first, _, last = stretch.partition("/")
        pauses.append((moment(first, zone, now), moment(last, zone, now) if last else None))
    show(told(folder, moment(start, zone, now), moment(at, zone, now), pauses), as_json, drawn)


def moment(given: str | None, zone: ZoneInfo, now: dt.datetime) -> dt.datetime:
    """A moment as it was written, by the clocks of a zone where it says no offset; now where nothing was.

    Raises:
        typer.BadParameter: it is no moment.
    """
    if given is None:
        return now
    try:
        found = dt.datetime.fromisoformat(given)
    except ValueError:
        raise typer.BadParameter(f"{quoted(given)} is not a moment; write it like 2026-03-31T17:00") from None
    return found if found.tzinfo else found.replace(tzinfo=zone)
