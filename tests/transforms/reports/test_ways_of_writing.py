"""Times, times of day and numbers as systems of the world write them."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.helpers.candidates import columns, district, read, times
from tests.helpers.district_folders import source
from transforms.district.source import Source
from transforms.reports import values


@pytest.mark.parametrize(
    ("form", "text", "in_utc"),
    [
        ("epoch_s", "1740801600", "2025-03-01 04:00"),
        ("epoch_s", "1740801659.987", "2025-03-01 04:00"),
        ("epoch_ms", "1740801600000", "2025-03-01 04:00"),
        ("epoch_ms", "1740801600000.0", "2025-03-01 04:00"),
        # Half a day after midnight by the clocks of the district.
        ("excel_days", "45717.5", "2025-03-01 04:00"),
        ("excel_days", "45717.4999999999", "2025-03-01 04:00"),
        ("excel_days", "45717", "2025-02-28 16:00"),
        # A count in other units, a date run together, words.
        ("epoch_s", "1740801600000", None),
        ("excel_days", "20250301", None),
        ("excel_days", "12", None),
        ("epoch_s", "-5", None),
        ("epoch_s", "soon", None),
        ("epoch_s", "9" * 40, None),
    ],
)
def test_a_moment_may_be_a_number(form: str, text: str, in_utc: str | None) -> None:
    assert times([text], time_formats=[form]) == [in_utc]


def test_numbers_and_texts_may_stand_in_one_column() -> None:
    forms = ["%Y年%m月%d日 %H时%M分", "excel_days", "%Y-%m-%d %H:%M:%S"]
    assert times(["2025年3月1日 12时0分", "45717.5", "2025-03-01 12:00:00"], time_formats=forms) == ["2025-03-01 04:00"] * 3


def test_an_hour_that_a_spreadsheet_counts_and_the_zone_has_not_moves_on_like_any_other() -> None:
    # Half past two on the day on which clocks went from two to three.
    assert times(["45725.1041666667"], time_formats=["excel_days"], timezone="America/New_York") == ["2025-03-09 07:30"]


def test_a_time_of_day_may_be_a_number_without_its_zeros() -> None:
    apart = columns(occurred_at={"date": "day", "time": "clock", "clock": "hhmm"})
    rows: list[dict[str, str | None]] = [
        {"day": "2025-03-01", "clock": c} for c in ("5", "45", "130", "1330", "1330.0", "2400", "175", "x", None)
    ]
    found = read(rows, columns=apart, time_formats=["%Y-%m-%d"], timezone="UTC")["occurred_at"].dt.strftime("%H:%M").to_list()
    assert found == ["00:05", "00:45", "01:30", "13:30", "13:30", "00:00", None, None, None]


def test_a_time_of_day_may_be_of_twelve_hours() -> None:
    apart = columns(occurred_at={"date": "day", "time": "clock"})
    clocks = ("01:30 PM", "12:05 am", "12:05 PM", "11:59:30 p.m.", "8 AM", "13:30 PM", "0:30 AM", "0830")
    rows: list[dict[str, str | None]] = [{"day": "2025-03-01", "clock": c} for c in clocks]
    found = read(rows, columns=apart, time_formats=["%Y-%m-%d"], timezone="UTC")["occurred_at"].dt.strftime("%H:%M").to_list()
    assert found == ["13:30", "00:05", "12:05", "23:59", "08:00", None, None, "08:30"]


def test_a_comma_stands_before_decimals_only_where_that_is_declared() -> None:
    row: dict[str, str | None] = {"x": "113,81", "y": "35,31"}
    assert read([row], decimal=",").select("lon", "lat").row(0) == (113.81, 35.31)
    assert read([row]).select("lon", "lat").row(0) == (None, None)


def test_wide_digits_read_like_others() -> None:
    wide: dict[str, str | None] = {"time": "２０２５－０３－０１ １２：００：００", "x": "１１３．８１", "y": "35.31"}
    found = read([wide, {}]).select(pl.col("occurred_at").dt.strftime("%Y-%m-%d %H:%M"), "lon", "lat")
    assert found.rows() == [("2025-03-01 04:00", 113.81, 35.31)] * 2


def test_a_time_of_day_alone_is_no_moment_and_the_remedy_names_the_numbers_too() -> None:
    with pytest.raises(ValidationError) as caught:
        Source.model_validate(source(time_formats=["%H:%M"]))
    assert "with day, month and year" in str(caught.value)
    assert "'epoch_s', 'epoch_ms', 'excel_days'" in str(caught.value)
    assert district(source(time_formats=["epoch_ms"]))


@given(
    st.floats(-179.9, 179.9),
    st.sampled_from(["{d}°{m}'{s:.3f}\"{h}", "{h} {d}° {m}′ {s:.3f}″", "{sign}{d}°{m}'{s:.3f}\"", "{h}{d}º{m}’{s:.3f}''"]),
)
@settings(max_examples=60, deadline=None)
def test_degrees_minutes_and_seconds_are_the_degrees_that_they_write(value: float, form: str) -> None:
    whole = abs(value)
    d, m = int(whole), int(whole * 60 % 60)
    text = form.format(
        d=d, m=m, s=min((whole * 60 - (d * 60 + m)) * 60, 59.999), h="W" if value < 0 else "E", sign="-" if value < 0 else ""
    )
    read = pl.DataFrame({"t": [text]}).select(values.degrees(pl.col("t"))).item()
    assert read == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize("text", ["58.4 O", "41 24 12", "113.8 35.2", "48.8566, 2.35", "12°75'", "abc"])
def test_what_could_be_two_places_is_none(text: str) -> None:
    assert pl.DataFrame({"t": [text]}).select(values.degrees(pl.col("t"))).item() is None


def test_a_direction_a_comma_and_characters_are_read_too() -> None:
    written = ["34° 36,22' S", "58,3816° W", "北纬35度18分15秒", "-34,6037"]
    read = pl.DataFrame({"t": written}).select(values.degrees(pl.col("t"), comma=True)).to_series()
    assert read.to_list() == pytest.approx([-34.603667, -58.3816, 35.304167, -34.6037], abs=1e-5)
