"""Files are as they were written, or are named: lost, cut, changed in place, rotten without a trace."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from pathlib import Path

import polars as pl
import pytest
from deltalake import write_deltalake

from infra import clock
from infra.errors import Fault, StoreError
from infra.lake import verifying
from infra.lake.lake import Lake
from infra.lake.packing import digest
from infra.lake.upkeep import compact, purge
from tests.helpers.appended import versions
from transforms.schema import REPORTS

LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class Kept:
    """A lake with two batches, and how many files its readers hashed."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.memory = root / "lake", root / "memory" / "whole.json"
        self.hashed: list[bytes] = []

        def counted(content: bytes) -> str:
            self.hashed.append(content)
            return digest(content)

        monkeypatch.setattr("infra.lake.verifying.digest", counted)
        lake = self.opened()
        lake.append(versions("a", 3), "a")
        lake.append(versions("b", 2, first=3), "b")

    def opened(self) -> Lake:
        return Lake(str(self.folder), self.memory)

    def files(self) -> list[Path]:
        return sorted(self.folder.rglob("*.parquet"))

    def read_anew(self) -> int:
        """What a further process reads, and how many files it hashes."""
        self.hashed.clear()
        assert len(self.opened().read()) == 5
        return len(self.hashed)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    return Kept(tmp_path, monkeypatch)


def flip(file: Path, at: int, count: int = 8) -> None:
    """Change bytes in place."""
    content = bytearray(file.read_bytes())
    content[at : at + count] = bytes(b ^ 0xFF for b in content[at : at + count])
    file.write_bytes(content)


def rot(file: Path, at: int) -> None:
    """Change bytes as a disk does: no mark tells."""
    before = file.stat()
    flip(file, at)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_every_file_is_named_by_the_digest_of_its_bytes(kept: Kept) -> None:
    lake = kept.opened()
    assert compact(lake, "c").files > 0
    assert purge(lake, dt.datetime(2000, 1, 1, tzinfo=dt.UTC), "p", dry_run=False).rows == 5
    lake.append(versions("c", 2), "c")
    named = [f.name for f in lake.whole_files()]
    assert named
    for name in named:
        assert Path(name).stem == hashlib.sha256((kept.folder / name).read_bytes()).hexdigest()
    # The name stands in the commit that adds the file.
    logs = "".join(f.read_text() for f in (kept.folder / "_delta_log").glob("*.json"))
    assert all(name in logs for name in named)


def test_a_file_is_hashed_when_it_is_new_and_not_again_until_it_changes(kept: Kept) -> None:
    assert kept.read_anew() == len(kept.files()) == 3
    assert kept.read_anew() == 0
    kept.opened().append(versions("c", 1, first=5), "c")
    kept.hashed.clear()
    kept.opened().read()
    assert len(kept.hashed) == 1
    # Written anew with the same bytes: it has another mark, and is looked at.
    file = kept.files()[0]
    file.write_bytes(file.read_bytes())
    kept.hashed.clear()
    kept.opened().read()
    assert len(kept.hashed) == 1


def test_all_are_hashed_again_after_a_week(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.read_anew()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(days=6, hours=23))
    assert kept.read_anew() == 0
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(days=7, hours=1))
    assert kept.read_anew() == 3
    assert kept.read_anew() == 0
    # A memory of the future is none.
    monkeypatch.setattr(clock, "now", lambda: now)
    assert kept.read_anew() == 3


