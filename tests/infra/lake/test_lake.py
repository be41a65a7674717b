from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from infra.errors import SifangError
from infra.lake.lake import Lake
from tests.helpers.appended import KNOWN, versions
from transforms.schema import REPORTS


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def held(lake: Lake) -> list[tuple[str, str, int]]:
    return sorted(lake.versions().select("batch_id", "report_id", "recorded_seq").collect().iter_rows())


def test_a_lake_that_is_not_there_is_empty(lake: Lake, tmp_path: Path) -> None:
    assert lake.sequence() == 0
    assert lake.versions().collect().equals(REPORTS.to_frame())
    assert not (tmp_path / "lake").exists()


def test_a_new_lake_is_empty(lake: Lake) -> None:
    lake.create()
    lake.create()
    assert lake.sequence() == 0
    assert lake.versions().collect().schema == REPORTS
    assert len(lake.versions().collect()) == 0


def test_what_went_in_comes_out(lake: Lake) -> None:
    one = versions("a", 3)
    sequence = lake.append(one, "a")
    assert lake.versions().collect().sort("report_id").equals(one.with_columns(recorded_seq=pl.lit(sequence, pl.Int64)))


def test_the_sequence_is_the_commit(lake: Lake, tmp_path: Path) -> None:
    sequences = [lake.append(versions(b, 2), b) for b in "abc"]
    assert sequences == [1, 2, 3]
    assert lake.sequence() == DeltaTable(str(tmp_path / "lake")).version() == 3
    assert held(lake) == [(b, f"r{n}", s) for b, s in zip("abc", sequences, strict=True) for n in range(2)]
    # What entered by a commit is what the table held then.
    for sequence in (0, 1, 2, 3):
        then = pl.scan_delta(str(tmp_path / "lake"), version=sequence).select("batch_id", "report_id", "recorded_seq").collect()
        assert sorted(then.iter_rows()) == [row for row in held(lake) if row[2] <= sequence]


def test_a_batch_enters_once_however_often_it_is_appended(lake: Lake, tmp_path: Path) -> None:
    first = lake.append(versions("a", 2), "a")
    lake.append(versions("b", 1), "b")
    assert [lake.append(versions("a", 2), "a"), Lake(str(tmp_path / "lake")).append(versions("a", 9), "a")] == [first, first]
    assert len(held(lake)) == 3
    assert lake.sequence() == 2


def test_the_order_of_batches_does_not_change_what_is_there(tmp_path: Path) -> None:
    one, other = Lake(str(tmp_path / "1")), Lake(str(tmp_path / "2"))
    for batch in "abc":
        one.append(versions(batch, 2), batch)
    for batch in "cab":
        other.append(versions(batch, 2), batch)
    assert [r[:2] for r in held(one)] == [r[:2] for r in held(other)]


def test_rows_are_partitioned_by_feed_and_month_of_known_at(lake: Lake, tmp_path: Path) -> None:
    lake.append(versions("a", 2), "a")
    parts = {str(p.parent.relative_to(tmp_path / "lake")) for p in (tmp_path / "lake").rglob("*.parquet")}
    assert parts == {"feed=stability/known_month=2025-03", "feed=stability/known_month=2025-04"}


def test_the_log_says_what_each_file_holds(lake: Lake, tmp_path: Path) -> None:
    lake.append(versions("a", 5), "a")
    told = pl.DataFrame(DeltaTable(str(tmp_path / "lake")).get_add_actions(flatten=True))
    for path, size, rows, low, high in told.select("path", "size_bytes", "num_records", "min.known_at", "max.known_at").iter_rows():
        file = tmp_path / "lake" / path
        known = pl.read_parquet(file, hive_partitioning=False)["known_at"]
        assert (file.stat().st_size, len(known), known.min(), known.max()) == (size, rows, low, high)
    assert (told["min.due_at"].null_count(), told["num_records"].sum()) == (2, 5)
    days = pl.scan_delta(str(tmp_path / "lake")).filter(pl.col("known_at") > KNOWN + dt.timedelta(days=3)).collect()
    assert days["report_id"].to_list() == ["r4"]


def test_rows_of_another_shape_are_refused(lake: Lake) -> None:
    with pytest.raises(ValueError, match=r"severity is Int64"):
        lake.append(versions("a", 1).cast({"severity": pl.Int64}), "a")
    assert held(lake) == []


def test_a_lake_that_others_write_all_the_time_is_named(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    from deltalake.exceptions import CommitFailedError

    lake.create()

    def lost(*_: object, **__: object) -> None:
        raise CommitFailedError("somebody was first")

    monkeypatch.setattr(DeltaTable, "create_write_transaction", lost)
    with pytest.raises(SifangError, match="written by others"):
        lake.append(versions("a", 1), "a")


_WRITER = """
import sys, time
from infra.lake.lake import Lake
from tests.helpers.appended import versions
url, start, *batches = sys.argv[1:]
while time.time() < float(start):
    time.sleep(0.001)
print(*(Lake(url).append(versions(b, 3), b) for b in batches))
"""


def test_processes_that_append_at_once_lose_and_double_nothing(lake: Lake, tmp_path: Path) -> None:
    # They also make the table, all at the same moment.
    start = str(time.time() + 4)
    orders = (["a", "b", "c"], ["c", "a", "d"], ["b", "e", "a"])
    command = [sys.executable, "-W", "error", "-c", _WRITER, str(tmp_path / "lake"), start]
    writers = [subprocess.Popen([*command, *order], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) for order in orders]
    answers = [w.communicate(timeout=120)[0].split() for w in writers]
    assert [w.returncode for w in writers] == [0, 0, 0]
    told: dict[str, set[int]] = {}
    for order, answer in zip(orders, answers, strict=True):
        for batch, sequence in zip(order, answer, strict=True):
            told.setdefault(batch, set()).add(int(sequence))
    assert sorted(told) == list("abcde")
    # Each writer was told the commit in which the batch truly entered, whoever wrote it.
    assert held(lake) == [(b, f"r{n}", next(iter(told[b]))) for b in "abcde" for n in range(3)]
    assert all(len(sequences) == 1 for sequences in told.values())
