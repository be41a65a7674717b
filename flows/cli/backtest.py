"""The verb ``sifang backtest``.

Belongs here: options and what is printed. Does not: the work (``flows.nights.backtest``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.shell import DistrictOption, JsonOption, day, opened, progress_shown, show


def backtest(
    district: DistrictOption = None,
    first: Annotated[str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="First origin. Default: a year of them.")] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Last origin. Default: the last whose window is over.")
    ] = None,
    every: Annotated[int, typer.Option("--every", min=1, max=91, help="Days between origins.")] = 7,
    horizon: Annotated[int | None, typer.Option("--horizon", min=1, max=28, help="Days ahead. Default: the district's own.")] = None,
    category: Annotated[str | None, typer.Option("--category", help="Only the series of this category.")] = None,
    series: Annotated[list[str] | None, typer.Option("--series", help="Only this series; may be given several times.")] = None,
    restated: Annotated[bool, typer.Option("--restated", help="With what is known now, instead of then.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Default: backtests/ in the home folder.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Forecast past origins from what was known then, grade the forecasts against four baselines, write a report page."""
    from flows.cli import tables
    from flows.nights.backtest import backtest as run
    from flows.nights.backtest import terms, with_horizon
    from infra.pages.backtest.write import write

    begin, end = day(first, "--from"), day(last, "--to")
    with opened(district, to_look=True) as context, progress_shown(as_json):
        context = with_horizon(context, horizon)
        asked = terms(context, begin, end, every, category, series or [], restated=restated)
        forecasts, report = run(context, asked)
        folder = out or context.settings.home.resolve() / "backtests" / context.code / f"{report.first}_{report.last}"
        files = write(folder, forecasts, report)
    summary = report.summary() | {"files": [str(f) for f in files]}
    show(summary, as_json, lambda: tables.backtest(report, str(files[1])))
