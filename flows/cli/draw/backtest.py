"""How a backtest looks: gains over the baselines, hits, calibration, per series.

Belongs here: `sifang backtest`. Does not: its page (``infra.pages.backtest``).
"""

from __future__ import annotations

from collections import Counter

from flows.cli.draw.table import console, row, table
from flows.tell.backtest import BASELINES, HEADLINE_AREA, Backtested, Report
from transforms.words.counting import many


def backtest(told: Backtested) -> None:
    """Gains over the baselines, hits, calibration and cells left out, per series; how the models stood; where the page is."""
    report = told.report
    over = f"{many(report.origins, 'origin')} from {report.first} to {report.last}, {many(report.horizon_days, 'day')} ahead"
    over += f", {many(report.cells, 'cell')}"
    made = table(f"{over}: gain in nats per event over", "series", "events", *BASELINES, "PEI/ceiling", "PIT pp", "top 1 %", "left out")
    standings: Counter[str] = Counter()
    for series in report.series:
        standings.update(series.standings)
        grade, left_out = series.grade, sum(series.left_out.values())
        if grade is None:
            row(made, series.code, 0, *["–"] * (len(BASELINES) + 3), left_out)
            continue
        gains = [f"{a.gain:+.3f}" + (f" ±{a.gain_se:.3f}" if a.gain_se is not None else "") for a in map(grade.over, BASELINES)]
        area, top = grade.at(HEADLINE_AREA), grade.calibration["rank"][0]
        ratio = "–" if top.ratio is None else f"{top.ratio:.2f}"
        row(made, series.code, grade.events, *gains, f"{area.pei:.2f}/{area.ceiling:.2f}", f"{grade.pit_deviation:.2f}", ratio, left_out)
    console(made).print(made)
    _used(report)
    console().print(f"Models, by series and origin: {', '.join(f'{n:,} {name}' for name, n in sorted(standings.items()))}")
    console().print(f"Report: {told.page}", soft_wrap=True)


def _used(report: Report) -> None:
    """What choosing cells by the forecast comes to, per category."""
    if not report.uses:
        return
    made = table("Chosen by the forecast, against last year's counts", "category", "visits", "harm found", "extra", "steady", "days in")
    for use in report.uses:
        extra = f"{use.extra:+.2f}" + (f" ±{use.extra_se:.2f}" if use.extra_se is not None else "")
        steady = ", ".join(f"{value:.2f} after {days} d" for days, value in use.jaccard.items())
        row(made, use.category, use.visits, f"{use.found:.0%}", extra, steady, f"{use.days_in:.0f}")
    console(made).print(made)
