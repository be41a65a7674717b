from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.helpers.candidates import KINDS, LANDED, columns, district, read, times
from tests.helpers.district_folders import COLUMNS, source
from transforms.district.columns import Columns
from transforms.district.premises import Premises
from transforms.reports.mapping import keyed_hash, to_candidates
from transforms.schema import CANDIDATES
from transforms.words import PremisesCategory


def test_a_time_is_read_in_the_zone_of_the_district() -> None:
    assert times(["2025-03-01 12:00:00", " 2025-03-01 00:00:00 "]) == ["2025-03-01 04:00", "2025-02-28 16:00"]


def test_the_zone_of_the_source_comes_before_that_of_the_district() -> None:
    assert times(["2025-03-01 12:00:00"], timezone="America/Los_Angeles") == ["2025-03-01 20:00"]


def test_the_first_format_that_fits_is_taken() -> None:
    formats = ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%Y-%m-%d"]
    texts = ["03/04/2025 08:00", "03/14/2025 08:00", "2025-04-03", "14-03-2025", None]
    assert times(texts, time_formats=formats) == ["2025-04-03 00:00", "2025-03-14 00:00", "2025-04-02 16:00", None, None]


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("%Y-%m-%d", "2025-03-01", "2025-02-28 16:00"),
        ("%Y年%m月%d日 %H时%M分", "2025年03月01日 08时30分", "2025-03-01 00:30"),
        ("%m/%d/%Y %I:%M:%S %p", "03/01/2025 01:05:09 PM", "2025-03-01 05:05"),
        ("%Y-%m-%d %k:%M", "2025-03-01  9:30", "2025-03-01 01:30"),
        ("%Y-%m-%d %R", "2025-03-01 09:30", "2025-03-01 01:30"),
        ("%Y-%m-%dT%H:%M:%S%.f", "2025-03-01T09:30:00.123", "2025-03-01 01:30"),
        ("%Y-%m-%d %H:%M:%S%z", "2025-03-01 09:30:00+0530", "2025-03-01 04:00"),
        ("%Y-%m-%dT%H:%M:%S%:z", "2025-03-01T09:30:00-03:00", "2025-03-01 12:30"),
        ("%Y-%m-%dT%H:%M:%S%z", "2025-03-01T09:30:00Z", "2025-03-01 09:30"),
    ],
)
def test_each_kind_of_format_is_read(form: str, text: str, expected: str) -> None:
    assert times([text], time_formats=[form]) == [expected]


@pytest.mark.parametrize(
    "text", ["2025-02-30 00:00:00", "2025-03-01 25:00:00", "01/03/2025", "yesterday", "2025-03-01", "2025-03-01 12:00:00 x"]
)
def test_a_time_in_no_format_is_nothing_and_was_given(text: str) -> None:
    frame = read([{"time": text}])
    assert (frame["occurred_at"].item(), frame["occurred_given"].item()) == (None, True)


def test_an_ambiguous_local_time_is_the_first_one() -> None:
    # Clocks in Los Angeles went back from 02:00 to 01:00 on 2 November 2025.
    assert times(["2025-11-02 01:30:00"], timezone="America/Los_Angeles") == ["2025-11-02 08:30"]


def test_a_local_time_that_does_not_exist_moves_on_by_as_much_as_the_clocks() -> None:
    zone = {"timezone": "America/Los_Angeles"}
    assert times(["2025-03-09 02:30:00", "2025-03-09 01:59:00", "2025-03-09 03:00:00"], **zone) == [
        "2025-03-09 10:30",
        "2025-03-09 09:59",
        "2025-03-09 10:00",
    ]
    # Half an hour on Lord Howe Island; in Samoa the whole of 30 December 2011.
    assert times(["2024-10-06 02:10:00"], timezone="Australia/Lord_Howe") == ["2024-10-05 15:40"]
    assert times(["2011-12-30 12:00:00"], timezone="Pacific/Apia") == ["2011-12-30 22:00"]


