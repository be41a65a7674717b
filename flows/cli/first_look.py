"""Verbs for a first look: ``demo``, ``init``, ``simulate``.

Belongs here: their options and what they print. Does not: staging (``flows.demo``), folders and files (``infra.districts``).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.saying import say
from flows.cli.shell import DATE, DistrictOption, JsonOption, choose, day, progress_shown, show


def demo(as_json: JsonOption = False) -> None:
    """Simulate 15 months of Weibin, run the last 60 nights, print one summary. Run it again: nothing changes."""
    from expectations.judge import get_ready
    from flows.serving.own import own_server
    from infra.deploy import demo_home
    from infra.settings import Settings

    demo_home.prepare("weibin")
    if not as_json:
        say("Sifang 四防 demo: starting a local Prefect server (up to half a minute) …", err=True)
    with own_server(Settings()) as wait:
        get_ready()
        from flows.demo import demo as run

        with progress_shown(as_json):
            wait()
            result = run()
    from flows.cli.draw.nights import demo as drawn

    show(result, as_json, drawn)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The new folder; its name becomes the district's code.")],
    origin: Annotated[str, typer.Option("--from", help="A shipped one, or blank: one to fill in.")] = "weibin",
) -> None:
    """Copy a shipped district folder, to point its sources at your files."""
    from infra.districts.drafting import copy

    file = copy(origin, folder)
    first = "point `files` in it to your data" if origin != "blank" else f"`sifang doctor --sample FILE >> {file}`, fill what says FILL IN"
    say(f"Wrote {file}. Next: {first}, export SIFANG_KEY=$(sifang key new), then `sifang doctor --files --district {folder}`.")


def simulate(
    district: DistrictOption = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days to simulate.")] = 90,
    first: Annotated[dt.date, typer.Option("--first", parser=day, metavar=DATE, help="First simulated day.")] = dt.date(2025, 1, 1),
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 703,
    scale: Annotated[float, typer.Option(min=0.01, max=100, help="Multiplies the daily volumes.")] = 1.0,
    out: Annotated[Path, typer.Option("--out", help="Folder for the files and the truth about them.")] = Path("simulated"),
    as_json: JsonOption = False,
) -> None:
    """Write invented deliveries for a district on any grid, with every kind of dirt and the truth about it."""
    from flows.cli.draw.first_look import simulated
    from infra.districts.folder import find
    from infra.districts.simulated import Period, simulate_district

    code, settings = choose(district or "weibin")
    result = simulate_district(find(code, settings.district_roots), Period(first, days, seed, scale), out)
    show(result, as_json, simulated)
