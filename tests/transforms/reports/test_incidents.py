"""Rows of one incident as one report."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from tests.helpers.candidates import columns, read
from transforms.reports.incidents import merge_incidents
from transforms.schema import CANDIDATES


def merged(*rows: dict[str, str | None], **changes: Any) -> tuple[dict[str, Any], int]:
    names = columns(status="s", closed_at="c", due_at="u", first_contact_at="f", department="d", transfers="t", reopens="o")
    words = {"open": ["open"], "closed": ["closed"], "withdrawn": ["withdrawn"]}
    frame = read(list(rows), columns=names, statuses=words, merge=True, **changes).with_columns(key_hash=pl.lit("one"))
    kept, away = merge_incidents(frame)
    assert kept.schema == CANDIDATES
    return kept.row(0, named=True), away


def test_units_and_charges_of_one_incident_count_once_as_the_most_severe() -> None:
    one, away = merged({"kind": "fight", "d": "water"}, {"kind": "robbery", "d": "fire"}, {"kind": "theft", "d": "water"})
    assert (one["kind"], one["severity"], one["department"], one["row"], away) == ("robbery", 4, "fire", 2, 2)


def test_an_incident_is_as_sensitive_as_any_row_of_it() -> None:
    frame = read([{"kind": "robbery"}, {"kind": "theft"}, {"kind": "fight"}]).with_columns(key_hash=pl.lit("one"))
    assert [merge_incidents(frame, sensitive)[0]["kind"].to_list() for sensitive in ((), ("fight",), ("fight", "theft"))] == [
        ["robbery"],
        ["fight"],
        ["theft"],
    ]


def test_an_incident_has_the_first_times_and_the_last_closing() -> None:
    one, _ = merged(
        {"time": "2025-03-01 13:00:00", "s": "closed", "c": "2025-03-03 12:00:00", "f": "2025-03-01 15:00:00", "t": "1"},
        {"time": "2025-03-01 12:00:00", "s": "closed", "c": "2025-03-05 12:00:00", "f": None, "t": "3"},
    )
    assert (one["occurred_at"].hour, one["reported_at"].hour, one["first_contact_at"].hour) == (4, 4, 7)
    assert (one["closed_at"].day, one["status"], one["transfers"]) == (5, "closed", 3)


def test_an_incident_is_open_if_any_row_of_it_is() -> None:
    one, _ = merged({"kind": "robbery", "s": "closed", "c": "2025-03-03 12:00:00"}, {"s": "open"}, {"s": "withdrawn"})
    assert (one["status"], one["closed_at"]) == ("open", None)


def test_an_incident_is_withdrawn_only_if_every_row_of_it_is() -> None:
    assert merged({"s": "withdrawn"}, {"s": "withdrawn", "kind": "fight"})[0]["status"] == "withdrawn"
    one, _ = merged({"kind": "robbery", "s": "withdrawn"}, {"kind": "fight", "s": "closed"})
    assert (one["status"], one["kind"]) == ("closed", "fight")


def test_an_incident_is_known_when_all_its_rows_are() -> None:
    rule = {"rule": "column", "column": "p"}
    one, _ = merged({"kind": "robbery", "p": "2025-03-06 06:00:00"}, {"p": "2025-03-02 06:00:00"}, known_at=rule)
    assert one["known_at"] == dt.datetime(2025, 3, 5, 22, tzinfo=dt.UTC)


def test_other_incidents_are_left_alone_and_stay_in_order() -> None:
    frame = read([{"kind": "fight"}, {"kind": "theft"}, {"kind": "robbery"}, {}]).with_columns(key_hash=pl.Series(["z", "a", "z", "b"]))
    kept, away = merge_incidents(frame)
    assert (kept["row"].to_list(), kept["key_hash"].to_list(), away) == ([2, 3, 4], ["a", "z", "b"], 1)
    again, none = merge_incidents(frame.reverse())
    assert (again.equals(kept), none) == (True, 1)


def test_an_incident_is_at_the_premises_that_the_gravest_row_names_which_names_any() -> None:
    rows: list[dict[str, str | None]] = [{"kind": "theft"}, {"kind": "robbery"}, {"kind": "fight"}]
    frame = read(rows).with_columns(key_hash=pl.lit("one"), premises=pl.Series(["P1", None, "P2"]))
    frame = frame.with_columns(severity=pl.Series([1, 4, 3], dtype=pl.Int8))
    kept, _ = merge_incidents(frame)
    assert kept.select("kind", "premises").rows() == [("robbery", "P2")]
    assert merge_incidents(frame.with_columns(premises=pl.lit(None, pl.String)))[0]["premises"].to_list() == [None]