@given(
    zone=st.sampled_from(["America/Los_Angeles", "Australia/Lord_Howe", "America/Sao_Paulo", "Europe/London", "Asia/Shanghai"]),
    minute=st.integers(0, 10 * 365 * 24 * 60),
)
def test_what_a_clock_on_the_wall_shows_is_read_as_that_moment_or_its_first_one(zone: str, minute: int) -> None:
    moment = dt.datetime(2015, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)
    local = moment.astimezone(ZoneInfo(zone))
    read_back = times([f"{local:%Y-%m-%d %H:%M:%S}"], timezone=zone)
    first = local.replace(fold=0).astimezone(dt.UTC)
    assert read_back == [f"{first:%Y-%m-%d %H:%M}"]


def test_a_date_exists_even_where_its_midnight_does_not() -> None:
    # Clocks in São Paulo went from 00:00 to 01:00 on 4 November 2018.
    dates = ["2018-11-03", "2018-11-04", "2018-11-05"]
    expected = ["2018-11-03 03:00", "2018-11-04 03:00", "2018-11-05 02:00"]
    assert times(dates, timezone="America/Sao_Paulo", time_formats=["%Y-%m-%d"]) == expected


def test_null_words_are_null_in_every_field() -> None:
    names = columns(department="d", status="s", severity="v", discovery="h", reported_at="r")
    frame = read(
        [dict.fromkeys(["time", "kind", "x", "y", "d", "s", "v", "h", "r"], w) for w in ("-", "", "无", None, " - ")],
        columns=names,
        nulls=["-", "", "无"],
    )
    for field in (
        "occurred_at",
        "reported_at",
        "kind",
        "lon",
        "lat",
        "department",
        "severity",
    ):
        assert frame[field].null_count() == 5, field
    for flag in ("occurred_given", "kind_given", "place_given", "department_given", "status_given"):
        assert not frame[flag].any(), flag
    assert frame["discovery"].unique().to_list() == ["unknown"]
    assert frame["status"].unique().to_list() == ["open"]
    kept = read([{"kind": "NA"}], nulls=[])
    assert kept["kind_given"].to_list() == [True]


def test_kinds_match_exactly_then_by_the_longest_prefix() -> None:
    words = {"Fire: *": "fight", "Fire: Gas*": "robbery", "Fire: Gas leak": "theft"}
    texts = ["Fire: Gas leak", "Fire: Gas smell", "Fire: Car", "Fire", "fire: car", " Fire: Car ", None]
    frame = read([{"kind": t} for t in texts], kinds=words)
    assert frame["kind"].to_list() == ["theft", "robbery", "fight", None, None, "fight", None]
    assert frame["kind_given"].to_list() == [t is not None for t in texts]


def test_a_default_kind_catches_unknown_words_and_no_empty_ones() -> None:
    assert read([{"kind": "x"}, {"kind": "robbery"}, {"kind": None}], kind="fight")["kind"].to_list() == ["fight", "robbery", None]


def test_one_kind_may_stand_for_every_row() -> None:
    frame = read([{}, {}], kind="fight", columns={"occurred_at": "time", "lon": "x", "lat": "y"}, kinds={})
    assert (frame["kind"].to_list(), frame["kind_given"].to_list()) == (["fight"] * 2, [True] * 2)


def test_without_words_of_its_own_a_source_writes_kind_codes() -> None:
    assert read([{"kind": "theft"}, {"kind": "Theft"}], kinds={})["kind"].to_list() == ["theft", None]


def test_severity_is_given_or_that_of_the_kind() -> None:
    assert read([{"kind": "robbery"}, {"kind": "fight"}, {"kind": "?"}])["severity"].to_list() == [4, 1, None]
    given = read([{"v": v} for v in ("3", "3.0", " 1 ", "2.5", "high", None, "400")], columns=columns(severity="v"))
    assert given["severity"].to_list() == [3, 3, 1, None, None, None, None]


