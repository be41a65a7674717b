"""Joining and dropping: no row changes, readers keep what they hold, a kill anywhere leaves nothing that the next run does not mend."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from infra import clock
from infra.errors import SifangError
from infra.lake import upkeep
from infra.lake.lake import Lake
from infra.lake.upkeep import HELD_BY_READERS, Compacted, Purged, compact, purge
from tests.helpers.appended import KNOWN, versions

BEFORE = (KNOWN + dt.timedelta(days=2)).date()


def happened(batch: str, rows: int, first: int = 0) -> pl.DataFrame:
    """Rows each of which happened a day after the one before."""
    return versions(batch, rows, first).with_columns(occurred_on=pl.col("known_at").dt.date())


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(str(tmp_path / "lake"))
    for number, batch in enumerate("abc"):
        made.append(happened(batch, 2, first=2 * number), batch)
    return made


def held(lake: Lake) -> pl.DataFrame:
    return lake.read().sort("report_id", "recorded_seq")


def files(lake: Lake) -> set[str]:
    return {f.name for f in lake.shelf.found()}


def later(monkeypatch: pytest.MonkeyPatch, by: dt.timedelta) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + by)


def test_joined_files_hold_the_same_rows(lake: Lake) -> None:
    before, old = held(lake), lake.whole_files()
    done = compact(lake, "c")
    assert (done.files, done.left) == (len(old) - len(lake.whole_files()), 0)
    assert done.files > 0
    assert held(lake).equals(before)
    assert sum(f.rows for f in lake.whole_files()) == len(before)
    assert lake.sequence() == 4
    # Nothing is left to join, and so nothing is committed.
    assert compact(lake, "d") == Compacted(0, 0)
    assert lake.sequence() == 4
    # What others have a table library for reads the same.
    table = pl.scan_delta(DeltaTable(lake.table.shelf.table)).select(before.columns).collect().sort("report_id", "recorded_seq")
    assert table.equals(before)


def test_batches_enter_once_after_their_files_were_joined(lake: Lake) -> None:
    compact(lake, "c")
    assert lake.append(happened("a", 2), "a") == 1
    assert len(held(lake)) == 6


def test_a_purge_drops_whole_reports_and_leaves_the_files_of_the_others_alone(lake: Lake) -> None:
    # Two versions of one report, of which the newer one happened long before.
    lake.append(happened("d", 1, first=5).with_columns(occurred_on=pl.lit(KNOWN.date() - dt.timedelta(days=9))), "d")
    before, old = held(lake), {f.name for f in lake.whole_files()}
    assert purge(lake, BEFORE, "p", dry_run=True).rows == 2
    assert held(lake).equals(before)
    assert purge(lake, BEFORE, "p", dry_run=False).rows == 2
    assert held(lake).equals(before.filter(~pl.col("report_id").is_in(["r0", "r1"])))
    kept = {f.name for f in lake.whole_files()}
    # Only the first batch held old reports, two files of it with nothing else.
    assert kept < old
    assert len(old - kept) == 2


def test_rows_that_stay_are_moved_out_of_a_file_that_goes(lake: Lake) -> None:
    compact(lake, "c")
    before = held(lake)
    assert purge(lake, BEFORE, "p", dry_run=False).rows == 2
    assert held(lake).equals(before.filter(pl.col("occurred_on") >= BEFORE))
    assert all(f.rows for f in lake.whole_files())


def test_a_reader_keeps_what_it_holds_for_a_day(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = lake.versions()
    before = reader.collect().sort("report_id")
    old = files(lake)
    compact(lake, "c")
    told = purge(lake, BEFORE, "p", dry_run=False)
    assert told.rows == 2
    assert (told.files, told.waiting) == (0, len(files(lake)) - len(lake.whole_files()))
    assert old <= files(lake)
    assert reader.collect().sort("report_id").equals(before)
    later(monkeypatch, HELD_BY_READERS + dt.timedelta(minutes=1))
    rows = held(lake)
    assert purge(lake, BEFORE, "q", dry_run=True) == Purged(0, told.waiting, 0)
    assert purge(lake, BEFORE, "q", dry_run=False) == Purged(0, told.waiting, 0)
    assert files(lake) == {f.name for f in lake.whole_files()}
    assert held(lake).equals(rows)
    assert purge(lake, BEFORE, "r", dry_run=False) == Purged(0, 0, 0)


def test_files_of_died_appends_are_swept_up_at_once(lake: Lake, tmp_path: Path) -> None:
    folder = tmp_path / "lake" / "feed=stability" / "known_month=2025-04"
    for orphan in ("0" * 64 + ".parquet", "1" * 64 + ".parquet.77.draft"):
        (folder / orphan).write_bytes(b"died")
    before, sequence = held(lake), lake.sequence()
    assert purge(lake, KNOWN - dt.timedelta(days=99), "p", dry_run=False) == Purged(0, 2, 0)
    assert files(lake) == {f.name for f in lake.whole_files()}
    assert held(lake).equals(before)
    # A commit came first: a writer that lost the lock, and wrote one of them, must find that its own commit comes too late.
    assert lake.sequence() == sequence + 1


def test_a_writer_that_lost_the_lock_cannot_commit_what_was_swept_up(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = Lake(lake.table.shelf.table)
    real = DeltaTable.create_write_transaction
    swept: list[Purged] = []

    def overtaken(table: DeltaTable, *given: object, **how: object) -> None:
        monkeypatch.setattr(DeltaTable, "create_write_transaction", real)
        swept.append(purge(lake, KNOWN - dt.timedelta(days=99), "p", dry_run=False))
        real(table, *given, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(DeltaTable, "create_write_transaction", overtaken)
    sleeper.append(happened("z", 1, first=9), "z")
    assert swept == [Purged(0, 1, 0)]
    assert sorted(held(lake)["report_id"]) == ["r0", "r1", "r2", "r3", "r4", "r5", "r9"]


_DYING = """
import os, signal, sys
from infra.lake import folder, upkeep
from infra.lake.lake import Lake
from tests.infra.lake.test_upkeep import BEFORE
url, deed, place, nth = sys.argv[1:]
owner, name = {"put": (folder.Folder, "put"), "commit": (__import__("deltalake").DeltaTable, "create_write_transaction"),
    "settle": (folder.Folder, "settle"), "remove": (folder.Folder, "remove")}[place]
