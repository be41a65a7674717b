"""What real cities deliver, rebuilt small (``tests/golden/cities``): right counts, or a plain word about what is wrong.

Belongs here: each case through the real road, with the value that is right. Does not: the families that they stand for, which are
property tests beside what they are about.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest
from pyproj import Transformer

from flows.intake.ingest import ingest
from infra.warehouse.intake.batches import BatchRecord
from tests.helpers.golden_cities import NOW, opened, stands


@dataclass(frozen=True)
class Expected:
    """The reports that stand, how many are closed, their first and last day; what the batches say, by reason code."""

    standing: int
    first: dt.date
    last: dt.date
    closed: int = 0
    said: frozenset[str] = field(default_factory=frozenset)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


EXPECTED = {
    "files_name_order": Expected(40, day("2024-03-01"), day("2024-03-12"), closed=40),
    "minus_one_same_file": Expected(50, day("2024-03-01"), day("2024-03-13")),
    "one_long_row": Expected(99, day("2024-03-01"), day("2024-03-13"), said=frozenset({"row_ragged"})),
    "swallowed_rows": Expected(24, day("2026-10-05"), day("2026-10-27")),
    "multiline_comment": Expected(24, day("2026-10-05"), day("2026-10-27")),
    "dst_closing": Expected(27, day("2026-03-08"), day("2026-11-01"), closed=27),
    "excel_time_cells": Expected(24, day("2026-10-05"), day("2026-10-27")),
    "both_date_orders": Expected(23, day("2026-05-10"), day("2026-11-10"), said=frozenset({"time_two_days"})),
    "location_with_unit": Expected(24, day("2026-10-05"), day("2026-10-27")),
    "float_ids": Expected(24, day("2026-10-05"), day("2026-10-27")),
}


def said_of(records: list[BatchRecord]) -> set[str]:
    return {notice.reason for record in records for notice in record.warnings}


@pytest.mark.parametrize("case", EXPECTED)
def test_a_case_comes_to_the_right_counts(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = EXPECTED[case]
    with opened(case, tmp_path, monkeypatch) as context:
        records = ingest(context, NOW)
        assert {r.state for r in records} == {"stored"}
        assert all(r.delivered == r.accepted + r.merged + r.duplicate + r.quarantined + r.out_of_scope for r in records)
        found = stands(context)
        assert len(found) == expected.standing
        assert (found["occurred_on"].min(), found["occurred_on"].max()) == (expected.first, expected.last)
        assert int((found["status"] == "closed").sum()) == expected.closed
        assert expected.said <= said_of(records)


@pytest.mark.parametrize("foot", ["Total,99", "Total: 99 rows", "Total,,99,,\nMade by the records office,,,,"])
def test_a_header_again_and_what_stands_below_the_rows_report_nothing(foot: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened("one_long_row", tmp_path, monkeypatch) as context:
        (file,) = (tmp_path / "districts" / "one_long_row" / "data").iterdir()
        header, *rows = [line for line in file.read_text("utf-8").splitlines() if line.count(",") == 4]
        file.write_text("\n".join([header, *rows[:50], header, *rows[50:], foot]), "utf-8")
        (record,) = ingest(context, NOW)
        assert (record.state, record.accepted, record.quarantined) == ("stored", 99, 2 + foot.count("\n"))
        told = {notice.reason: notice.detail for notice in record.warnings}
        assert told["row_no_report"].startswith("row")
        assert " 51" in told["row_no_report"]


def test_exchanged_axes_are_said_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened("axes_swapped", tmp_path, monkeypatch) as context:
        (record,) = ingest(context, NOW)
        assert (record.state, record.reason) == ("refused", "axes_exchanged")
        assert 'write lon = "lat" and lat = "lon"' in record.warnings[0].detail
    with opened("axes_swapped", tmp_path / "again", monkeypatch, {'lon = "lon", lat = "lat"': 'lon = "lat", lat = "lon"'}) as context:
        (record,) = ingest(context, NOW)
        assert (record.state, record.accepted) == ("stored", record.delivered)


def test_a_longitude_without_its_minus_sign_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = {'lon = "lon", lat = "lat"': 'lon = "lat", lat = "lon"'}
    with opened("axes_swapped", tmp_path, monkeypatch, right) as context:
        (file,) = (tmp_path / "districts" / "axes_swapped" / "data").iterdir()
        told = file.read_text("utf-8")
        assert told.count(",-8") == 100
        file.write_text(told.replace(",-8", ",8"), "utf-8")
        (record,) = ingest(context, NOW)
        assert (record.state, record.reason) == ("refused", "sign_lost")
        assert "with the other sign of the longitude" in record.warnings[0].detail


@pytest.mark.parametrize("exchanged", [False, True])
def test_points_of_a_plane_are_read_and_their_exchanged_axes_said(exchanged: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As GeoJSON of a projected system has them: pairs with many decimals, whose digits are no telephone's."""
    changes = {'lon = "lon", lat = "lat"': 'point = "point"', "[[sources]]": '[[sources]]\ncrs = "EPSG:32617"\npoint_order = "lon_lat"'}
    with opened("axes_swapped", tmp_path, monkeypatch, changes) as context:
        (file,) = (tmp_path / "districts" / "axes_swapped" / "data").iterdir()
        rows = pl.read_csv(file, infer_schema=False)
        lon, lat = (rows[axis].cast(pl.Float64).to_numpy() for axis in ("lat", "lon"))
        east, north = Transformer.from_crs("EPSG:4326", "EPSG:32617", always_xy=True).transform(lon, lat)
        both = zip(north, east, strict=True) if exchanged else zip(east, north, strict=True)
        rows.with_columns(point=pl.Series([f"[{x:.11f}, {y:.11f}]" for x, y in both])).write_csv(file)
        (record,) = ingest(context, NOW)
        if exchanged:
            assert (record.state, record.reason) == ("refused", "axes_exchanged")
            assert 'write point_order = "lat_lon"' in record.warnings[0].detail
        else:
            assert (record.state, record.accepted) == ("stored", len(rows))