def test_counts_are_whole_numbers_or_null() -> None:
    frame = read([{"t": "2", "o": "0"}, {"t": "2.0", "o": "x"}], columns=columns(transfers="t", reopens="o"))
    assert (frame["transfers"].to_list(), frame["reopens"].to_list()) == ([2, 2], [0, None])


def test_status_words_are_read_and_unknown_ones_are_null() -> None:
    words = {"open": ["处置中", "整改中"], "closed": ["已办结"], "withdrawn": ["已撤销"]}
    texts = ["处置中", "整改中", "已办结", "已撤销", "lost", None]
    frame = read([{"s": t, "c": "2025-03-02 12:00:00"} for t in texts], statuses=words, columns=columns(status="s", closed_at="c"))
    assert frame["status"].to_list() == ["open", "open", "closed", "withdrawn", None, "closed"]
    assert frame["status_given"].to_list() == [t is not None for t in texts]
    # Reopened: the status is newer than the closing time that still stands.
    assert frame["closed_at"].is_null().to_list() == [True, True, False, False, False, False]


def test_without_status_words_a_closing_time_closes() -> None:
    frame = read([{"c": "2025-03-02 12:00:00"}, {"c": None}], columns=columns(closed_at="c"))
    assert frame["status"].to_list() == ["closed", "open"]


def test_discovery_words_are_read_and_others_stay_unknown() -> None:
    frame = read(
        [{"h": t} for t in ("网格*", "巡查", "网格巡查", None)], discoveries={"patrol": ["巡查", "网格*"]}, columns=columns(discovery="h")
    )
    assert frame["discovery"].to_list() == ["patrol", "patrol", "patrol", "unknown"]


def test_the_report_is_made_when_it_happened_unless_it_says_otherwise() -> None:
    frame = read([{"r": "2025-03-01 13:00:00"}, {"r": None}], columns=columns(reported_at="r"))
    assert frame["reported_at"].dt.strftime("%H:%M").to_list() == ["05:00", "04:00"]


def test_the_first_department_is_the_department_unless_it_says_otherwise() -> None:
    frame = read([{"d": "fire", "f": "water"}, {"d": "fire", "f": None}], columns=columns(department="d", first_department="f"))
    assert frame["first_department"].to_list() == ["water", "fire"]


def test_a_department_is_a_code_and_what_is_in_no_codelist_is_nothing() -> None:
    words = ["fire", "fire局", "The water", "Queue of J. Doe", "水务二科", None]
    frame = read([{"d": w} for w in words], columns=columns(department="d"), departments={"水务*": "water"})
    assert frame["department"].to_list() == ["fire", "fire", "water", None, "water", None]
    assert frame["department_given"].to_list() == [True] * 5 + [False]


def test_premises_are_codes_of_the_register_however_written_and_what_is_on_none_is_nothing() -> None:
    one = source(columns={**COLUMNS, "premises": "unit"})
    register = {code: Premises(category=PremisesCategory.MALL, cell="Z1") for code in ("P1", "P-2")}
    place = district(one).model_copy(update={"premises": register})
    words = ["P1", " p1 ", "Ｐ－２", "P2", "P1楼", "张三超市", None]
    plain = {"_key_hash": "k", "time": "2025-03-01 12:00:00", "kind": "theft", "x": "1", "y": "2"}
    rows = pl.DataFrame([{"_row": n, **plain, "unit": word} for n, word in enumerate(words)])
    frame = to_candidates(rows, place.sources[0], place, LANDED)
    assert frame["premises"].to_list() == ["P1", "P1", "P-2", None, None, None, None]
    assert frame["premises_given"].to_list() == [True] * 6 + [False]


def test_a_zone_is_one_of_the_grid_or_nothing() -> None:
    place = district(source(columns={"occurred_at": "time", "kind": "kind", "zone": "z"}))
    rows = pl.DataFrame(
        {"_row": [1, 2, 3], "_key_hash": "k", "time": "2025-03-01 12:00:00", "kind": "theft", "z": ["Z1", "Farm Lane 4", None]}
    )
    frame = to_candidates(rows, place.sources[0], place, LANDED, {"Z1"})
    assert (frame["zone"].to_list(), frame["zone_given"].to_list()) == (["Z1", None, None], [True, True, False])


