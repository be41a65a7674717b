"""The reports that a lake says it has are those that it has, whoever wrote them and whatever became of its files."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from infra.lake import packing, reports_in, upkeep
from infra.lake.erasing import erase
from infra.lake.lake import Lake
from infra.lake.packing import LakeFile
from infra.lake.shelf import Shelf
from tests.helpers.appended import versions


def known(lake: Lake, *numbers: int, source: str = "s") -> list[tuple[str, str]]:
    asked = pl.DataFrame({"report_id": [f"r{n}" for n in numbers]}, schema={"report_id": pl.String})
    return sorted(lake.of_reports(source, asked).select("report_id", "batch_id").iter_rows())


def test_every_version_of_what_is_asked_for_and_nothing_else(tmp_path: Path) -> None:
    lake, other = Lake(str(tmp_path / "lake")), Lake(str(tmp_path / "lake"))
    assert known(lake, 1) == []
    lake.append(versions("a", 3), "a")
    assert known(lake, 2, 3, 4) == [("r2", "a")]
    # Another writer's, and a second version of one report.
    other.append(versions("b", 3, first=2), "b")
    assert known(lake, 2, 3, 9) == [("r2", "a"), ("r2", "b"), ("r3", "b")]
    assert known(lake, 2, source="another") == []
    assert known(lake) == []


def test_joined_and_erased_files_are_read_as_they_are_now(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    for number in range(12):
        lake.append(versions(f"b{number}", 2, first=2 * number), f"b{number}")
    assert len(known(lake, *range(24))) == 24
    upkeep.compact(lake, "joined")
    assert len(known(lake, *range(24))) == 24
    erase(lake, ["r3"], "erased")
    assert known(lake, 2, 3) == [("r2", "b1")]


def test_a_file_is_looked_through_once_for_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake, read = Lake(str(tmp_path / "lake")), list[str]()
    real = packing.scanned

    def counted(shelf: Shelf, files: tuple[LakeFile, ...]) -> pl.LazyFrame:
        read.extend(file.name for file in files)
        return real(shelf, files)

    monkeypatch.setattr(reports_in, "scanned", counted)
    monkeypatch.setattr("infra.lake.lake.scanned", counted)
    for number in range(5):
        lake.append(versions(f"b{number}", 2, first=2 * number), f"b{number}")
        assert known(lake, 2 * number + 2, 2 * number + 3) == []
    assert sorted(read) == sorted(file.name for file in lake.whole_files())
    assert known(lake, 0) == [("r0", "b0")]
