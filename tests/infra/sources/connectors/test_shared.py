from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from infra import clock
from infra.sources.connectors import cuts, rows
from infra.sources.connectors.client import BrokenAnswer
from infra.sources.connectors.contract import FAR_ID, MOMENT, Page
from infra.sources.connectors.meeting import declared_at
from infra.sources.connectors.memory import Asked, Memory
from infra.sources.connectors.moments import earlier, earlier_ms, latest, latest_of, only_moment
from infra.sources.connectors.quota import Quota
from infra.sources.connectors.retries import Patience, seconds
from infra.sources.table import UnusableFile
from transforms.district.live import From

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize("wanted", [["a", "b"], ["a", "b", "p.lat"]], ids=["quickly", "by path"])
def test_values_are_text_whatever_type_they_come_in(wanted: list[str]) -> None:
    told = [{"a": 1, "b": "x", "p": {"lat": 35.5}}, {"a": 1.0, "b": True}, {"b": None, "c": [1]}, {"a": 123456789012345678}]
    found = rows.text_table(json.dumps(told).encode(), wanted)
    assert found["a"].to_list() == ["1", "1", None, "123456789012345678"]
    assert found["b"].to_list() == ["x", "true", None, None]
    assert wanted[2:] == [] or found["p.lat"].to_list() == ["35.5", None, None, None]


def test_a_point_is_one_text_in_whatever_way_it_is_written() -> None:
    ways = [{"type": "Point", "coordinates": [113.9, 35.3]}, {"latitude": "35.3", "longitude": "113.9", "human_address": "{}"}]
    found = rows.table_of([{"p": w} for w in ways], ["p"])
    assert found["p"].to_list() == ["POINT (113.9 35.3)"] * 2


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": 1}', b'[{"a": 1}', b"[3]", b'[{"a": "\\ud800"}]', b"null"])
def test_what_is_no_list_of_rows_is_a_broken_answer(body: bytes) -> None:
    with pytest.raises(BrokenAnswer):
        rows.text_table(body, ["a"])


def pages(*sizes: int) -> list[Page]:
    """Pages of so many rows, numbered through."""
    ends = [sum(sizes[: n + 1]) for n in range(len(sizes))]
    made = []
    for size, end in zip(sizes, ends, strict=True):
        numbers = range(end - size, end)
        frame = {"k": [f"{n // 3}" for n in numbers], FAR_ID: [str(n) for n in numbers], MOMENT: [f"{n:06d}" for n in numbers]}
        made.append(Page(pl.DataFrame(frame), by_moment=True))
    return made


def test_batches_are_the_same_whatever_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuts, "ROWS", 100)
    for key in ((), ("k",)):
        ways = [
            [(c.digest(b""), c.reached, c.last) for c in cuts.cuts(pages(*sizes), key)]
            for sizes in ((250,), (100, 100, 50), (7,) * 35 + (5,))
        ]
        assert ways[0] == ways[1] == ways[2]
        assert [last for _, _, last in ways[0]] == [False] * (len(ways[0]) - 1) + [True]
    assert [len(c.rows) for c in cuts.cuts(pages(250), ("k",))] == [99, 99, 52]
    assert [c.reached for c in cuts.cuts(pages(250), ())] == ["000099", "000199", "000249"]


def test_rows_of_one_key_are_never_parted_however_many_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuts, "ROWS", 10)
    frame = pl.DataFrame({"k": ["a"] * 35 + ["b"] * 4 + ["c"] * 8})
    assert [c.rows["k"].unique(maintain_order=True).to_list() for c in cuts.cuts([Page(frame)], ("k",))] == [["a"], ["b"], ["c"]]


def test_a_far_side_is_asked_no_more_often_than_it_allows() -> None:
    quota = Quota(per_minute=600, per_day=3)
    begun = time.monotonic()
    for _ in range(3):
        quota.take()
    assert 0.19 < time.monotonic() - begun < 2
    with pytest.raises(UnusableFile, match="3 requests"):
        quota.take()


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ("7", 7.0),
        ("Sun, 01 Mar 2026 00:00:30 GMT", 30.0),
        ("Sat, 28 Feb 2026 00:00:30 GMT", 0.0),
        ("soon", None),
        ("²", None),
        (None, None),
    ],
)
def test_a_wait_is_said_in_seconds_or_as_a_date(monkeypatch: pytest.MonkeyPatch, said: str | None, waits: float | None) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    assert seconds(said) == waits