def due(clocks: list[dict[str, Any]], **changes: Any) -> list[str | None]:
    rows: list[dict[str, str | None]] = [
        {"time": "2025-03-01 12:00:00", "kind": "theft", "u": None},
        {"time": "2025-05-01 12:00:00", "kind": "theft", "u": None},
        {"time": "2025-05-01 12:00:00", "kind": "robbery", "u": None},
        {"time": "2025-05-01 12:00:00", "kind": "robbery", "u": "2025-06-01 00:00:00"},
    ]
    return read(rows, clocks=clocks, columns=columns(due_at="u"), **changes)["due_at"].dt.strftime("%m-%d %H:%M").to_list()


def test_clocks_count_by_kind_by_date_and_by_feed() -> None:
    feed = {"feed": "public_order", "limit": 10}
    assert due([feed]) == ["03-11 04:00", "05-11 04:00", "05-11 04:00", "05-31 16:00"]
    # One for a kind beats one for the feed, whichever is newer.
    for_kind = {"feed": "public_order", "kind": "robbery", "limit": 6, "unit": "hour"}
    newer = {"feed": "public_order", "limit": 3, "since": dt.date(2025, 4, 1)}
    assert due([feed, for_kind, newer]) == ["03-11 04:00", "05-04 04:00", "05-01 10:00", "05-31 16:00"]
    assert due([newer]) == [None, "05-04 04:00", "05-04 04:00", "05-31 16:00"]
    assert due([{"feed": "stability", "limit": 1}]) == [None, None, None, "05-31 16:00"]


def test_clocks_count_by_urgency_and_department_and_sets_give_way_to_a_citys_own() -> None:
    words = {"urgencies": {"urgent": ["U"], "complex": ["C"]}, "departments": {"FB": "fire"}}
    rows: list[dict[str, str | None]] = [
        {"time": "2025-05-01 12:00:00", "kind": kind, "how": how, "who": who}
        for kind, how, who in (
            ("a", None, None),
            ("a", "U", None),
            ("a", "C", "FB"),
            ("w", None, None),
            ("w", "U", None),
            ("q", None, None),
        )
    ]
    stability: dict[str, Any] = {
        "feed": "stability",
        "kinds": {"a": "service_general", "w": "service_water", "q": "formal_request"},
        "columns": columns(urgency="how", department="who"),
        **words,
    }

    def hours(**clocks: Any) -> list[float | None]:
        found = read(rows, **stability, **clocks)["due_at"] - dt.datetime(2025, 5, 1, 4, tzinfo=dt.UTC)
        return [None if passed is None else passed / dt.timedelta(hours=1) for passed in found]

    assert hours() == [None] * 6
    assert hours(clock_sets=["hotline_by_urgency", "formal_request"]) == [168, 2, 360, 24, 2, 1440]
    own = [{"feed": "stability", "department": "fire", "limit": 4}, {"feed": "stability", "urgency": "urgent", "limit": 1, "unit": "hour"}]
    assert hours(clock_sets=["hotline_by_urgency"], clocks=own) == [168, 1, 96, 24, 2, 168]


def test_hours_are_kept_where_any_clock_of_a_report_counts_them() -> None:
    told = columns(first_contact_at="f")
    contact = {"clock": "first_contact", "feed": "public_order", "kind": "theft", "limit": 2, "unit": "hour"}
    deadline = {"feed": "public_order", "limit": 3}
    rows: list[dict[str, str | None]] = [{"kind": "theft"}, {"kind": "fight"}]
    assert read(rows, columns=told, clocks=[deadline])["by_the_hour"].to_list() == [False, False]
    found = read(rows, columns=told, clocks=[deadline, contact])
    assert found["by_the_hour"].to_list() == [True, False]
    # It is no deadline.
    assert (found["due_at"] - found["reported_at"]).to_list() == [dt.timedelta(days=3)] * 2


