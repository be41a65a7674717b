"""Verbs of understanding: ``explain``, ``brief``, ``backtest``, ``challenge``, ``rehearse``, ``runs``.

Belongs here: their options and what they print. Does not: what is told (``flows.tell``), trying forecasts and folders out
(``flows.nights``).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.saying import say
from flows.cli.shell import DATE, DistrictOption, JsonOption, NightOption, day, looking, one_of, progress_shown, show


def explain(
    district: DistrictOption = None,
    night: NightOption = None,
    cell: Annotated[str | None, typer.Option("--cell", help="The cell's ID.")] = None,
    category: Annotated[str | None, typer.Option("--category", help="Only safety, public_order, stability or political.")] = None,
    moved: Annotated[bool, typer.Option("--moved", help="Instead: every score that moved 5 points or more, and why.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say why a cell's score is what it is, what it rests on, and why it moved. Writes nothing."""
    from flows.cli.draw.explain import explained
    from flows.cli.draw.explain import moved as drawn
    from flows.tell.explain import explain as run
    from flows.tell.explain import moves
    from transforms.words import Category

    if (cell is None) != moved:
        raise typer.BadParameter("name a cell with --cell, or ask for all that --moved", param_hint="--cell")
    wanted = one_of(category, "category", Category) if category else None
    with looking(district) as context:
        if cell is None:
            show(moves(context, night, wanted), as_json, drawn)
        else:
            show(run(context, night, cell, wanted), as_json, explained)


def brief(
    district: DistrictOption = None,
    night: NightOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="A file or a folder. Default: briefs/ in the home folder.", show_default=False)
    ] = None,
) -> None:
    """Write the brief of a published night as one HTML file."""
    from flows.tell.brief import write_brief
    from flows.tell.docs import write_docs

    with looking(district) as context:
        if out is None:
            write_docs(context)
        say(str(write_brief(context, night, out)))


def backtest(
    district: DistrictOption = None,
    first: Annotated[
        dt.date | None, typer.Option("--from", parser=day, metavar=DATE, help="First origin. Default: a year of them.")
    ] = None,
    last: Annotated[
        dt.date | None, typer.Option("--to", parser=day, metavar=DATE, help="Last origin. Default: the last whose window is over.")
    ] = None,
    every: Annotated[int, typer.Option("--every", min=1, max=91, help="Days between origins.")] = 7,
    horizon: Annotated[int | None, typer.Option("--horizon", min=1, max=28, help="Days ahead. Default: the district's own.")] = None,
    category: Annotated[str | None, typer.Option("--category", help="Only this category; political asks about open clocks alone.")] = None,
    series: Annotated[list[str] | None, typer.Option("--series", help="Only this series; may be given several times.")] = None,
    restated: Annotated[bool, typer.Option("--restated", help="With what is known now, instead of then.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Default: backtests/ in the home folder.")] = None,
    export: Annotated[Path | None, typer.Option("--export", metavar="DIR", help="Also as predictions, and in the hubs' layout.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Forecast past origins from what was known then, grade it against simpler ways, write a report page: series, and open clocks."""
    from flows.cli.draw.backtest import backtest as drawn
    from flows.nights.backtest import Asked, terms, with_horizon
    from flows.nights.backtest import backtest as run
    from flows.tell.backtest import require_folders, write_report

    with looking(district) as context, progress_shown(as_json):
        context = with_horizon(context, horizon)
        asked = Asked(first, last, every, category, frozenset(series or ()), restated)
        require_folders(out, export)
        told = write_report(context, *run(context, terms(context, asked)), out, export)
    show(told, as_json, drawn)


def challenge(
    predictions: Annotated[
        Path, typer.Option("--predictions", metavar="FILE", help="Parquet: origin, horizon_days, series, cell_id, mean")
    ],
    district: DistrictOption = None,
    restated: Annotated[bool, typer.Option("--restated", help="Ours with what is known now, instead of then.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Grade anybody's forecasts against ours, on the same cells and origins. Writes nothing."""
    from flows.cli.draw.challenge import challenge as drawn
    from flows.nights.challenge import challenged

    with looking(district) as context, progress_shown(as_json):
        told = challenged(context, predictions, restated=restated)
    show(told, as_json, drawn)


def rehearse(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The district's folder, copied and changed.")],
    nights: Annotated[int, typer.Option("--nights", min=1, metavar="N", help="So many nights, up to the last one.")] = 90,
    as_json: JsonOption = False,
) -> None:
    """Run known nights, as they were known, under a changed folder: what becomes of their alerts. Writes nothing, tells nobody."""
    from flows.cli.draw.rehearsed import rehearsed
    from flows.nights.rehearse import rehearse as run
    from infra.districts.folder import load

    changed = load(folder)
    with looking(changed.district.code) as context, progress_shown(as_json):
        told = run(context, changed, nights)
    show(told, as_json, rehearsed)


def runs(
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="So many, the newest first.")] = 20,
    failed: Annotated[bool, typer.Option("--failed", help="Only those that failed, were stopped or killed.")] = False,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """Attempts at nights: when, how each ended, how long it took, its rows and how many it changed."""
    from flows.cli.draw.runs import runs as drawn
    from flows.tell.runs import newest_attempts

    with looking(district) as context:
        found = newest_attempts(context, limit, failed=failed)
    show(found, as_json, drawn)
