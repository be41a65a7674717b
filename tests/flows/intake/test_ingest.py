"""A delivered file to the lake: what becomes of bad input, and that nothing is lost on the way."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import os
import zipfile
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from flows.intake import ingest as flow
from flows.intake.ingest import ingest
from flows.intake.refusals import refusals
from flows.tell.status import status
from infra import clock, progress
from infra.errors import SifangError
from infra.sources.connectors import retries
from infra.sources.connectors.http_file import HttpFile
from infra.sources.places import LocalFile
from infra.warehouse.intake.batches import BatchRecord
from infra.warehouse.intake.ledger import ledger
from tests.helpers.district_folders import COLUMNS, source
from tests.helpers.keys import OTHER_KEY
from tests.helpers.town import HEADER, NOW, Build, Town, counts, row, table
from transforms.grids.datum import from_wgs84
from transforms.words.reasons import REASONS, Tier

MOBILE = "138" + "00001111"


def warned(record: BatchRecord) -> list[str]:
    return [w.reason for w in record.warnings]


def test_a_plain_file_is_taken_in(build: Build) -> None:
    town = build()
    record = town.take(table(row(1), row(2, "fight", "2025-03-02 00:30:59")))
    assert (record.state, counts(record), warned(record)) == ("stored", {"delivered": 2, "accepted": 2}, ["discovery_unknown"])
    assert (record.first_day, record.last_day) == (dt.date(2025, 3, 1), dt.date(2025, 3, 2))
    lake = town.lake().sort("occurred_on")
    assert lake["cell_id"].to_list() == ["E001N002"] * 2
    # The day in the zone of the district, and of the hour the part of the day.
    assert lake["occurred_on"].dt.day().to_list() == [1, 2]
    assert lake["part_of_day"].to_list() == ["afternoon", "night"]
    assert lake["known_at"].unique().to_list() == [NOW]
    assert set(lake.columns).isdisjoint({"lon", "lat", "x", "y"})
    town.balance()


@pytest.mark.parametrize(
    ("name", "content", "reason", "says"),
    [
        ("police_1.csv", b"", "file_empty", "no bytes"),
        ("police_1.csv", f"{HEADER}\n".encode(), "no_rows", "nothing below"),
        ("police_1.csv.gz", gzip.compress(table(row(1)).encode(), mtime=0)[:-6], "file_unreadable", "gzip"),
        ("police_1.parquet", b"PAR1 garbage PAR1", "file_unreadable", "Parquet"),
        ("police_1.csv", table(row(1) + ",1", row(2) + ",113.8").encode(), "file_unreadable", "2 of 2 rows"),
        ("police_1.csv", table("1,2025-03-01 12:00:00,盗窃,113.81,35.31").encode("gbk"), "file_encoding", "gb18030"),
        ("police_1.csv", table("1,theft,113.81,35.31", header="id,kind,x,y").encode(), "column_missing", "time"),
    ],
    ids=lambda value: value if isinstance(value, str) and value in REASONS else "",
)
def test_a_file_that_cannot_be_used_is_refused_and_the_other_source_goes_on(
    build: Build, name: str, content: bytes, reason: str, says: str
) -> None:
    town = build(source(), source("fire"))
    town.deliver(content, name)
    town.deliver(table(row(1)), "fire_1.csv")
    refused, stored = ingest(town.context, NOW)
    assert (refused.source, refused.state, refused.reason, refused.delivered) == ("police", "refused", reason, 0)
    assert says in refused.warnings[0].detail
    assert REASONS[reason].tier is Tier.STOP
    assert (stored.source, stored.state, stored.accepted) == ("fire", "stored", 1)
    assert ledger(town.context.warehouse)["reason"].to_list().count(reason) == 1
    assert ingest(town.context, NOW) == []
    town.balance()


def test_a_utf_8_file_declared_gbk_is_refused_with_the_hint(build: Build) -> None:
    town = build(source(encoding="gb18030"))
    record = town.take(table("1,2025-03-01 12:00:00,盗窃电动自行车案件类,113.81,35.31"))
    assert (record.reason, record.warnings[0].detail) == ("file_encoding", "the file is UTF-8, not gb18030; write encoding = 'utf-8'")


def test_a_byte_order_mark_and_an_unknown_column_only_warn(build: Build) -> None:
    town = build()
    record = town.take("﻿" + table(row(1) + ",planted", header=f"{HEADER},note"))
    assert (counts(record), warned(record)) == (
        {"delivered": 1, "accepted": 1},
        ["byte_order_mark", "column_undeclared", "discovery_unknown"],
    )
    assert record.warnings[1].detail == "1 column"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"undeclared": "stop"}, "column_undeclared_stop"),
        ({"columns": {**COLUMNS, "department": "报警人"}}, "column_personal"),
        ({"min_rows": 3}, "rows_below_floor"),
        ({"max_quarantined": 0.4}, "quarantine_share"),
    ],
)
def test_a_source_may_refuse_more(build: Build, changes: dict[str, Any], reason: str) -> None:
    town = build(source(**changes))
    record = town.take(table(row(1) + ",a", row(2, "unheard of") + ",b", header=f"{HEADER},报警人"))
    assert (record.state, record.reason) == ("refused", reason)
    assert len(town.lake()) == 0


def test_bad_rows_are_set_aside_one_by_one_with_their_reason(build: Build) -> None:
    town = build()
    bad = [
        (row("", "theft"), "key_missing", "key_hash"),
        (row(2, time=""), "time_missing", "occurred_at"),
        (row(3, time="03/01/2025"), "time_unreadable", "occurred_at"),
        (row(4, time="2035-03-01 12:00:00"), "time_out_of_range", "occurred_at"),
        (row(5, ""), "kind_missing", "kind"),
        (row(6, "unheard of"), "kind_unknown", "kind"),
        (row(7, x="", y=""), "coordinates_missing", "lon"),
        (row(8, x="east"), "coordinates_impossible", "lon"),
        (row(9, x="999", y="35.31"), "coordinates_impossible", "lon"),
        (row(10, x="0", y="0"), "coordinates_impossible", "lon"),
        (row(11, x="113.81", y="99"), "coordinates_impossible", "lat"),
        (row(12, x="35.31", y="23.81"), "outside_district", "lon"),
        (row(13, MOBILE), "personal_value", "kind"),
        (row(14, "theft"), "key_conflict", "key_hash"),
        (row(14, "fight"), "key_conflict", "key_hash"),
    ]
    record = town.take(table(*(text for text, _, _ in bad), row(15), row(15)))
    assert town.set_aside() == [(n, reason, column) for n, (_, reason, column) in enumerate(bad, start=1)]
    assert counts(record) == {"delivered": 17, "accepted": 1, "duplicate": 1, "quarantined": 15}
    assert {REASONS[reason].tier for _, reason, _ in bad} == {Tier.QUARANTINE}
    town.balance()
    # Values of rows are nowhere but in the delivered file.
    for file in (p for p in (town.folder.parent / "home").rglob("*") if p.is_file()):
        assert MOBILE.encode() not in file.read_bytes()


def test_a_column_of_personal_values_refuses_the_file(build: Build) -> None:
    town = build()
    record = town.take(table(*(row(n, MOBILE if n < 4 else "theft") for n in range(50))))
    assert (record.state, record.reason, record.warnings[0].detail) == ("refused", "personal_values", "kind")
    assert not list((town.folder.parent / "home" / "landing").rglob("*.parquet"))


def test_a_time_without_a_zone_is_in_the_zone_of_the_source(build: Build) -> None:
    town = build(source(timezone="America/Los_Angeles", time_formats=["%Y-%m-%d %H:%M", "%m/%d/%Y"]))
    record = town.take(table(row(1, time="2025-03-09 02:30 or so"), row(2, time="2025-03-10 12:00"), row(3, time="03/11/2025")))
    assert town.set_aside() == [(1, "time_unreadable", "occurred_at")]
    assert town.lake()["occurred_on"].to_list() == [dt.date(2025, 3, 11)] * 2
    # A date alone has no part of the day, whatever hour its midnight is elsewhere.
    assert town.lake()["part_of_day"].sort().to_list() == ["night", "unknown"]
    assert counts(record) == {"delivered": 3, "accepted": 2, "quarantined": 1}


def test_rows_of_one_incident_are_merged_where_the_source_says_so(build: Build) -> None:
    town = build(source(merge=True, row_key=["unit"]))
    rows = [
        row(1, "fight") + ",a",
        row(1, "robbery") + ",b",
        row(1, "theft") + ",c",
        row(2) + ",a",
        row(2) + ",a",
        row(3, "?") + ",a",
        row(3) + ",b",
    ]
    record = town.take(table(*rows, header=f"{HEADER},unit"))
    assert counts(record) == {"delivered": 7, "accepted": 3, "merged": 2, "duplicate": 1, "quarantined": 1}
    assert town.lake()["kind"].sort().to_list() == ["robbery", "theft", "theft"]
    town.balance()


def test_rows_of_another_desk_are_out_of_scope(build: Build) -> None:
    town = build(source(where=[{"column": "desk", "one_of": ["a", "b"]}]))
    record = town.take(table(row(1) + ",a", row(2) + ",c", row(3) + ",", header=f"{HEADER},desk"))
    assert counts(record) == {"delivered": 3, "accepted": 1, "out_of_scope": 2}
    none = town.take(table(row(9) + ",z", header=f"{HEADER},desk"), "police_2.csv")
    assert (none.state, none.recorded_seq, counts(none)) == ("stored", None, {"delivered": 1, "out_of_scope": 1})
    town.balance()


def test_taking_in_twice_takes_in_nothing(build: Build) -> None:
    town = build()
    town.take(table(row(1), row(2)))
    before = (town.lake(), ledger(town.context.warehouse))
    assert ingest(town.context, NOW + dt.timedelta(days=1)) == []
    town.deliver(table(row(1), row(2)), "police_under_another_name.csv")
    assert ingest(town.context, NOW + dt.timedelta(days=1)) == []
    assert before[0].equals(town.lake())
    assert before[1].equals(ledger(town.context.warehouse))


def test_only_what_is_new_becomes_a_version(build: Build) -> None:
    town = build()
    days = [NOW + dt.timedelta(days=n) for n in range(4)]
    contents = [table(row(1), row(2)), table(row(1), row(2), row(3)), table(row(1, "fight")), table(row(2), row(1))]
    records = [town.take(c, f"police_{n}.csv", d) for n, (c, d) in enumerate(zip(contents, days, strict=True))]
    # The last file says theft again where fight was known: a third version of the first report.
    assert [(r.accepted, r.duplicate) for r in records] == [(2, 0), (1, 2), (1, 0), (1, 1)]
    assert [r.recorded_seq for r in records] == [1, 2, 3, 4]
    first = town.lake().filter(pl.col("report_id").is_duplicated())
    assert first["kind"].to_list() == ["theft", "fight", "theft"]
    town.balance()


def test_one_file_may_feed_two_sources(build: Build) -> None:
    both = [
        source(c, files=["in/calls_*.csv"], where=[{"column": "kind", "equals": k}]) for c, k in (("police", "theft"), ("fire", "fight"))
    ]
    town = build(*both)
    town.deliver(table(row(1), row(2, "fight"), row(1, "fight")), "calls_1.csv")
    assert [(r.source, r.accepted, r.out_of_scope) for r in ingest(town.context, NOW)] == [("police", 1, 2), ("fire", 2, 1)]
    # The same number in two sources is two reports.
    assert town.lake()["report_id"].n_unique() == 3
    town.balance()


def test_coordinates_of_another_datum_find_their_cell(build: Build) -> None:
    lon, lat = (float(a[0]) for a in from_wgs84(pl.Series([113.81]).to_numpy(), pl.Series([35.31]).to_numpy(), "GCJ-02"))
    town = build(source(), source("fire", datum="GCJ-02"))
    town.deliver(table(row(1)), "police_1.csv")
    town.deliver(table(row(1, x=str(lon), y=str(lat))), "fire_1.csv")
    ingest(town.context, NOW)
    assert town.lake()["cell_id"].to_list() == ["E001N002"] * 2
    assert abs(lon - 113.81) > 0.004


def test_a_file_of_places_outside_is_refused_and_a_handful_is_set_aside(build: Build) -> None:
    town = build(source(max_quarantined=0.5))
    swapped = table(*(row(n, x="35.31", y="23.81") for n in range(12)), *(row(n) for n in range(20, 24)))
    record = town.take(swapped)
    assert (record.state, record.reason) == ("refused", "quarantine_share")
    assert "check the datum" in record.warnings[0].detail
    few = town.take(table(*(row(n, x="35.31", y="23.81") for n in range(3))), "police_2.csv")
    assert (few.state, counts(few)) == ("stored", {"delivered": 3, "quarantined": 3})
    town.balance()


def crash_once(patch: pytest.MonkeyPatch, *, between: Callable[[], None] | None = None) -> None:
    """Let the run die after the lake took the batch and before the warehouse did."""

    def die(*_: object) -> None:
        if between is not None:
            between()
        raise RuntimeError("the power went out")

    patch.setattr(flow, "record_batch", die)


def test_a_crash_between_lake_and_warehouse_is_completed_by_the_next_run(
    build: Build, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = table(row(1), row(1), row(2, "unheard of"), row(3, "fight"))
    town = build()
    undisturbed = Town(other := tmp_path_factory.mktemp("other"), f"sqlite:///{other / 'w.db'}")
    undisturbed.take(content)
    town.deliver(content)
    with monkeypatch.context() as patch:
        crash_once(patch)
        with pytest.raises(RuntimeError, match="power"):
            ingest(town.context, NOW)
    assert len(ledger(town.context.warehouse)) == 0
    assert len(town.lake()) == 2
    (record,) = ingest(town.context, NOW + dt.timedelta(hours=3))
    assert record.state == "stored"
    columns = pl.exclude("landed_at")
    assert ledger(town.context.warehouse).select(columns).equals(ledger(undisturbed.context.warehouse).select(columns))
    # What entered then was known then.
    assert town.lake().equals(undisturbed.lake())
    assert town.set_aside() == undisturbed.set_aside() == [(3, "kind_unknown", "kind")]
    town.balance()
    undisturbed.context.stores.close()


def test_a_completed_crash_counts_what_entered_though_others_came_since(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    town = build()
    town.deliver(table(row(1), row(2)), "police_5.csv")
    with monkeypatch.context() as patch:
        crash_once(patch)
        with pytest.raises(RuntimeError, match="power"):
            ingest(town.context, NOW)
    # A file that sorts before it says the same about one report, and is taken in first.
    town.deliver(table(row(2), row(3)), "police_4.csv")
    other, completed = ingest(town.context, NOW + dt.timedelta(hours=1))
    assert (other.accepted, other.duplicate) == (1, 1)
    assert (completed.accepted, completed.duplicate, completed.recorded_seq) == (2, 0, 1)
    town.balance()


def test_another_key_or_none_stops_before_anything_is_written(build: Build) -> None:
    town = build()
    town.take(table(row(1)))
    town.deliver(table(row(2)), "police_2.csv")
    for key, says in (
        (SecretStr(OTHER_KEY), "fingerprint"),
        (None, "SIFANG_KEY is not set"),
        (SecretStr("short"), "is no key that `sifang key new` makes"),
    ):
        town.context.settings.key = key
        with pytest.raises(SifangError, match=says):
            ingest(town.context, NOW)
    assert len(town.lake()) == 1


ROWS = st.tuples(
    st.sampled_from(["", *"abcdef"]),
    st.sampled_from(["theft", "fight", "robbery", "", "unheard of", MOBILE]),
    st.sampled_from(["2025-03-01 12:00:00", "2025-03-02 08:00:00", "", "soon"]),
    st.sampled_from(["113.81", "113.805", "114.5", "0", "x"]),
    st.sampled_from(["ours", "ours", "theirs"]),
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.lists(ROWS, min_size=1, max_size=25), second=st.lists(ROWS, min_size=1, max_size=25), merge=st.booleans())
def test_the_ledger_balances_for_any_mixture(
    tmp_path_factory: pytest.TempPathFactory, first: list[tuple[str, ...]], second: list[tuple[str, ...]], merge: bool
) -> None:
    root = tmp_path_factory.mktemp("mix")
    town = Town(root, f"sqlite:///{root / 'w.db'}", source(merge=merge, where=[{"column": "desk", "equals": "ours"}]))
    try:
        for number, rows in enumerate((first, second)):
            content = table(*(f"{row(i, k, t, x)},{desk}" for i, k, t, x, desk in rows), header=f"{HEADER},desk")
            town.deliver(content, f"police_{number}.csv")
        for record, rows in zip(ingest(town.context, NOW), (first, second), strict=False):
            if record.state == "stored":
                assert record.delivered == len(rows)
                assert record.out_of_scope == sum(r[4] == "theirs" for r in rows)
            else:
                assert record.reason == "personal_values"
        town.balance()
        assert ingest(town.context, NOW) == []
    finally:
        town.context.stores.close()


# --- where files come from


def zipped(**members: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name, content in members.items():
            file.writestr(f"{name}.csv", content)
    return archive.getvalue()


def landed_files(town: Town) -> list[str]:
    return sorted(f.suffix for f in town.context.settings.landing("town").rglob("*.parquet"))


def test_each_file_of_a_zip_is_a_batch_and_the_same_file_delivered_plain_is_none(build: Build) -> None:
    town = build()
    town.deliver(zipped(**{"1": table(row(1)), "2": table(row(2), row(3))}), "police_1.zip")
    records = ingest(town.context, NOW)
    assert [(r.file_name, r.accepted) for r in records] == [("police_1.zip:1.csv", 1), ("police_1.zip:2.csv", 2)]
    town.deliver(table(row(1)), "police_2.csv")
    town.deliver(gzip.compress(table(row(2), row(3)).encode()), "police_3.csv.gz")
    assert ingest(town.context, NOW) == []
    town.balance()


def test_a_dangerous_archive_is_one_refused_batch(build: Build) -> None:
    town = build()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("../../etc/cron.d/a.csv", table(row(1)))
        file.writestr("good.csv", table(row(2)))
    record = town.take(archive.getvalue(), "police_1.zip")
    assert (record.state, record.reason, len(town.lake())) == ("refused", "archive_unsafe", 0)
    assert ingest(town.context, NOW) == []


def test_what_was_landed_of_a_refused_batch_is_removed(build: Build) -> None:
    town = build(source(max_quarantined=0.1))
    record = town.take(table(row(1), row(2, "unheard of")))
    assert (record.state, record.reason) == ("refused", "quarantine_share")
    assert landed_files(town) == []
    town.take(table(row(1)), "police_2.csv")
    assert landed_files(town) == [".parquet"]


def test_a_source_that_cannot_be_reached_stands_as_one_refusal_and_the_others_go_on(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "PATIENCE", retries.Patience(4, 0.01, 1.0))
    monkeypatch.setenv("SIFANG_SECRET_TOKEN", "secret")
    town = build(source(files=["http://127.0.0.1:9/police.csv?token=$SIFANG_SECRET_TOKEN"], allow_local=True), source("fire"))
    town.deliver(table(row(1)), "fire_1.csv")
    refused, stored = ingest(town.context, NOW)
    assert (refused.source, refused.state, refused.reason) == ("police", "refused", "source_unreachable")
    assert "secret" not in str(refused.warnings)
    assert (stored.source, stored.accepted) == ("fire", 1)
    assert [r.source for r in ingest(town.context, NOW)] == ["police"]
    (standing,) = refusals(town.context, NOW).new
    assert (standing.source, standing.reason, standing.tries) == ("police", "source_unreachable", 2)
    # Nothing was delivered, so the ledger has nothing to balance.
    assert ledger(town.context.warehouse)["source"].to_list() == ["fire"]
    town.balance()


def test_a_look_at_the_status_asks_no_far_side(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIFANG_INBOX_FAR", "http://127.0.0.1:9")
    town = build(source(files=["$SIFANG_INBOX_FAR/police.csv"], allow_local=True), source("fire"))
    town.deliver(table(row(1)), "fire_1.csv")

    def ask(_: HttpFile, *__: object) -> None:
        pytest.fail("a far side was asked")

    monkeypatch.setattr(HttpFile, "_ask", ask)
    found = status(town.context)
    assert (found.waiting_files, found.asked) == (1, ("police",))


def test_an_unchanged_file_is_not_read_again_and_a_replaced_one_is(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    later = clock.now() + dt.timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    town = build()
    file = town.deliver(table(row(1)))
    assert len(ingest(town.context, NOW)) == 1
    read: list[str] = []

    def note(place: LocalFile) -> bytes:
        read.append(place.name)
        return file.read_bytes()

    monkeypatch.setattr(LocalFile, "fetch", note)
    assert ingest(town.context, NOW) == []
    assert read == []
    before = file.stat()
    file.write_text(table(row(2)))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert [r.accepted for r in ingest(town.context, NOW)] == [1]
    assert read == [file.name]


def test_progress_names_each_file_and_every_step_of_a_large_one(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    town = build()
    told: list[str] = []
    file = f"{town.context.district.sources[0].code}: {town.deliver(table(row(1))).name}"
    with progress.listening(lambda step: told.append(step.what)):
        ingest(town.context, NOW)
        assert told == [file]
        monkeypatch.setattr(flow, "LARGE_BYTES", 1)
        town.deliver(table(row(2)))
        told.clear()
        ingest(town.context, NOW)
    steps = [
        "reading",
        "scanning",
        "typing",
        "checking",
        "locating",
        "checking the batch as a whole",
        "appending",
        "recording",
    ]
    assert told == [file, *(f"{file}: {step}" for step in steps)]