def test_a_rule_whose_end_nobody_knows_yet_gives_way_to_none() -> None:
    rules = [{"feed": "public_order", "kind": "theft", "limit": 2, "unit": "working_day"}, {"feed": "public_order", "limit": 9}]
    rows: list[dict[str, str | None]] = [{"time": "2026-12-30 17:01:00"}, {"time": "2026-12-30 17:01:00", "kind": "fight"}]
    assert read(rows, clocks=rules)["due_at"].is_null().to_list() == [True, False]


def test_a_clock_begins_at_local_midnight() -> None:
    rows: list[dict[str, str | None]] = [{"time": "2025-03-31 23:59:00"}, {"time": "2025-04-01 00:00:00"}]
    frame = read(rows, clocks=[{"feed": "public_order", "limit": 1, "since": dt.date(2025, 4, 1)}])
    assert frame["due_at"].is_null().to_list() == [True, False]


def test_a_clock_may_count_time_that_somebody_works() -> None:
    # The first of March is a Saturday; the first of May is a holiday, and so are the four days after it.
    assert due([{"feed": "public_order", "limit": 1, "unit": "working_day"}])[:3] == ["03-03 09:00", "05-06 09:00", "05-06 09:00"]
    assert due([{"feed": "public_order", "limit": 4, "unit": "hour", "roster": "office"}])[:2] == ["03-03 05:00", "05-06 05:00"]
    assert due([{"feed": "public_order", "limit": 24, "unit": "hour", "roster": "desk"}])[:2] == ["03-02 04:00", "05-02 04:00"]


def test_a_deadline_that_reaches_into_a_year_that_nobody_knows_is_none_yet() -> None:
    clocks = [{"feed": "public_order", "limit": 2, "unit": "working_day"}]
    rows: list[dict[str, str | None]] = [{"time": "2026-12-30 08:00:00"}, {"time": "2026-12-30 09:01:00"}]
    assert read(rows, clocks=clocks)["due_at"].to_list() == [dt.datetime(2026, 12, 31, 9, tzinfo=dt.UTC), None]


def test_working_time_without_a_calendar_is_a_mistake_of_the_caller() -> None:
    place = district(source(), clocks=[{"feed": "public_order", "limit": 2, "unit": "working_day"}])
    rows = pl.DataFrame({c: ["x"] for c in place.sources[0].kept_columns} | {"_row": [1], "_key_hash": ["k"]})
    with pytest.raises(ValueError, match="working time needs a calendar"):
        to_candidates(rows, place.sources[0], place, LANDED)


def test_known_at_is_landing_or_follows_the_declared_rule() -> None:
    assert read([{}])["known_at"].to_list() == [LANDED]
    later = read(
        [{"r": "2025-03-02 12:00:00"}, {"r": None}], columns=columns(reported_at="r"), known_at={"rule": "after_reported", "hours": 24}
    )
    assert later["known_at"].dt.strftime("%m-%d %H").to_list() == ["03-03 04", "03-02 04"]
    released = read([{"p": "2025-03-05 06:00:00"}, {"p": "soon"}, {"p": None}], known_at={"rule": "column", "column": "p"})
    assert released["known_at"].dt.strftime("%m-%d %H").to_list() == ["03-04 22", None, None]


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("(37.76, -122.42)", 37.76, -122.42),
        ("San Francisco\n(37.76, -122.42)", 37.76, -122.42),
        ("37.76,-122.42", 37.76, -122.42),
        (" -33.9 , 151.2 ", -33.9, 151.2),
        ("(1037.76, -122.42)", None, None),
        ("(37.76, -1122.42)", None, None),
        ("(37.76 -122.42)", None, None),
        ("POINT (-122.42 37.76)", 37.76, -122.42),
        ("SRID=4326;POINT(-122.42 37.76)", 37.76, -122.42),
        ("POINT (-122.42)", None, None),
        ("37.76，122.42", 37.76, 122.42),
        ("somewhere", None, None),
        (None, None, None),
    ],
)
def test_a_point_in_one_text_is_latitude_and_longitude(text: str | None, lat: float | None, lon: float | None) -> None:
    frame = read([{"p": text}], columns={"occurred_at": "time", "kind": "kind", "point": "p"})
    assert (frame["lat"].item(), frame["lon"].item()) == (lat, lon)
    assert frame["place_given"].item() == (text is not None)


