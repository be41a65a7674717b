"""Connecting a source: other datums, versions in one file, layouts that drift, words that are missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flows.intake import right_datum
from flows.intake.ingest import ingest
from flows.intake.refusals import refusals
from flows.intake.retry import retry
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.stores import Context, open_context
from flows.tell.codelists import Codelists, KindShare, UnmappedWord, codelists, department_words
from flows.tell.status import status
from infra import clock, progress
from infra.warehouse.intake.ledger import ledger
from infra.warehouse.keeping.locks import LEASE, LockLostError, Owner, release, try_acquire
from tests.helpers.district_folders import COLUMNS, EAST, NORTH, SOUTH, WEST, source
from tests.helpers.real_data import held
from tests.helpers.town import NOW, Town, counts, row, table
from transforms.grids.datum import Datum, from_wgs84
from transforms.grids.datum_check import Habit


@pytest.fixture
def warehouse_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'warehouse.db'}"


@pytest.fixture
def town(tmp_path: Path, warehouse_url: str, request: pytest.FixtureRequest) -> Iterator[Town]:
    made = Town(tmp_path, warehouse_url, source(**getattr(request, "param", {})))
    yield made
    made.context.stores.close()


def sent_in(datum: Datum, first: int = 0, rows: int = 400) -> str:
    """Reports all over the district, written in a datum."""
    pick = np.random.default_rng(first + 1)
    lon, lat = from_wgs84(pick.uniform(WEST, EAST, rows), pick.uniform(SOUTH, NORTH, rows), datum)
    return table(*(row(first + n, x=f"{x:.6f}", y=f"{y:.6f}") for n, (x, y) in enumerate(zip(lon, lat, strict=True))))


def test_a_batch_in_another_datum_is_refused_with_the_hint_and_a_right_one_is_not(town: Town) -> None:
    wrong = town.take(sent_in("GCJ-02"), "police_1.csv")
    assert (wrong.state, wrong.reason) == ("refused", "datum_wrong")
    assert "declared WGS-84, but the places fit this district's outline clearly better as GCJ-02" in wrong.warnings[0].detail
    assert town.take(sent_in("WGS-84", 1000), "police_2.csv").state == "stored"
    # Now the source has a habit too.
    assert town.take(sent_in("GCJ-02", 2000), "police_3.csv").reason == "datum_wrong"
    assert town.take(sent_in("WGS-84", 3000), "police_4.csv").state == "stored"
    town.balance()


def test_where_reports_lie_is_looked_up_anew_only_where_it_may_have_changed(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    looked, real = list[int](), right_datum._looked_up

    def counted(context: Context, batches: Sequence[str]) -> Habit:
        looked.append(len(batches))
        return real(context, batches)

    monkeypatch.setattr(right_datum, "_looked_up", counted)
    # Too few for a habit, so that each is looked at; then at twice as many batches.
    for number in range(10):
        assert town.take(sent_in("WGS-84", 1000 * number, 60), f"police_{number}.csv").state == "stored"
    assert list(dict.fromkeys(looked)) == [1, 2, 3, 4, 8]
    assert town.take(sent_in("GCJ-02", 20_000), "police_wrong.csv").reason == "datum_wrong"


def test_a_new_source_is_held_against_the_reports_of_the_others(tmp_path: Path, warehouse_url: str) -> None:
    """Places well inside a wide district, where the border has nothing to say."""
    wide = {"kind": "square", "size_m": 500, "outline": [[[113.6, 35.1], [114.0, 35.1], [114.0, 35.5], [113.6, 35.5]]]}
    town = Town(tmp_path, warehouse_url, source(), source("hotline", key=["id"]), grid=wide)
    spots = np.random.default_rng(1).uniform([113.72, 35.22], [113.88, 35.38], (60, 2))

    def sent(datum: Datum, first: int) -> str:
        pick = np.random.default_rng(first)
        points = spots[pick.integers(0, len(spots), 1500)] + pick.normal(0, 0.0008, (1500, 2))
        lon, lat = from_wgs84(points[:, 0].copy(), points[:, 1].copy(), datum)
        return table(*(row(first + n, x=f"{x:.6f}", y=f"{y:.6f}") for n, (x, y) in enumerate(zip(lon, lat, strict=True))))

    assert town.take(sent("WGS-84", 10_000)).state == "stored"
    wrong = town.take(sent("GCJ-02", 20_000), "hotline_1.csv")
    assert (wrong.state, wrong.reason) == ("refused", "datum_wrong")
    assert "fit where the other sources' reports lie clearly better as GCJ-02" in wrong.warnings[0].detail
    assert town.take(sent("WGS-84", 30_000), "hotline_2.csv").state == "stored"
    town.context.stores.close()


def test_a_retry_under_a_wrong_datum_lets_nothing_in(town: Town) -> None:
    stored = town.take(sent_in("WGS-84").replace("theft", "brawl", 5))
    assert counts(stored) == {"delivered": 400, "accepted": 395, "quarantined": 5}
    before = town.lake()
    file = town.folder / "district.toml"
    told = file.read_text("utf-8")
    for old, new in (('key = ["id"]', 'datum = "GCJ-02"'), ("[sources.kinds]", 'brawl = "fight"')):
        told = told.replace(old, f"{old}\n{new}")
    file.write_text(told, "utf-8")
    town.context.stores.close()
    town.context = open_context("town", town.context.settings)
    found = retry(town.context, NOW)
    assert (found.resolved, found.waiting) == (0, 5)
    assert found.kept_back[0].why.startswith("datum_wrong: declared GCJ-02, but the places fit")
    assert town.lake().equals(before)
    town.balance()


def test_a_writer_whose_district_was_taken_over_appends_nothing(town: Town) -> None:
    """It stands still after it has begun a file, longer than its lease."""
    warehouse, other = town.context.warehouse, Owner("another host", 1, 1, 1)
    taken = []

    def stand_still(_: progress.Step) -> None:
        taken.append(try_acquire(warehouse, other, clock.now() + 2 * LEASE))

    town.deliver(table(row(1), row(2)))
    with progress.listening(stand_still), pytest.raises(LockLostError, match="took over town"):
        ingest(town.context, NOW)
    assert town.lake().is_empty()
    assert ledger(warehouse).is_empty()
    assert taken[0] is not None
    release(warehouse, taken[0])
    (record,) = ingest(town.context, NOW)
    assert counts(record) == {"delivered": 2, "accepted": 2}


@pytest.mark.parametrize("town", [{"known_at": {"rule": "column", "column": "released"}}], indirect=True)
def test_two_versions_of_a_report_in_one_file_are_two_versions_where_their_release_orders_them(town: Town) -> None:
    header = "id,time,kind,x,y,released"
    told = [("theft", "02"), ("robbery", "03"), ("robbery", "04"), ("theft", "05")]
    record = town.take(table(*(f"{row(1, kind)},2025-03-{day} 12:00:00" for kind, day in told), header=header))
    assert (record.accepted, record.duplicate, record.quarantined) == (3, 1, 0)
    assert town.lake()["kind"].to_list() == ["theft", "robbery", "theft"]
    town.balance()


def test_words_without_a_kind_are_shown_and_an_edit_is_tried_before_it_is_used(town: Town) -> None:
    rows = [row(n, "theft") for n in range(60)] + [row(100 + n, "brawl") for n in range(25)] + [row(200, "odd")]
    town.take(table(*rows))
    shown = (UnmappedWord("police", "brawl", 1, 25), UnmappedWord("police", None, 1, 1))
    assert codelists(town.context) == Codelists(shown, (), (KindShare("police", 86, 60),))
    # They are read from the city's own file; when that has gone, nothing of them is left anywhere.
    (town.folder / "in" / "police_1.csv").unlink()
    assert codelists(town.context) == Codelists((), (), ())


@pytest.mark.parametrize("town", [{"columns": {**COLUMNS, "department": "desk"}}], indirect=True)
def test_words_for_departments_are_told_to_who_asks_and_lie_nowhere(town: Town) -> None:
    planted = "Queue of Winston Plantedname"
    town.take(table(*(f"{row(n)},{planted}" for n in range(30)), header="id,time,kind,x,y,desk"))
    (word,) = department_words(town.context).words
    assert (word.word, word.rows) == (planted, 30)
    assert town.lake()["department"].null_count() == 30
    lying = [p for p in town.folder.parent.rglob("*") if p.is_file() and b"Plantedname" in p.read_bytes()]
    assert lying == [town.folder / "in" / "police_1.csv"]


# --- layouts that drift

# Eighteen columns in spring, twenty in summer with other names, twenty-six in autumn in another order.
_PADDING = [f"extra{n}" for n in range(26)]
SPRING = ["id", "time", "kind", "x", "y", *_PADDING[:13]]
SUMMER = ["Incident No", "Reported", "kind", "x", "y", "closed", *_PADDING[:14]]
AUTUMN = [*_PADDING[:18], "team", "closed", "lat_wgs", "lon_wgs", "class", "Reported", "Incident No", "area"]
DRIFT: dict[str, Any] = {
    "columns": {**COLUMNS, "closed_at": "closed", "department": "team"},
    "other_names": {"id": ["Incident No"], "time": ["Reported"], "kind": ["class"], "x": ["lon_wgs"], "y": ["lat_wgs"]},
    "optional": ["closed", "team"],
    "undeclared": "ignore",
}
VALUES = {"id": "7", "time": "2025-03-01 12:00:00", "kind": "theft", "x": "113.81", "y": "35.31"}


@pytest.mark.parametrize("town", [DRIFT], indirect=True)
def test_three_layouts_of_one_source_are_three_lines_of_toml(town: Town) -> None:
    own = {other: name for name, names in DRIFT["other_names"].items() for other in names}
    assert [len(layout) for layout in (SPRING, SUMMER, AUTUMN)] == [18, 20, 26]
    for number, layout in enumerate((SPRING, SUMMER, AUTUMN)):
        given = {**VALUES, "kind": ["theft", "robbery", "fight"][number]}
        text = table(",".join(given.get(own.get(c, c), "") for c in layout), header=",".join(layout))
        assert town.take(text, f"police_{number}.csv", NOW + dt.timedelta(days=number)).accepted == 1
    # The same key under three names is one report, told three times.
    assert town.lake()["report_id"].n_unique() == 1
    assert town.lake()["kind"].to_list() == ["theft", "robbery", "fight"]
    town.balance()


def test_both_layouts_of_san_franciscos_fire_calls_are_one_source(real_data: Path, tmp_path: Path, warehouse_url: str) -> None:
    files = [held(real_data / "san_francisco" / f"fire_calls_{when}.csv.gz") for when in ("2017_01", "2020_04")]
    city = [[-122.52, 37.70], [-122.35, 37.70], [-122.35, 37.84], [-122.52, 37.84]]
    fire = source(
        code="fire",
        feed="fire_hazard",
        files=list(map(str, files)),
        time_formats=["%m/%d/%Y %I:%M:%S %p"],
        known_at={"rule": "after_reported", "hours": 24},
        key=["Incident Number"],
        row_key=["RowID"],
        merge=True,
        undeclared="ignore",
        max_quarantined=0.5,
        kind="fire_service_other",
        kinds={"Structure Fire": "fire_structure", "Alarms": "fire_alarm"},
        columns={"occurred_at": "Received DtTm", "kind": "Call Type", "point": "Location"},
        where=[{"column": "Neighborhood  District", "none_of": ["Treasure Island"]}],
        other_names={"Neighborhood  District": ["Neighborhooods - Analysis Boundaries"]},
    )
    town = Town(
        tmp_path,
        warehouse_url,
        fire,
        timezone="America/Los_Angeles",
        calendar="US-CA",
        grid={"kind": "square", "size_m": 1000, "outline": [city]},
    )
    try:
        first, second = ingest(town.context, NOW)
        for record, rows in ((first, 7704), (second, 10410)):
            assert (record.state, record.delivered) == ("stored", rows)
            # About two units are sent to a call.
            assert 0.3 * rows < min(record.accepted, record.merged)
            assert record.quarantined < 0.02 * rows
            # The column that has two names decides in both.
            assert 0 < record.out_of_scope < 0.02 * rows
        assert town.lake()["kind"].n_unique() == 3
        town.balance()
    finally:
        town.context.stores.close()


@pytest.mark.parametrize("town", [{"max_quarantined": 0.5}], indirect=True)
def test_a_district_whose_only_file_was_refused_says_what_it_was_refused_for(town: Town) -> None:
    rows = [row(n, "brawl") for n in range(60)] + [row(100 + n, "theft", x="", y="") for n in range(30)] + [row(200, "theft")]
    town.take(table(*rows))
    (told,) = refusals(town.context, NOW).new
    assert (told.file, told.reason) == ("police_1.csv", "quarantine_share")
    assert "kind_unknown 60" in str(told.detail)
    assert "coordinates_missing 30" in str(told.detail)
    run_night(town.context, nightly_run(town.context, NOW.date(), None, "first", now=NOW))
    found = status(town.context)
    assert (found.ledger[0].refused, found.source_days) == (1, {})
    assert [one.file for one in found.refusals.new] == ["police_1.csv"]