real, calls = getattr(owner, name), 0
def last(*given, **how):
    global calls
    calls += 1
    if calls == int(nth):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given, **how)
setattr(owner, name, last)
lake = Lake(url)
upkeep.compact(lake, "c") if deed == "compact" else upkeep.purge(lake, BEFORE, "p", dry_run=False)
"""


@pytest.mark.parametrize(
    ("deed", "place", "nth"),
    [("compact", "put", 2), ("compact", "commit", 1), ("compact", "settle", 1), ("purge", "commit", 1), ("purge", "settle", 1)],
)
def test_a_kill_anywhere_leaves_nothing_that_the_next_run_does_not_mend(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, deed: str, place: str, nth: int
) -> None:
    for number, month in enumerate((4, 5, 6)):
        for half in "xy":
            rows = happened(f"{half}{month}", 1, first=20 + number).with_columns(known_at=pl.lit(KNOWN.replace(month=month, day=2)))
            lake.append(rows, f"{half}{month}")
    before = held(lake)
    child = [sys.executable, "-W", "error", "-c", _DYING, lake.table.shelf.table, deed, place, str(nth)]
    assert subprocess.run(child, cwd=Path(__file__).parents[3], check=False).returncode == -signal.SIGKILL
    compact(lake, "c2")
    purge(lake, BEFORE, "p2", dry_run=False)
    assert held(lake).equals(before.filter(pl.col("occurred_on") >= BEFORE))
    later(monkeypatch, HELD_BY_READERS * 2)
    purge(lake, BEFORE, "p3", dry_run=False)
    assert files(lake) == {f.name for f in lake.whole_files()}
    assert lake.verify(deep=True).damaged == ()


def test_a_purge_that_another_writer_overtakes_does_nothing_and_says_so(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    other, before = Lake(lake.table.shelf.table), held(lake)
    real = DeltaTable.create_write_transaction

    def overtaken(table: DeltaTable, *given: object, **how: object) -> None:
        monkeypatch.setattr(DeltaTable, "create_write_transaction", real)
        other.append(happened("z", 1, first=9), "z")
        real(table, *given, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(DeltaTable, "create_write_transaction", overtaken)
    with pytest.raises(SifangError, match="written by another run"):
        purge(lake, BEFORE, "p", dry_run=False)
    assert len(held(lake)) == len(before) + 1


def test_an_empty_or_absent_lake_has_nothing_to_keep_up(tmp_path: Path) -> None:
    absent = Lake(str(tmp_path / "absent"))
    assert compact(absent, "c") == Compacted(0, 0)
    assert purge(absent, BEFORE, "p", dry_run=False) == Purged(0, 0, 0)
    assert not (tmp_path / "absent").exists()
    absent.create()
    assert compact(absent, "c") == Compacted(0, 0)
    assert purge(absent, BEFORE, "p", dry_run=False) == Purged(0, 0, 0)
    assert [f.name for f in (tmp_path / "absent").iterdir()] == ["_delta_log"]


def test_a_commit_of_a_clock_ahead_keeps_nothing_for_longer_than_a_day(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        later(patch, dt.timedelta(days=365))
        compact(lake, "c")
    # The clock is right again when the next commit is made, which cannot have come before the one that it follows.
    lake.append(happened("e", 1, first=9), "e")
    assert purge(lake, BEFORE - dt.timedelta(days=999), "p", dry_run=True).files == 0
    later(monkeypatch, dt.timedelta(hours=25))
    assert purge(lake, BEFORE - dt.timedelta(days=999), "p", dry_run=True).files > 0


def test_upkeep_takes_on_no_more_at_once_than_it_may_and_the_next_run_goes_on(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "BYTES_AT_ONCE", 1)
    # A report with a version in a later file as well goes with both at once.
    lake.append(happened("d", 1, first=1).with_columns(known_at=pl.lit(KNOWN + dt.timedelta(days=40))), "d")
    before = held(lake)
    rounds, dropped = 0, 0
    while (done := purge(lake, BEFORE, f"p{rounds}", dry_run=False)).rows:
        dropped += done.rows
        rounds += 1
    assert rounds > 1
    assert done.left == 0
    old = before.group_by("report_id").agg(pl.col("occurred_on").max()).filter(pl.col("occurred_on") < BEFORE)
    assert held(lake).equals(before.join(old, on="report_id", how="anti", maintain_order="left"))
    assert dropped == len(before) - len(held(lake))


def test_so_does_a_compaction(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "BYTES_AT_ONCE", 1)
    # A second file in the first month as well.
    lake.append(happened("e", 1), "e")
    before = held(lake)
    first, second = compact(lake, "c1"), compact(lake, "c2")
    assert (first.left, second.left) == (second.files, 0)
    assert second.files > 0
    assert compact(lake, "c3") == Compacted(0, 0)
    assert held(lake).equals(before)