def test_coordinates_that_cannot_be_read_are_nothing_and_were_given() -> None:
    frame = read([{"x": x, "y": y} for x, y in (("113,8", "35.3"), ("nan", "35.3"), ("x", None), (None, None))])
    assert frame["lon"].null_count() == 4
    assert frame["place_given"].to_list() == [True, True, True, False]


def test_gcj_02_coordinates_come_out_as_wgs_84() -> None:
    frame = read([{"x": "113.871967", "y": "35.304428"}, {"x": "0", "y": "0"}, {"x": "inf", "y": "35"}], datum="GCJ-02")
    assert (frame["lon"][0], frame["lat"][0]) == pytest.approx((113.8660, 35.3050), abs=2e-6)
    # What lies nowhere near China is left for the checks to name.
    assert (frame["lon"][1], frame["lat"][1], frame["lon"][2]) == (0.0, 0.0, None)


def test_no_rows_make_no_candidates() -> None:
    assert read([]).schema == CANDIDATES
    assert len(read([], datum="BD-09")) == 0


def test_a_key_hash_depends_on_the_key_and_hides_the_text() -> None:
    texts = pl.Series(["a", "b", None, "a"])
    one, other = keyed_hash(texts, b"k" * 32), keyed_hash(texts, b"l" * 32)
    assert one[0] == one[3] != one[1]
    assert one[2] is None
    assert set(one.drop_nulls()).isdisjoint(other.drop_nulls())
    assert one.drop_nulls().str.len_chars().unique().to_list() == [32]
    assert keyed_hash(pl.Series([None, None], dtype=pl.String), b"k").to_list() == [None, None]


def test_every_field_of_a_source_can_be_read() -> None:
    every = {f: f for f in Columns.model_fields if f not in {"point", "zone"}}
    frame = read(
        [dict.fromkeys(every, None) | {"occurred_at": "2025-03-01 12:00:00", "kind": "theft", "zone": "z"}],
        columns=every | {"zone": "zone"},
    )
    assert (frame["zone"].item(), frame["kind"].item()) == ("z", "theft")


# --- a moment in two columns


def composed(date: str | None, clock: str | None, **changes: Any) -> str | None:
    names = columns(occurred_at={"date": "time", "time": "hour"})
    frame = read([{"time": date, "hour": clock}], columns=names, **changes)
    (read_as,) = frame["occurred_at"].to_list()
    return None if read_as is None else f"{read_as:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("8", "00:00"),
        ("08", "00:00"),
        ("8.0", "00:00"),
        ("0830", "00:30"),
        ("083015", "00:30"),
        ("8:30", "00:30"),
        ("08:30:15", "00:30"),
        ("23", "15:00"),
        ("24", "16:00"),
        ("25", None),
        ("8:60", None),
        ("-1", None),
        ("8.5", None),
        ("noon", None),
        (None, None),
    ],
)
def test_date_and_hour_may_stand_in_two_columns(clock: str | None, expected: str | None) -> None:
    assert composed("2025-03-01", clock, time_formats=["%Y-%m-%d"]) == (expected and f"2025-03-01 {expected}")


def test_of_a_date_written_as_a_moment_the_local_day_counts() -> None:
    # Toronto's local midnight is 05:00 in UTC in winter and 04:00 in summer; each day's hour 8 is 13:00 or 12:00.
    how = {"timezone": "America/Toronto", "time_formats": ["%Y/%m/%d %H:%M:%S%z"]}
    assert composed("2014/03/02 05:00:00+00", "8", **how) == "2014-03-02 13:00"
    assert composed("2014/07/02 04:00:00+00", "8", **how) == "2014-07-02 12:00"
    # The clocks went forward that day: its hour 2 does not exist and is read as 3.
    assert composed("2014/03/09 05:00:00+00", "2", **how) == "2014-03-09 07:00"