@pytest.mark.parametrize("place", [4, 100, -30, "middle"])
def test_eight_changed_bytes_are_found_by_the_next_reader(kept: Kept, place: int | str) -> None:
    kept.read_anew()
    file = kept.files()[0]
    size = file.stat().st_size
    flip(file, size // 2 if isinstance(place, str) else place % size)
    with pytest.raises(StoreError, match=r"has lost or damaged a file.*Restore it from a backup") as found:
        kept.opened().read()
    assert found.value.fault is Fault.DAMAGED
    assert file.name in str(found.value)
    assert kept.opened().verify(deep=False).damaged == (str(file.relative_to(kept.folder)),)
    # What is damaged is not vouched for once it was told.
    with pytest.raises(StoreError):
        kept.opened().read()


def test_what_rots_without_a_trace_is_found_by_looking_deeper(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.read_anew()
    file = kept.files()[-1]
    marks = kept.opened().shelf.marks()
    rot(file, 50)
    # No tool can set when an entry changed; a disk that rots leaves it, so the marks of before are handed out.
    monkeypatch.setattr("infra.lake.folder.Folder.marks", lambda _: marks)
    assert kept.opened().verify(deep=False).damaged == ()
    told = kept.opened().verify(deep=True)
    assert (told.files, told.rows, told.hashed, told.unproved) == (3, 5, 3, 0)
    assert told.damaged == (str(file.relative_to(kept.folder)),)


@pytest.mark.parametrize("harm", ["lost", "cut", "emptied", "grown"])
def test_a_file_that_is_lost_or_has_another_size_is_named(kept: Kept, harm: str) -> None:
    kept.read_anew()
    file = kept.files()[1]
    content = file.read_bytes()
    if harm == "lost":
        file.unlink()
    else:
        file.write_bytes({"cut": content[:-1], "emptied": b"", "grown": content + b"x"}[harm])
    with pytest.raises(StoreError, match=file.name):
        kept.opened().read()
    with pytest.raises(StoreError, match=file.name):
        kept.opened().of_reports("", versions("a", 1))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"files": {"a": 1}}', '{"files": [], "all_at": "never"}', "\xff"])
def test_a_memory_that_is_broken_only_costs_time(kept: Kept, content: str) -> None:
    kept.read_anew()
    kept.memory.write_bytes(content.encode("latin-1"))
    assert kept.read_anew() == 3
    assert kept.read_anew() == 0


def test_a_memory_is_not_believed_about_other_files(kept: Kept, tmp_path: Path) -> None:
    kept.read_anew()
    moved = tmp_path / "copy"
    shutil.copytree(kept.folder, moved)
    kept.hashed.clear()
    Lake(str(moved), kept.memory).read()
    assert len(kept.hashed) == 3


def test_a_memory_that_cannot_be_written_is_done_without(kept: Kept) -> None:
    kept.memory.parent.write_text("in the way")
    assert kept.read_anew() == 3
    assert kept.read_anew() == 3


def test_a_reader_without_a_memory_proves_every_file_once(kept: Kept) -> None:
    lake = Lake(str(kept.folder))
    kept.hashed.clear()
    lake.read()
    lake.read()
    assert len(kept.hashed) == 3


def test_a_lake_of_before_is_read_and_told_as_unproved(tmp_path: Path) -> None:
    rows = versions("old", 4).with_columns(recorded_seq=pl.lit(1, pl.Int64), known_month=pl.lit("2025-03"))
    write_deltalake(str(tmp_path / "lake"), rows, partition_by=["feed", "known_month"])
    lake = Lake(str(tmp_path / "lake"), tmp_path / "memory.json")
    assert lake.read().select(list(REPORTS)).sort("report_id").equals(rows.select(list(REPORTS)))
    lake.append(versions("new", 1, first=4), "new")
    told = lake.verify(deep=True)
    assert (told.unproved, told.hashed, told.rows, told.damaged) == (1, 1, 5, ())
    # Joining proves that what it read it could read; from then on it is named by its digest.
    compact(lake, "c")
    assert lake.verify(deep=True).unproved == (1 if len(lake.whole_files()) > 1 else 0)


def test_a_file_that_is_joined_while_it_is_read_is_no_damage(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, other = kept.opened(), kept.opened()
    reader.table.refresh()
    real = verifying.verify
    calls = 0

    def joined_meanwhile(*given: object, **how: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 1:
            old = kept.files()
            compact(other, "c")
            for file in old:
                if file not in [kept.folder / f.name for f in other.whole_files()]:
                    file.unlink()
        return real(*given, **how)  # type: ignore[arg-type]

    monkeypatch.setattr("infra.lake.lake.verify", joined_meanwhile)
    # The other one looks through the true function: only the reader is disturbed.
    monkeypatch.setattr(other, "whole_files", lambda: (other.table.refresh(), other.table.files())[1])
    assert len(reader.read()) == 5


def test_a_memory_holds_marks_and_nothing_else(kept: Kept) -> None:
    kept.read_anew()
    told = json.loads(kept.memory.read_text())
    assert set(told) == {"all_at", "files"}
    assert set(told["files"]) == {str(f.relative_to(kept.folder)) for f in kept.files()}
