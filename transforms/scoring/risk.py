"""A night's scores: all four categories, what they were measured with, and the surges of all their series judged together.

Belongs here: what the categories of a night have to do with each other. Does not: how one of them is scored (``category``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from transforms.district.declaration import District
from transforms.duty.known import Grounds, heard_and_stale, known_clocks
from transforms.duty.measures import measures
from transforms.duty.share import duty_performance
from transforms.duty.window import in_window
from transforms.panel.panel import Panel
from transforms.schema import DUTY_MEASURES, SCORES, require_schema
from transforms.schema.totals import Totals
from transforms.scoring.category.fit import fitted
from transforms.scoring.category.freeze import frozen as frozen_reference
from transforms.scoring.category.freeze import may_measure
from transforms.scoring.category.rows import scored
from transforms.scoring.category.surges import surge_tests_of
from transforms.scoring.category.view import CategoryView, Each, scorable, unviewed
from transforms.scoring.fitted import CategoryModel, fit_day
from transforms.scoring.frozen import Frozen
from transforms.scoring.reference import Reference, freeze_day
from transforms.scoring.surges import night_surges
from transforms.scoring.trend import against_last_year
from transforms.scoring.unforecast import political, unscored
from transforms.words import RESIDENTS, Category


@dataclass(frozen=True)
class NightScores:
    """Everything a night says. ``against_last_year`` is a share (0.18 = 18 % more) or null; ``series_shares`` add up to 1 per category;
    ``totals`` are events expected where, of the categories that are forecast.

    ``duty`` and ``duty_measures`` are of departments; ``frozen`` holds the models and references that were used; ``district_surges`` is
    ``DISTRICT_SURGES``.
    """

    scores: pl.DataFrame
    district_surges: pl.DataFrame
    duty: pl.DataFrame
    frozen: Frozen
    against_last_year: dict[Category, float | None]
    series_shares: dict[Category, dict[str, float]]
    totals: dict[Category, Totals]
    duty_measures: pl.DataFrame = field(default_factory=DUTY_MEASURES.to_frame)


def score_night(
    panel: Panel,
    reports: pl.DataFrame,
    district: District,
    holidays: Mapping[dt.date, str],
    frozen: Frozen | None = None,
    *,
    grounds: Grounds | None = None,
    each: Each = map,
) -> NightScores:
    """Score every cell in all four categories.

    Args:
        panel: counts and exposure of the days before the night.
        reports: reports as of the night, one row each, for stock and clocks.
        district: weights and rules.
        holidays: public holidays by date.
        grounds: what clocks are counted on beside the reports; nothing where they are deadlines that nobody moved.
        frozen: models and references of the night's own fit and freeze days; what is missing is made from the panel itself.
        each: works on the series of a category.
    """
    views = {category: CategoryView(panel, reports, district, category, holidays, each) for category in scorable(panel, district)}
    measure = _complete(frozen or Frozen(), views)
    # All series of the night are judged at once, so no category's levels stand before the last one was tested.
    tests = {category: surge_tests_of(view, measure.models[category]) for category, view in views.items()}
    surges = night_surges(tests, next((view.subdistricts for view in views.values()), []))
    made = {c: scored(v, measure.models[c], measure.references[c], surges.cells.get(c)) for c, v in views.items()}
    silent = [unscored(panel.cells, c, unviewed(district, c).value) for c in RESIDENTS if c not in views]
    duty, duty_measures, departments = _duty(panel, reports, district, holidays, grounds or Grounds())
    frames = [*(of_category.rows for of_category in made.values()), *silent, departments]
    return NightScores(
        scores=require_schema(pl.concat(frames).sort("category", "cell_id"), SCORES, "scores"),
        district_surges=surges.district,
        duty=duty,
        duty_measures=duty_measures,
        frozen=measure,
        against_last_year={c: against_last_year(panel, views[c].series) if c in views else None for c in Category},
        series_shares={c: made[c].shares if c in made else {} for c in Category},
        totals={c: of_category.totals for c, of_category in made.items()},
    )


def _complete(given: Frozen, views: Mapping[Category, CategoryView]) -> Frozen:
    """What is given, as far as it may measure this night, and the rest made of what is seen."""
    models: dict[Category, CategoryModel] = {}
    references: dict[Category, Reference] = {}
    for category, view in views.items():
        models[category] = given.models.get(category) or fitted(view, fit_day(view.heard))
        reference = given.references.get(category)
        frozen_on, provisional = freeze_day(view.heard)
        references[category] = reference if may_measure(reference, view) else frozen_reference(view, frozen_on, provisional=provisional)
    return Frozen(models, references)


def _duty(
    panel: Panel, reports: pl.DataFrame, district: District, holidays: Mapping[dt.date, str], grounds: Grounds
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """How departments stand (``DUTY``), what is measured of them (``DUTY_MEASURES``), and the rows of ``SCORES`` that cells inherit."""
    lately, stale = heard_and_stale(panel, district, reports["source"].unique())
    clocks = known_clocks(panel, reports, district, grounds, lately)
    duty = duty_performance(clocks, district.duty, holidays, district.timezone)
    unheard = in_window(known_clocks(panel, reports, district, grounds, stale))["subdistrict"].unique().to_list()
    return duty, measures(clocks, panel.cells), political(panel.cells, duty, unheard)
