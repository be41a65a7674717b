"""What the checks say about a night on its way out, put to use.

Belongs here: which suite is asked about what, what a level is compared with, and what a stop becomes. Does not: the suites
(``expectations``), whether sources changed (``transforms.panel.arrivals``), a batch on its way in (``flows.intake.checks``).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from expectations.outputs import judge_alerts, judge_district_surges, judge_scores
from expectations.verdict import Finding
from flows.stores import Context
from infra.errors import SifangError
from infra.warehouse.nights.runs import RunTerms
from infra.warehouse.nights.scores import level_counts
from transforms.panel.arrivals import sources_changed
from transforms.schema.told import Told
from transforms.scoring.risk import NightScores
from transforms.scoring.season import around_spring_festival
from transforms.scoring.usual_levels import usual_levels
from transforms.words.counting import many

LEVEL_NIGHTS = 28


class RefusedNightError(SifangError):
    """A night was computed and must not be published. ``code`` is what the run records."""

    def __init__(self, night: dt.date, stops: tuple[Finding, ...]) -> None:
        self.code = f"refused: {', '.join(dict.fromkeys(s.reason for s in stops))}"
        said = "; ".join(f"{s.words.en}{f' ({s.column})' if s.column else ''}, {many(s.rows, 'row')}" for s in stops)
        remedy = (
            f"If the jump is real, publish it with `sifang backfill --from {night} --to {night} --reason jump-confirmed`."
            if {s.reason for s in stops} == {"level_jump"}
            else "This is a fault of the program or of its inputs: keep the files, and report it."
        )
        super().__init__(f"Night {night} is not published: {said}. What was published before stays.", remedy)


def check_night(context: Context, terms: RunTerms, result: NightScores, days: pl.DataFrame, events: pl.DataFrame) -> dict[str, Told]:
    """Check a night before it is published; what the checks said of each of its tables, for the run's summary.

    A jump of levels counts as explained where the run carries a reason, other rules or models are at work, a source sent much more or
    less than before, or the calendar says so: Spring Festival lies in the days forecast, or in those of the nights compared with.

    Raises:
        RefusedNightError: it must not be published.
    """
    cells = set(context.folder.cells["cell_id"])
    night, usual = terms.night, None
    first, last = night - dt.timedelta(days=LEVEL_NIGHTS), night - dt.timedelta(days=1)
    forecast_until = night + dt.timedelta(days=context.district.horizon_days - 1)
    festive = around_spring_festival(first, forecast_until, context.holidays(night))
    if terms.reason is None and not festive and not sources_changed(days, night, LEVEL_NIGHTS):
        models = [made.model_id for made in result.frozen.references.values()]
        usual = usual_levels(level_counts(context.warehouse, first, last, context.folder.scoring_hash, models), LEVEL_NIGHTS)
    verdict = judge_scores(result.scores, cells, usual if usual is not None and len(usual) else None)
    # The alert of a zone that is no more ends with it.
    alerts = judge_alerts(events, night, cells | set(context.folder.former))
    surges = judge_district_surges(result.district_surges, context.district.series)
    every = {name: said for name, said in (("scores", verdict), ("surges", surges), ("alerts", alerts)) if said is not None}
    if stops := sum((said.stops for said in every.values()), ()):
        raise RefusedNightError(night, stops)
    return {name: said.told() for name, said in every.items()}