def test_a_wait_that_is_too_long_is_not_begun() -> None:
    patience = Patience(5, 0.0, 10.0)
    assert not patience.wait(1, "3600")
    assert not patience.wait(5, None)
    assert patience.wait(1, "0")


def test_moments_move_back_and_never_lie_ahead() -> None:
    form = "%Y-%m-%dT%H:%M:%S.%fZ"
    assert earlier("2026-02-10T08:00:00.123Z", DAY, NOW, form) == "2026-02-09T08:00:00.123Z"
    assert earlier("2036-02-10T08:00:00.123Z", DAY, NOW, form) == "2026-02-28T00:00:00.000Z"
    assert earlier("whenever", DAY, NOW, form) == "whenever"
    assert earlier_ms("1770000000000", DAY, NOW) == "1769913600000"
    assert latest(["9", None, "10"]) == "10"
    assert latest(["2026-01-02", "2026-01-10"]) == "2026-01-10"
    assert latest([None]) is None


@given(st.lists(st.none() | st.text("0129-T:Zé", max_size=6) | st.integers(0, 10**14).map(str), max_size=8))
def test_the_latest_of_a_column_is_the_latest_of_its_moments(moments: list[str | None]) -> None:
    assert latest_of(pl.Series(moments, dtype=pl.String)) == latest(moments)


def test_a_broken_memory_is_none(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.note("a", Asked("http x", cursor="5", day="2026-03-01", requests=9))
    assert Memory(tmp_path).of("a", "http x", NOW.date()).requests == 9
    assert Memory(tmp_path).of("a", "http x", NOW.date() + DAY).requests == 0
    assert Memory(tmp_path).of("a", "http y", NOW.date()).cursor is None
    (tmp_path / "asked.json").write_text('{"a": {"no": 1}}')
    assert Memory(tmp_path).of("a", "http x", NOW.date()).cursor is None


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://city.example/resource/abcd-1234.json?$limit=5", "socrata"),
        ("https://city.example/arcgis/rest/services/a/MapServer/3/query?where=1=1", "arcgis"),
        ("https://city.example/open311/v2/requests.json", "open311"),
        ("https://city.example/dataset/cases/resource/01234567-89ab-cdef-0123-456789abcdef", "ckan"),
        ("https://city.example/api/3/action/datastore_search?resource_id=01234567-89ab-cdef-0123-456789abcdef", "ckan"),
        ("sqlite:///cases.db#cases", "sql"),
        ("https://city.example/cases.csv", "http"),
    ],
)
def test_an_address_tells_its_protocol(address: str, kind: str) -> None:
    assert declared_at(address).kind == kind


@pytest.mark.parametrize("text", ["2026-03-01T10:00:00.000Z", "2026-03-01 10:00:00+08:00", "2026-03-01", "1772352000000", "20481"])
def test_moments_and_numbers_may_be_kept(text: str) -> None:
    assert only_moment(text) == text


@pytest.mark.parametrize("text", [None, "", "Winifred Ashgrove", "2026-03-01 Ashgrove", "١٢٣٤", "1" * 40, "2026-03-01T10:00:00" + "0" * 40])
def test_no_other_text_of_a_far_side_is_kept(text: str | None) -> None:
    assert only_moment(text) is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"kind": "ckan", "url": "https://data.example.gov", "resource": "calls"}, "an id has 36 digits and hyphens"),
        ({"kind": "sql", "url": "postgresql://db.example.gov/city", "table": ""}, "stands behind #"),
        ({"kind": "ckan", "url": "https://data.example.gov", "resource": "0" * 8 + "-" * 28, "token": "abc"}, "must not stand in a folder"),
    ],
)
def test_what_has_another_form_is_told_in_words(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter[object](From).validate_python(wrong)
    told = str([problem["msg"] for problem in caught.value.errors()])
    assert says in told
    assert "pattern" not in told