def test_an_older_state_that_arrives_after_a_newer_one_does_not_overrule_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened("files_name_order", tmp_path, monkeypatch) as context:
        older = tmp_path / "districts" / "files_name_order" / "data" / "week_9.csv"
        told = older.read_bytes()
        older.unlink()
        ingest(context, NOW)
        older.write_bytes(told)
        (late,) = ingest(context, NOW + dt.timedelta(days=1))
        assert (late.accepted, late.duplicate) == (0, 40)
        assert "delivery_late" in said_of([late])
        assert stands(context)["status"].to_list() == ["closed"] * 40


def test_a_number_that_begins_anew_in_each_file_is_refused_with_the_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened("serial_number_key", tmp_path, monkeypatch) as context:
        first, second, _ = ingest(context, NOW)
        assert (first.state, second.state, second.reason) == ("stored", "refused", "key_reused")
        assert "of 10 keys that came back, 10 did with another day" in second.warnings[0].detail


@pytest.mark.parametrize("mended", ['key = ["序号"]\nkey_scope = "day"', 'rows = "each"'])
def test_a_number_that_begins_anew_counts_once_its_scope_is_declared(mended: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened("serial_number_key", tmp_path, monkeypatch, {'key = ["序号"]': mended}) as context:
        assert [r.accepted for r in ingest(context, NOW)] == [10, 10, 10]
        assert len(stands(context)) == 30


def test_a_row_that_was_taken_back_and_given_again_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened("minus_one_same_file", tmp_path, monkeypatch) as context:
        file = tmp_path / "districts" / "minus_one_same_file" / "data" / "m03.csv"
        header, *rows = file.read_text("utf-8").splitlines()
        taken = [row for row in rows if row.split(",")[4] == "-1"]
        ingest(context, NOW)
        for later, (what, standing_now) in enumerate([("-1", 49), ("1", 50)], start=1):
            row = rows[-1].split(",")
            row[4] = what
            (file.parent / f"m{later + 3:02d}.csv").write_text("\n".join([header, ",".join(row), ""]), "utf-8")
            ingest(context, NOW + dt.timedelta(days=later))
            assert len(stands(context)) == standing_now
        again = [row.replace(",-1,", ",1,") for row in taken]
        file.with_name("m06.csv").write_text("\n".join([header, *rows, *again, ""]), "utf-8")
        ingest(context, NOW + dt.timedelta(days=9))
        assert len(stands(context)) == 60


def test_a_row_may_stand_for_several_incidents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = {
        'withdrawn = [{ column = "count", equals = "-1" }]': "",
        "merge = true": "",
        'kind = "what"': 'kind = "what", count = "count"',
    }
    with opened("minus_one_same_file", tmp_path, monkeypatch, changes) as context:
        file = tmp_path / "districts" / "minus_one_same_file" / "data" / "m03.csv"
        header, *rows = file.read_text("utf-8").splitlines()
        kept = [row for row in rows if ",-1," not in row]
        file.write_text("\n".join([header, *(row.replace(",1,", ",3,") for row in kept), ""]), "utf-8")
        ingest(context, NOW)
        assert int(stands(context)["count"].sum()) == 3 * len(kept)


def test_sheets_with_the_same_header_are_read_or_the_workbook_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened("workbook_sheets", tmp_path, monkeypatch) as context:
        (refused,) = ingest(context, NOW)
        assert (refused.state, refused.reason) == ("refused", "file_unreadable")
        assert '2 more of its sheets have the same header: say sheet = "*"' in refused.warnings[0].detail
    with opened("workbook_sheets", tmp_path / "all", monkeypatch, {'key = ["id"]': 'key = ["id"]\nsheet = "*"'}) as context:
        (stored,) = ingest(context, NOW)
        assert (stored.state, stored.accepted) == ("stored", 36)
        found = stands(context)["occurred_on"]
        assert found.dt.month().value_counts(sort=False).sort("occurred_on")["count"].len() == 3
