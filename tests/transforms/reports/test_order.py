"""When a file was made, as its name says it: one order in every spelling."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.reports.order import Waiting, counted_key, in_order, made, own_key

LANDED = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
ENGLISH = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
SPANISH = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"]
GERMAN = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"]
RUSSIAN = ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"]

DAILY: dict[str, Callable[[dt.date], str]] = {
    "iso": lambda d: f"calls_{d:%Y-%m-%d}.csv",
    "compact": lambda d: f"calls{d:%Y%m%d}.csv",
    "with a time": lambda d: f"export_{d:%Y%m%d}_0630.csv.gz",
    "run together with a time": lambda d: f"{d:%Y%m%d}063015.csv",
    "without zeros": lambda d: f"{d.year}.{d.month}.{d.day}.xlsx",
    "Chinese": lambda d: f"警情{d.year}年{d.month}月{d.day}日.xlsx",
    "English": lambda d: f"{d:%d}-{ENGLISH[d.month - 1][:3]}-{d.year}.csv",
    "Spanish": lambda d: f"{d.day} {SPANISH[d.month - 1]} {d.year}.csv",
    "Russian": lambda d: f"отчет {d.day} {RUSSIAN[d.month - 1]} {d.year}.csv",
    "a span": lambda d: f"2009-01-01_{d:%Y-%m-%d}.csv",
    "in an archive": lambda d: f"year_2031.zip:{d:%Y_%m_%d}.csv",
    "a week": lambda d: f"{d.isocalendar().year}-W{d.isocalendar().week:02d}.csv",
    "a week, German": lambda d: f"KW{d.isocalendar().week:02d}_{d.isocalendar().year}.csv",
    "month first": lambda d: f"{d:%m%d%Y}.csv",
    "day first": lambda d: f"{d:%d.%m.%Y}.csv",
}
MONTHLY: dict[str, Callable[[dt.date], str]] = {
    "iso": lambda d: f"{d:%Y-%m}.csv",
    "English": lambda d: f"{ENGLISH[d.month - 1]}{d.year}.csv",
    "German": lambda d: f"Einsätze {GERMAN[d.month - 1]} {d.year}.csv",
    "short": lambda d: f"{ENGLISH[d.month - 1][:3]}. {d.year}.csv",
    "Chinese": lambda d: f"{d.year}年{d.month}月.csv",
    "numbered": lambda d: f"part_{(d.year - 2000) * 12 + d.month}.csv",
}


def lined_up(names: list[str]) -> list[str]:
    return [names[n] for n in in_order([Waiting(name) for name in names])[0]]


@given(
    st.sampled_from(sorted(DAILY)),
    st.sets(st.integers(0, 600), min_size=2, max_size=8).map(lambda weeks: [dt.date(2013, 1, 14) + dt.timedelta(weeks=w) for w in weeks]),
)
def test_files_are_taken_in_the_order_of_their_days_however_those_are_written(how: str, days: list[dt.date]) -> None:
    # Some day above the twelfth tells which number is the month.
    names = {DAILY[how](d): d for d in [*days, dt.date(2012, 12, 31)]}
    assert [names[name] for name in lined_up(sorted(names))] == sorted(names.values())


@given(st.sampled_from(sorted(MONTHLY)), st.sets(st.integers(0, 240), min_size=2, max_size=8))
def test_files_are_taken_in_the_order_of_their_months(how: str, months: set[int]) -> None:
    names = {MONTHLY[how](dt.date(2003 + m // 12, m % 12 + 1, 1)): m for m in months}
    assert [names[name] for name in lined_up(sorted(names))] == sorted(months)


@pytest.mark.parametrize("name", ["us_911.csv", "case_12345678.csv", "dataset.csv", "a.b.csv", "rows_20243.csv", "98011234567890123.csv"])
def test_a_number_that_is_no_day_is_none(name: str) -> None:
    assert made(name).day is None


def test_what_no_name_can_tell_is_in_doubt_and_a_source_may_say_it() -> None:
    either = [Waiting("01022024.csv"), Waiting("03012024.csv")]
    assert in_order(either)[1]
    assert in_order(either, ["%d%m%Y"]) == ([1, 0], False)
    assert own_key(made("01022024.csv"), None, LANDED) is None
    same = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    assert in_order([Waiting("new.csv", same), Waiting("old.csv", same)])[1]
    assert in_order([Waiting("new.csv", same), Waiting("old.csv", same - dt.timedelta(hours=1))]) == ([1, 0], False)


def test_a_name_from_the_future_gives_no_place_before_its_landing() -> None:
    assert own_key(made("calls_2031-05-05.csv"), None, LANDED) is None
    assert own_key(made("calls_2029-05-05.csv"), None, LANDED) == 1_000_000 * int(dt.datetime(2029, 5, 5, tzinfo=dt.UTC).timestamp())


def test_counters_keep_their_place_and_begin_anew() -> None:
    before = [((8,), 100), ((10,), 200)]
    assert counted_key((9,), before) == 199
    assert counted_key((11,), before) is None
    year = [((51,), 100), ((52,), 200)]
    assert counted_key((1,), year) is None
    assert counted_key((2,), [*year, ((1,), 300)]) is None