def test_a_date_without_its_hour_is_unreadable_and_no_midnight() -> None:
    frame = read([{"hour": None}], columns=columns(reported_at={"date": "time", "time": "hour"}))
    assert (frame["occurred_at"].is_null().item(), frame["unread_times"].item()) == (False, 1)


# --- words


def test_patterns_come_after_words_and_prefixes_and_the_longest_first() -> None:
    words = {"/gas/": "fight", "/gas|odou?r/": "robbery", "Gas*": "theft", "gas": "gas_leak"}
    texts = ["gas", "Gas leak", "an odour of gas", "odor", "nothing"]
    kinds = {**KINDS, "gas_leak": {"severity": 3}}
    frame = read([{"kind": t} for t in texts], kinds={w: k for w, k in words.items() if k in kinds and k != "gas_leak"})
    assert frame["kind"].to_list() == ["robbery", "theft", "robbery", "robbery", None]


def test_the_order_of_words_decides_nothing() -> None:
    words = {"/a/": "fight", "/b/": "theft", "a*": "robbery", "ab*": "theft"}
    texts = ["ab", "ac", "ba", "xab", "xb"]
    one, other = (read([{"kind": t} for t in texts], kinds=dict(order)) for order in (words.items(), reversed(words.items())))
    assert one["kind"].to_list() == other["kind"].to_list() == ["theft", "robbery", "fight", "fight", "theft"]


def test_a_kind_may_be_told_by_two_columns() -> None:
    names = columns(kind={"join": ["class", "sub"]})
    rows: list[dict[str, str | None]] = [{"class": "侵财", "sub": "盗窃"}, {"class": "侵财", "sub": "NA"}, {"class": " ", "sub": None}]
    rows.append({"class": "秩序", "sub": "?"})
    frame = read(rows, columns=names, kinds={"侵财/盗窃": "theft", "侵财": "robbery", "秩序/*": "fight"})
    assert frame["kind"].to_list() == ["theft", "robbery", None, "fight"]
    assert frame["kind_given"].to_list() == [True, True, False, True]


def test_severity_words_are_read() -> None:
    frame = read([{"v": v} for v in ("重大", "一般隐患", "3", None)], columns=columns(severity="v"), severities={"重大": 4, "一般*": 1})
    assert frame["severity"].to_list() == [4, 1, None, None]


# --- constants, and columns that come and go


def test_constants_stand_in_every_row() -> None:
    same = {"severity": 3, "discovery": "patrol", "department": "fire", "status": "open", "zone": "z1"}
    frame = read([{"c": "2025-03-02 12:00:00"}, {"c": None}], columns=columns(closed_at="c"), constants=same)
    for field, value in {**same, "first_department": "fire"}.items():
        assert frame[field].unique().to_list() == [value], field
    assert frame["closed_at"].null_count() == 2


def test_a_column_that_is_optional_may_be_absent() -> None:
    place = district(source(columns=columns(closed_at="c", department="d"), optional=["c", "d"]))
    landed = pl.DataFrame({"_row": [1], "_key_hash": "k", "time": "2025-03-01 12:00:00", "kind": "theft", "x": "1", "y": "2"})
    frame = to_candidates(landed, place.sources[0], place, LANDED)
    assert (frame["closed_at"].item(), frame["department"].item(), frame["status"].item()) == (None, None, "open")


@pytest.mark.parametrize(
    ("listed", "delivered"),
    [
        ("Theft", [" Theft ", "Ｔｈｅｆｔ", "The\u200bft", "Тheft"]),
        ("盗窃", ["盜竊", "盗\u200b窃"]),
        ("竊盜", ["窃盗", "竊盜"]),
        ("Vol à l'arraché", ["Vol a l'arrache"]),
        ("Theft: *", ["Theft: car", "Ｔｈｅｆｔ：　ｃａｒ"]),
    ],
)
def test_words_are_compared_as_they_look(listed: str, delivered: list[str]) -> None:
    found = read([{"kind": word} for word in [*delivered, "Thefts", "盗"]], kinds={listed: "theft"})["kind"].to_list()
    assert found == ["theft"] * len(delivered) + [None, None]


