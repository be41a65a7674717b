"""How a backtest looks: gains over the baselines, hits, calibration, per series.

Belongs here: `sifang backtest`. Does not: its page (``infra.pages.backtest``).
"""

from __future__ import annotations

from collections import Counter

from flows.cli.draw.table import console, row, table
from flows.tell.backtest import BASELINES, HEADLINE_AREA, OURS, Backtested, Report
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
    if report.series:
        console(made).print(made)
    _used(report)
    _promised(report)
    if standings:
        console().print(f"Models, by series and origin: {', '.join(f'{n:,} {name}' for name, n in sorted(standings.items()))}")
    console().print(f"Report: {told.page}", soft_wrap=True)


def _promised(report: Report) -> None:
    """How well the chances hold that open clocks are missed, by their age."""
    if report.duty is None:
        return
    ways = list(report.duty.ages[0].gains)
    over = f"{many(report.duty.cases, 'open clock')} at {many(report.duty.origins, 'origin')}: gain in log score per case over"
    made = table(over, "elapsed", "clocks", "missed", "Brier", "AUC", *ways)
    for grade in report.duty.ages:
        own = grade.losses[OURS]
        gains = [f"{g.log:+.3f}" + (f" ±{g.log_se:.3f}" if g.log_se is not None else "") for g in grade.gains.values()]
        tells = "–" if own.auc is None else f"{own.auc:.2f}"
        row(made, f"from {grade.age:.0%}", grade.cases, f"{grade.missed:.0%}", f"{own.brier:.3f}", tells, *gains)
    console(made).print(made)
    for what, found in (("department and subdistrict", report.duty.by_line), ("department by year", report.duty.by_department)):
        told = "too few lines, or all alike" if found.reliability is None else f"{found.reliability:.2f}"
        console().print(f"Split-half reliability of shares by {what}: {told} ({many(found.lines, 'line')})")


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
