"""What lasts of a report, held against the full times and places that it came with."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.candidates import LANDED, columns, district, read
from tests.helpers.district_folders import source
from transforms.clocks.zones import utc_to_local
from transforms.reports.coarsening import Ground, coarsened
from transforms.reports.delivery import Delivery
from transforms.reports.locating import in_cells
from transforms.reports.spots import spots
from transforms.schema import CLOCKS

ZONE = "Asia/Shanghai"
GROUND = Ground(ZONE, {"C35": "S1", "C36": "S2"}, frozenset({"robbery"}), b"k" * 32)
CLOCKED = columns(due_at="u", closed_at="c", reported_at="r", first_contact_at="f")


def kept(*rows: dict[str, str | None], landed: dt.datetime = LANDED, **changes: Any) -> pl.DataFrame:
    """Rows of a file as they last, robbery being a sensitive kind here."""
    declared = {"columns": CLOCKED, **changes}
    one = district(source(**{k: v for k, v in declared.items() if k != "clocks"})).sources[0]
    candidates = read(list(rows), **declared)
    cells = in_cells(
        candidates, lambda lon, lat, days: pl.Series([f"C{int(y)}" for y in lat], dtype=pl.String), ZONE, lambda codes, days: codes
    )
    return coarsened(cells, GROUND, Delivery(one, "b", landed, 1))


def local(frame: pl.DataFrame, column: str) -> list[str | None]:
    return frame.select(utc_to_local(pl.col(column), ZONE).dt.strftime("%m-%d %H:%M")).to_series().to_list()


@pytest.mark.parametrize(
    ("time", "part"),
    [("00:00:01", "night"), ("05:59:59", "night"), ("06:00:00", "morning"), ("12:00:00", "afternoon"), ("18:00:00", "evening"),
     ("23:59:59", "evening"), ("00:00:00", "unknown")],
)  # fmt: skip
def test_of_an_hour_the_part_of_the_day_is_left(time: str, part: str) -> None:
    frame = kept({"time": f"2025-03-01 {time}"})
    assert frame.select("occurred_on", "part_of_day").row(0) == (dt.date(2025, 3, 1), part)


def test_clocks_keep_days_unless_one_counts_hours() -> None:
    times: dict[str, str | None] = {"r": "2025-03-01 13:37:22", "c": "2025-03-04 09:58:59", "f": "2025-03-01 14:04:59"}
    frame = kept(times | {"u": "2025-03-04 17:32:00"}, times | {"u": "2025-03-04 00:00:00"}, times)
    assert local(frame, "due_at") == ["03-04 17:30", "03-04 00:00", None]
    assert local(frame, "closed_at") == ["03-04 09:55", "03-04 00:00", "03-04 00:00"]
    assert local(frame, "first_contact_at") == ["03-01 14:00", "03-01 00:00", "03-01 00:00"]
    assert local(frame, "clock_from") == ["03-01 13:35", "03-01 00:00", "03-01 00:00"]
    # Closed on the day it is due is in time.
    assert (frame["closed_at"] > frame["due_at"]).to_list() == [False, False, None]


@pytest.mark.parametrize(("unit", "due"), [("hour", "03-01 15:35"), ("natural_day", "03-03 00:00")])
def test_a_rule_says_by_its_unit_how_exact_its_clocks_are(unit: str, due: str) -> None:
    clocks = [{"feed": "public_order", "limit": 2, "unit": unit}]
    frame = kept({"r": "2025-03-01 13:37:22"}, clocks=clocks)
    assert local(frame, "due_at") == [due]


def test_sensitive_kinds_keep_their_subdistrict_and_whole_days_and_no_spot() -> None:
    frame = kept(
        {"kind": "robbery", "time": "2025-03-01 13:37:22", "u": "2025-03-04 17:32:00", "c": "2025-03-03 09:58:59"},
        known_at={"rule": "after_reported", "hours": 1},
    )
    assert frame.select("cell_id", "spot", "part_of_day").row(0) == ("sub:S1", None, "unknown")
    assert {c: local(frame, c)[0] for c in ("clock_from", "due_at", "closed_at", "known_at")} == {
        "clock_from": "03-01 00:00", "due_at": "03-04 00:00", "closed_at": "03-03 00:00", "known_at": "03-02 00:00",
    }  # fmt: skip


@given(st.integers(0, 90 * 86_400), st.integers(0, 5_000), st.sampled_from(["theft", "robbery"]))
def test_known_at_is_rounded_up_and_not_past_the_landing_because_of_that(seconds: int, minutes: int, kind: str) -> None:
    exact = dt.datetime(2025, 3, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
    landed = exact + dt.timedelta(minutes=minutes - 600)
    row: dict[str, str | None] = {"kind": kind, "time": f"{exact + dt.timedelta(hours=8):%Y-%m-%d %H:%M:%S}"}
    (known,) = kept(row, landed=landed, known_at={"rule": "after_reported", "hours": 0}, columns=columns())["known_at"]
    assert exact <= known < exact + (dt.timedelta(days=1) if kind == "robbery" else dt.timedelta(hours=1))
    assert known <= landed or exact > landed
    assert known == landed or known.minute == known.second == 0


def test_what_is_known_at_its_landing_keeps_that_moment() -> None:
    assert kept({}, columns=columns())["known_at"].to_list() == [LANDED]


def test_no_clock_tells_more_than_five_minutes() -> None:
    frame = kept({"r": "2025-03-01 13:37:22", "u": "2025-03-04 17:32:11", "c": "2025-03-04 09:58:59", "f": "2025-03-01 14:04:59"})
    assert [c for c in CLOCKS if frame[c].dt.epoch("s").drop_nulls().to_list() and frame[c].dt.epoch("s")[0] % 300] == []


# --- spots


def spot(lon: float, lat: float, cell: str = "C1", day: dt.date = dt.date(2025, 3, 1), key: bytes = b"k" * 32) -> int:
    (found,) = spots(pl.Series([lon]), pl.Series([lat]), pl.Series([cell]), pl.Series([day]), key)
    return int(found)


def test_a_spot_tells_places_of_one_cell_and_month_apart() -> None:
    here = spot(113.8100, 35.3100)
    assert here == spot(113.81001, 35.31001, day=dt.date(2025, 3, 31))
    assert 0 <= here < 65_536
    assert here != spot(113.8110, 35.3100)


@pytest.mark.parametrize("change", [{"cell": "C2"}, {"day": dt.date(2025, 4, 1)}, {"key": b"l" * 32}])
def test_a_spot_follows_nothing_into_another_cell_or_month_or_under_another_key(change: dict[str, Any]) -> None:
    places = [(113.80 + k / 500, 35.30) for k in range(8)]
    assert [spot(*p) for p in places] != [spot(*p, **change) for p in places]
    # Nor by its difference to that of another place.
    assert len({spot(*p) ^ spot(*p, **change) for p in places}) > 4


def test_spots_are_few_enough_to_be_shared_and_many_enough_to_tell_apart() -> None:
    lon = pl.Series([113.80 + k * 0.001 for k in range(40) for _ in range(40)])
    lat = pl.Series([35.30 + k * 0.001 for _ in range(40) for k in range(40)])
    found = spots(lon, lat, pl.Series(["C"] * 1600), pl.Series([dt.date(2025, 3, 1)] * 1600), b"k" * 32)
    assert 1500 < found.n_unique() <= 1600
    assert (
        spots(
            lon, lat.set(pl.Series([True] * 1600), None), pl.Series(["C"] * 1600), pl.Series([dt.date(2025, 3, 1)] * 1600), b"k"
        ).null_count()
        == 1600
    )
