"""The simulator: zones that tile, deliveries that repeat exactly, and a truth that agrees with the rows."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely
from polars.testing import assert_frame_equal

from tests.helpers.weibin_zones import SUBDISTRICTS, zones_geojson
from transforms.grids.datum import to_wgs84
from transforms.grids.zones import read_collection, zone_cells
from transforms.reports.privacy import personal_values, valid_resident_id
from transforms.words.reasons import REASONS, Tier
from transforms.workshop.simulator.dirt import COLUMNS, FAULTS, invented_resident_number
from transforms.workshop.simulator.events import festival_factor
from transforms.workshop.simulator.rows import TIME_FORMATS
from transforms.workshop.simulator.simulate import Simulation, simulate
from transforms.workshop.simulator.world import KINDS, SOURCES, SPRING_FESTIVALS

FIRST_DAY = dt.date(2025, 1, 1)
DAYS, HISTORY = 150, 59
RELEASED = {"fire": "发布时间", "order": "release_time", "stability": "发布时间"}


@cache
def collection() -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(zones_geojson())
    return parsed


@cache
def cells() -> pl.DataFrame:
    return zone_cells(read_collection(collection())[0], "none")


@cache
def simulated() -> Simulation:
    return simulate(cells(), first_day=FIRST_DAY, days=DAYS, seed=11, history_days=HISTORY)


@cache
def delivered(source: str) -> pl.DataFrame:
    """All rows of one source with day and row number, and the reason where the truth knows one."""
    parts = [d.rows.with_row_index("row").with_columns(day=pl.lit(d.day)) for d in simulated().deliveries if d.source == source]
    dirt = simulated().truth.dirt.filter(pl.col("source") == source).drop("source")
    return pl.concat(parts).cast({"row": pl.Int64}).join(dirt, on=["day", "row"], how="left", maintain_order="left")


def sound(source: str) -> pl.DataFrame:
    """Rows without a fault, with the clocks parsed and the columns named alike."""
    names = {v: k for k, v in COLUMNS[source].items()} | {RELEASED[source]: "released"}
    rows = delivered(source).filter(pl.col("reason").is_null()).rename(names)
    times = {
        c: pl.coalesce(pl.col(c).str.to_datetime(form, strict=False) for form in TIME_FORMATS[source])
        for c in ("occurred", "reported", "released")
    }
    return rows.with_columns(**times)


def test_zones_tile_without_gap_or_overlap() -> None:
    shapes = shapely.from_geojson([json.dumps(f["geometry"]) for f in collection()["features"]])
    whole = shapely.union_all(shapes)
    assert all(shapely.is_valid(shapes))
    assert whole.geom_type == "Polygon"
    assert not list(whole.interiors)
    assert shapely.area(shapes).sum() == pytest.approx(whole.area, rel=1e-12)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = left < right
    assert shapely.area(shapely.intersection(shapes[left[pairs]], shapes[right[pairs]])).max() < 1e-15


def test_zones_carry_sound_properties() -> None:
    frame = cells()
    assert 300 <= len(frame) <= 600
    assert collection()["synthetic"] is True
    assert len(zones_geojson().encode()) < 350_000
    assert frame["cell_id"].str.contains(r"^410703\d{9}$").all()
    assert frame["cell_id"].n_unique() == len(frame)
    assert frame.select((pl.col("cell_id").str.slice(0, 9) == pl.col("subdistrict")).all()).item()
    assert set(frame["subdistrict"]) == {code for code, *_ in SUBDISTRICTS}
    empty = frame["tags"].str.split(" ").list.contains("nonresidential")
    assert (frame.filter(empty)["households"] == 0).all()
    assert (frame.filter(~empty)["households"] >= 50).all()
    areas = frame.group_by("subdistrict").agg(pl.col("area_km2").median()).sort("area_km2")
    assert areas["subdistrict"][-1] == "410703100"


def test_the_same_seed_gives_the_same_deliveries() -> None:
    arguments: dict[str, Any] = {"first_day": FIRST_DAY, "days": 40, "history_days": 10, "scale": 0.5}
    one, two = simulate(cells(), seed=3, **arguments), simulate(cells(), seed=3, **arguments)
    assert [(d.source, d.day) for d in one.deliveries] == [(d.source, d.day) for d in two.deliveries]
    for a, b in zip(one.deliveries, two.deliveries, strict=True):
        assert_frame_equal(a.rows, b.rows)
    for name in ("surges", "dirt", "totals", "silent"):
        assert_frame_equal(getattr(one.truth, name), getattr(two.truth, name))
    other = simulate(cells(), seed=4, **arguments)
    assert not all(a.rows.equals(b.rows) for a, b in zip(one.deliveries, other.deliveries, strict=False))


def test_the_order_of_cells_does_not_matter() -> None:
    arguments: dict[str, Any] = {"first_day": FIRST_DAY, "days": 5, "seed": 3, "scale": 0.2}
    one, two = simulate(cells(), **arguments), simulate(cells().reverse(), **arguments)
    assert all(a.rows.equals(b.rows) for a, b in zip(one.deliveries, two.deliveries, strict=True))


@pytest.mark.parametrize(("source", "low", "high"), [("fire", 10, 40), ("order", 80, 200), ("stability", 60, 150)])
def test_daily_volumes_are_those_of_a_district(source: str, low: int, high: int) -> None:
    sizes = np.array(
        [len(d.rows) for d in simulated().deliveries if d.source == source and d.day >= FIRST_DAY + dt.timedelta(days=HISTORY)]
    )
    assert low <= np.median(sizes) <= high
    assert np.mean((sizes >= low) & (sizes <= high)) > 0.9


def test_history_comes_by_month_and_then_day_by_day_except_the_silent_one() -> None:
    silent = set(simulated().truth.silent.rows())
    assert len(silent) == 1
    for source in SOURCES:
        days = [d.day for d in simulated().deliveries if d.source == source]
        live = [FIRST_DAY + dt.timedelta(days=n) for n in range(HISTORY, DAYS)]
        assert days == [dt.date(2025, 1, 31), dt.date(2025, 2, 28), *(d for d in live if (source, d) not in silent)]
    ((source, day),) = silent
    assert day > FIRST_DAY + dt.timedelta(days=DAYS - 61)
    sizes = {d.day: len(d.rows) for d in simulated().deliveries if d.source == source}
    assert sizes[day + dt.timedelta(days=1)] > 1.5 * sizes[day + dt.timedelta(days=2)]


def test_every_row_is_text_and_the_columns_never_change() -> None:
    for source in SOURCES:
        schemas = [d.rows.schema for d in simulated().deliveries if d.source == source]
        assert set(schemas[0].dtypes()) == {pl.String}
        assert all(s == schemas[0] for s in schemas)
        assert all(len(d.rows) for d in simulated().deliveries)


def test_every_reason_a_row_can_be_set_aside_for_occurs() -> None:
    # No simulated deadline lies decades away, no row stands for several reports, and no line has too many values.
    expected = {r.code for r in REASONS.values() if r.tier is Tier.QUARANTINE} - {
        "deadline_implausible",
        "count_invalid",
        "row_ragged",
        "row_no_report",
        "key_control",
    }
    assert set(simulated().truth.dirt["reason"]) == expected
    assert {*FAULTS, "key_conflict"} == expected
    share = len(simulated().truth.dirt) / simulated().truth.totals["delivered"].sum()
    assert 0.005 <= share <= 0.015
    assert not simulated().truth.dirt.select("source", "day", "row").is_duplicated().any()


@pytest.mark.parametrize("source", SOURCES)
def test_the_truth_about_dirt_matches_the_rows(source: str) -> None:
    rows = delivered(source)
    column = COLUMNS[source]

    def spoilt(reason: str) -> pl.DataFrame:
        return rows.filter(pl.col("reason") == reason)

    assert (spoilt("key_missing")[column["key"]].fill_null("") == "").all()
    assert spoilt("time_missing")[column["occurred"]].is_null().all()
    assert spoilt("kind_missing")[column["kind"]].is_null().all()
    words = {k.text for k in KINDS if k.source == source}
    assert not spoilt("kind_unknown")[column["kind"]].is_in(words).any()
    assert personal_values(spoilt("personal_value")[column["department"]]).all()
    clean = sound(source)
    assert clean["key"].is_not_null().all()
    assert clean["occurred"].is_not_null().all()
    assert clean["kind"].is_in(words).all()
    for name, dtype in delivered(source).drop("day", "row", "reason").schema.items():
        assert dtype == pl.String
        if name != column["key"]:
            assert not personal_values(rows.filter(pl.col("reason").ne_missing("personal_value"))[name]).any(), name
    if source == "stability":
        assert clean["zone"].is_in(cells()["cell_id"].implode()).all()
        assert not spoilt("zone_unknown")[column["zone"]].is_in(cells()["cell_id"].implode()).any()


@pytest.mark.parametrize("source", ["order", "stability"])
def test_one_key_stands_twice_in_a_file_only_as_a_repeat_or_a_conflict(source: str) -> None:
    rows = delivered(source).filter(pl.col("reason").is_null() | (pl.col("reason") == "key_conflict"))
    key = COLUMNS[source]["key"]
    kept = rows.unique([c for c in rows.columns if c not in {"row"}], maintain_order=True)
    twice = kept.filter(pl.struct("day", key).is_duplicated())
    assert not twice.is_empty()
    assert (twice["reason"] == "key_conflict").all()
    assert len(twice) == rows["reason"].is_not_null().sum()


@pytest.mark.parametrize("source", SOURCES)
def test_the_ledger_balances(source: str) -> None:
    totals = simulated().truth.totals.row(by_predicate=pl.col("source") == source, named=True)
    assert totals["delivered"] == len(delivered(source))
    assert totals["delivered"] == totals["accepted"] + totals["merged"] + totals["duplicates"] + totals["dirty"]
    assert totals["dirty"] == delivered(source)["reason"].is_not_null().sum()
    exact = delivered(source).drop("row").is_duplicated().sum() // 2
    assert 0 < exact <= totals["duplicates"]
    assert (totals["merged"] > 0) == (source == "fire")


@pytest.mark.parametrize("source", SOURCES)
def test_delays_are_never_negative_and_have_a_heavy_tail(source: str) -> None:
    rows = sound(source).unique("key", keep="first", maintain_order=True)
    assert (rows["reported"] >= rows["occurred"]).all()
    assert (rows["released"] > rows["reported"]).all()
    days = (rows["released"] - rows["occurred"]).dt.total_days()
    assert days.median() is not None
    assert (days > 14).any()
    assert (days <= 2).mean() > 0.6  # type: ignore[operator]
    release = rows["released"].dt.time()
    assert release.is_between(dt.time(3, 0), dt.time(4, 0)).all()


def test_a_file_is_released_the_morning_after_its_day() -> None:
    for source in SOURCES:
        live = sound(source).filter(pl.col("day") >= FIRST_DAY + dt.timedelta(days=HISTORY))
        assert (live["released"].dt.date() - live["day"] == dt.timedelta(days=1)).all()


def test_cases_change_reopen_move_and_are_withdrawn() -> None:
    stability = sound("stability")
    assert set(stability["status"]) == {"办理中", "重新办理", "已办结", "已撤回"}
    assert set(stability["转办次数"]) == {"0", "1", "2"}
    assert (stability.filter(pl.col("重开次数") == "1")["status"] == "已办结").any()
    moved = stability.filter(pl.col("转办次数") != "0", pl.col("department").is_not_null())
    assert (moved["department"] != moved["首接部门"]).all()
    for field in ("kind", "zone", "occurred"):
        assert (stability.group_by("key").agg(pl.col(field).n_unique())[field] > 1).any()


def test_some_departments_are_clearly_worse() -> None:
    rows = sound("stability").unique("key", keep="last", maintain_order=True)
    times = [
        pl.coalesce(pl.col(c).str.to_datetime(f, strict=False) for f in TIME_FORMATS["stability"]).alias(c)
        for c in ("办结期限", "办结时间")
    ]
    due = rows.with_columns(times).filter(pl.col("办结期限") < dt.datetime(2025, 5, 20))  # noqa: DTZ001
    late = due.with_columns(late=pl.col("办结时间").is_null() | (pl.col("办结时间") > pl.col("办结期限")))
    share = dict(late.group_by("department").agg(pl.col("late").mean()).iter_rows())
    assert share["住房和建设局"] > 2 * share["市场监督管理局"]


def test_risk_is_concentrated_in_space() -> None:
    counts = sound("stability").unique("key")["zone"].value_counts()["count"].sort(descending=True)
    top = counts.head(len(cells()) // 10).sum()
    assert float(top) > 0.25 * float(counts.sum())


def test_planted_surges_are_in_the_rows() -> None:
    surges = simulated().truth.surges
    assert 4 <= len(surges) <= 8
    assert surges["extra_events"].is_between(6, 12).all()
    assert (surges["first_day"] >= FIRST_DAY + dt.timedelta(days=DAYS - 60)).all()
    assert (surges["last_day"] < FIRST_DAY + dt.timedelta(days=DAYS)).all()
    texts = pl.DataFrame([(k.text, k.series) for k in KINDS], schema=["kind", "series"], orient="row")
    shapes = shapely.from_geojson(cells()["outline"].to_list())
    tree = shapely.STRtree(shapes)
    for surge in surges.iter_rows(named=True):
        source = next(k.source for k in KINDS if k.series == surge["series"])
        rows = sound(source).unique("key", keep="last", maintain_order=True).join(texts, on="kind")
        rows = rows.filter(
            pl.col("series") == surge["series"], pl.col("occurred").dt.date().is_between(surge["first_day"], surge["last_day"])
        )
        if source == "stability":
            found = (rows["zone"] == surge["cell_id"]).sum()
        else:
            lon, lat = (rows[c].cast(pl.Float64).to_numpy() for c in ("lon", "lat"))
            at = shapely.points(*to_wgs84(lon, lat, "GCJ-02" if source == "fire" else "WGS-84"))
            point, cell = tree.query(at, predicate="within")
            assert len(point) == len(rows)
            found = sum(cells()["cell_id"][int(c)] == surge["cell_id"] for c in cell)
        assert found >= surge["extra_events"]


def test_spring_festival_is_visible() -> None:
    first = dt.date(2025, 1, 29)

    def per_day(source: str, texts: set[str], start: dt.date, days: int) -> float:
        rows = sound(source).filter(pl.col("kind").is_in(texts)).unique("key")
        return float(rows["occurred"].dt.date().is_between(start, start + dt.timedelta(days=days - 1)).sum()) / days

    fires = {"住宅火灾", "室外火灾"}
    thefts = {"侵财/一般盗窃", "侵财/入室盗窃"}
    later = dt.date(2025, 3, 5)
    assert per_day("fire", fires, first - dt.timedelta(days=1), 7) > 1.5 * per_day("fire", fires, later, 40)
    assert per_day("order", thefts, first - dt.timedelta(days=2), 10) < 0.7 * per_day("order", thefts, later, 40)
    assert all(festival_factor(day, "fireworks") > 3 for day in SPRING_FESTIVALS)
    assert festival_factor(dt.date(2025, 7, 1), "fireworks") == 1.0


def test_invented_numbers_pass_the_checksum_and_belong_to_nobody() -> None:
    numbers = [invented_resident_number(n) for n in range(50)]
    assert all(valid_resident_id(n) and n.startswith("99999919000101") for n in numbers)


@pytest.mark.parametrize("wrong", [{"days": 0}, {"days": 5, "history_days": 6}, {"days": 5, "scale": 0.0}])
def test_impossible_lengths_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="days must be at least 1"):
        simulate(cells(), first_day=FIRST_DAY, seed=1, **wrong)


def test_a_district_of_a_few_cells_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 10 cells"):
        simulate(cells().head(9), first_day=FIRST_DAY, days=5, seed=1)


def test_a_short_run_has_neither_surge_nor_silence() -> None:
    short = simulate(cells(), first_day=FIRST_DAY, days=2, seed=1, scale=0.3)
    assert short.truth.surges.is_empty()
    assert short.truth.silent.is_empty()
    assert len(short.deliveries) == 6
