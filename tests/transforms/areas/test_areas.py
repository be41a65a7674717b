"""A night summed over subdistricts is what its cells and reports add up to."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tests.helpers.made import at, cells, district, known_days, reports
from tests.helpers.one_night import panel_of
from tests.helpers.scored import NIGHT, night, sample
from transforms.areas.counts import placed, report_counts, visit_counts
from transforms.areas.standing import by_subdistrict
from transforms.schema import VISITS
from transforms.schema.areas import REPORT_COUNTS, SUBDISTRICTS, VISIT_COUNTS

DAY = dt.timedelta(days=1)
WITHIN = dict(cells().select("cell_id", "subdistrict").iter_rows())


@pytest.fixture(scope="module")
def told() -> pl.DataFrame:
    return placed(reports(list(sample())), NIGHT, WITHIN)


def test_subdistricts_add_up_to_their_cells_and_the_district_to_all_of_them(told: pl.DataFrame) -> None:
    some, ids = district(), cells()
    scored = night(sample())
    known = known_days(NIGHT - 420 * DAY, NIGHT - DAY)
    panel = panel_of(reports(list(sample())), known, some, ids, NIGHT)
    found = by_subdistrict(scored, panel, told, some)
    assert found.schema == SUBDISTRICTS
    own = scored.scores.join(ids.select("cell_id", "subdistrict"), on="cell_id").filter(pl.col("category") != "political")
    sums = own.group_by("category", "subdistrict").agg(pl.len(), pl.col("expected_harm").sum(), red=(pl.col("level") == "red").sum())
    for row in sums.iter_rows(named=True):
        line = found.filter(category=row["category"], subdistrict=row["subdistrict"]).row(0, named=True)
        assert (line["cells"], line["red"]) == (row["len"], row["red"])
        assert line["expected_harm"] == pytest.approx(row["expected_harm"])
    for name in ("cells", "scored", "blue", "expected_harm", "reports", "reports_before", "by_residents"):
        parts = found.filter(pl.col("subdistrict") != "").group_by("category").agg(pl.col(name).sum()).sort("category")
        whole = found.filter(subdistrict="").select("category", name).sort("category")
        assert parts[name].to_list() == pytest.approx(whole[name].to_list()), name
    assert found["before"].unique().to_list() == [NIGHT - 28 * DAY]
    # A year back is within what is known; everything has arrived.
    assert found["observed"].to_list() == found["observed_last_year"].to_list() == [1.0] * len(found)
    safety = scored.totals["safety"].district  # type: ignore[index]
    assert found.filter(category="safety", subdistrict="")["expected_events_high"].item() == safety.high


def test_reports_count_in_their_window_and_subdistrict_alone_and_formal_requests_nowhere() -> None:
    east = next(cell for cell, area in WITHIN.items() if area is not None)
    rows = [
        *({"kind": "theft", "cell_id": east, "occurred_at": at(NIGHT - k * DAY)} for k in (1, 28, 29, 56)),
        {"kind": "theft", "cell_id": f"sub:{WITHIN[east]}", "occurred_at": at(NIGHT - DAY)},
        {"kind": "theft", "cell_id": "elsewhere", "occurred_at": at(NIGHT - DAY)},
    ]
    found = report_counts(placed(reports(rows), NIGHT, WITHIN), NIGHT)
    assert found.schema == REPORT_COUNTS
    assert dict(found.group_by("subdistrict").agg(pl.col("reports").sum()).iter_rows()) == {WITHIN[east]: 3, "": 1}
    requested = reports(rows).with_columns(kind=pl.lit("formal_request"))
    assert report_counts(placed(requested, NIGHT, WITHIN), NIGHT).is_empty()


def test_visits_count_by_how_they_came_about_and_what_came_of_them() -> None:
    cell = next(iter(WITHIN))
    seen = [(cell, NIGHT - k * DAY, chosen, outcome, None, 1) for k, chosen, outcome in ((1, "listed", "fixed"), (2, "random", None))]
    old = [(cell, NIGHT - 29 * DAY, "listed", "fixed", None, 1), (cell, NIGHT, "listed", None, None, 1)]
    found = visit_counts(pl.DataFrame([*seen, *old], VISITS, orient="row"), NIGHT, WITHIN)
    assert found.schema == VISIT_COUNTS
    assert found.rows() == [(WITHIN[cell] or "", "listed", "fixed", 1), (WITHIN[cell] or "", "random", "", 1)]