def test_a_blank_before_a_star_is_the_end_of_a_word() -> None:
    assert read([{"kind": "Fire alarm"}, {"kind": "Firearm"}], kinds={"Fire *": "theft"})["kind"].to_list() == ["theft", None]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"kinds": {"THEFT": "theft", "ＴＨＥＦＴ": "fight"}},
            "'THEFT' and 'ＴＨＥＦＴ' are one word and stand for 'theft' and 'fight'; keep one",
        ),
        ({"kinds": {"盗窃*": "theft", "盜竊*": "fight"}}, "'盗窃*' and '盜竊*' are one word"),
        ({"statuses": {"open": ["结束"], "closed": ["結束"]}}, "'结束' and '結束' are one word and stand for 'open' and 'closed'"),
    ],
)
def test_words_that_look_the_same_and_differ_in_meaning_are_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(says)):
        read([{}], **changes)


def test_words_that_look_the_same_and_mean_the_same_are_one() -> None:
    assert read([{"kind": "theft"}], kinds={"theft": "theft", "ｔｈｅｆｔ": "theft"})["kind"].to_list() == ["theft"]


@pytest.mark.parametrize("number", ["13800001111", "999999199001010018", "83020056", "10000", "-3", "1e9", "nan"])
def test_a_long_number_is_no_count_and_no_coordinate(number: str) -> None:
    """Numbers are kept as they are: one that nobody counts, and that lies on no globe, is somebody's."""
    more = {"callers": "calls", "paused_days": "paused", "transfers": "moved", "reopens": "again"}
    plain = {"calls": "3", "paused": "12", "moved": "2.0", "again": "0", "x": "113.81", "y": "35.31"}
    rows: list[dict[str, str | None]] = [{**plain}, dict.fromkeys(plain, number)]
    frame = read(rows, columns=columns(**more))
    assert frame.row(0, named=True) | {"callers": 3, "paused_days": 12, "transfers": 2, "reopens": 0} == frame.row(0, named=True)
    assert [frame[name][1] for name in more] == [None] * 4
    if abs(float(number)) > 180:
        assert (frame["lon"][1], frame["lat"][1], frame["place_given"][1]) == (None, None, True)


@settings(max_examples=20)
@given(st.datetimes(dt.datetime(1999, 1, 1), dt.datetime(2050, 1, 1)), st.sampled_from([str, lambda n: f"{n}.0", lambda n: f"{n:02d}"]))  # noqa: DTZ001
def test_a_moment_may_stand_in_six_columns_or_in_fewer(moment: dt.datetime, written: Callable[[int], str]) -> None:
    parts = ("year", "month", "day", "hour", "minute", "second")
    texts: dict[str, str | None] = {part: written(getattr(moment, part)) for part in parts}
    english = ["January", "Feb", "March", "Apr", "May", "June", "July", "Aug", "Sept", "October", "Nov", "December"][moment.month - 1]
    for month in (texts["month"], english):
        for used in (6, 5, 4, 3):
            told = read([{**texts, "month": month}], columns=columns(occurred_at={p: p for p in parts[:used]}), timezone="UTC")
            kept = {part: getattr(moment, part) for part in parts[:used]}
            assert told["occurred_at"][0] == dt.datetime(**kept, tzinfo=dt.UTC)
    clock = columns(occurred_at={"year": "year", "month": "month", "day": "day", "time": "clock"})
    told = read([{**texts, "clock": f"{moment:%H:%M:%S}"}], columns=clock, timezone="UTC")
    assert told["occurred_at"][0] == moment.replace(microsecond=0, tzinfo=dt.UTC)
