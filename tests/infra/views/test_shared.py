"""What everybody may see: a level per cell and week, counts per subdistrict and four weeks, no small one by itself or by subtraction."""

from __future__ import annotations

import datetime as dt

import polars as pl
import sqlalchemy as sa

from infra.warehouse.database.engine import Warehouse, writing
from infra.warehouse.views import view_rows
from tests.helpers.dashboards import AREAS, FIRST, LAST, RESIDENTS
from tests.helpers.vocabulary import view_names, views

Tables = dict[str, pl.DataFrame]


def test_shared_views_hold_nothing_finer_than_their_tier_allows() -> None:
    shared = {name: list(views()[name]) for name in view_names() if name.startswith("dash_shared_")}
    assert shared == {
        "dash_shared_cells_v1": ["district", "night", "cell_id", "cell_name", "subdistrict", "lon", "lat", "outline"],
        "dash_shared_levels_v1": ["district", "night", "category", "cell_id", "level"],
        "dash_shared_reports_v1": ["district", "night", "category", "subdistrict", "about_reports"],
    }


def test_levels_are_shared_once_a_week_and_never_of_duty(dashboards: Warehouse, tables: Tables) -> None:
    shared = view_rows(dashboards, "dash_shared_levels_v1")
    mondays = [n for n in (FIRST + dt.timedelta(days=k) for k in range((LAST - FIRST).days + 1)) if n.weekday() == 0]
    assert sorted(shared["night"].unique()) == mondays
    assert sorted(shared["category"].unique()) == sorted(RESIDENTS)
    latest = tables["nights"].filter("is_latest").select("night", "revision")
    own = tables["scores"].join(latest, on=["night", "revision"]).filter(pl.col("night").is_in(mondays), pl.col("level").is_not_null())
    assert shared.height == own.filter(pl.col("category") != "political").height


def test_counts_are_shared_every_four_weeks_to_the_nearest_five_and_small_ones_not_at_all(dashboards: Warehouse) -> None:
    shared = view_rows(dashboards, "dash_shared_reports_v1")
    assert sorted(shared["night"].unique()) == [dt.date(2024, 5, 13), dt.date(2024, 6, 10)]
    assert sorted(shared["subdistrict"].unique()) == list(AREAS)
    assert shared.filter(pl.col("about_reports") % 5 != 0).is_empty()


def test_a_count_under_five_has_no_number_and_a_lone_one_hides_another(warehouse: Warehouse) -> None:
    counts = {"a": [4, 3, 50], "b": [4, 9, 12], "c": [0, 0, 0], "d": [5, 7, 8]}
    night = dt.date(2024, 6, 10)
    with writing(warehouse) as connection:
        connection.execute(sa.text(_NIGHT), {"night": night.isoformat()})
        for category, row in counts.items():
            for area, reports in zip(AREAS, row, strict=True):
                connection.execute(sa.text(_AREA), {"night": night.isoformat(), "category": category, "area": area, "reports": reports})
    found = view_rows(warehouse, "dash_shared_reports_v1").sort("category", "subdistrict")
    told = {category: own["about_reports"].to_list() for (category,), own in found.group_by("category", maintain_order=True)}
    assert told == {"a": [None, None, 50], "b": [None, None, 10], "c": [None, None, None], "d": [5, 5, 10]}


_NIGHT = """
INSERT INTO nights (district, night, revision, is_latest, as_of, lake_seq, district_version, scoring_hash, model_ids, mode, inputs, run_id,
  published_at, replayable_until)
VALUES ('weibin', :night, 1, true, '2024-06-03 00:00:00', 1, 'v', 's', '[]', 'nightly', 'i', 'r', '2024-06-03 00:00:00', :night)
"""
_AREA = """
INSERT INTO subdistricts (district, night, revision, category, subdistrict, before, last_year, cells, scored, learning, not_scored, blue,
  yellow, orange, red, reports, reports_before, reports_last_year, by_residents, by_residents_before, by_residents_last_year)
VALUES ('weibin', :night, 1, :category, :area, :night, :night, 1, 1, 0, 0, 1, 0, 0, 0, :reports, 0, 0, 0, 0, 0)
"""
