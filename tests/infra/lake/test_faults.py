"""Whatever is wrong with a lake comes through one door, as one of four kinds, with the remedy of that kind and no advice to delete."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from infra.errors import Fault, StoreError, kind_of
from infra.lake.faults import door
from infra.lake.lake import Lake
from infra.lake.upkeep import compact, purge
from tests.helpers.appended import KNOWN, versions
from tests.helpers.rights import python, run_bound

# Each deed says which fault it met, or that it met none.
_DEEDS = """
import resource, sys
from pathlib import Path
from infra.errors import StoreError
from infra.lake.lake import Lake
from infra.lake.upkeep import compact, purge
from tests.helpers.appended import KNOWN, versions
url, limit, *deeds = sys.argv[1:]
if int(limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
lake = Lake(url, Path(url).with_name("whole.json"))
known = {
    "read": lambda: lake.read(), "sequence": lambda: lake.sequence(), "verify": lambda: lake.verify(deep=True),
    "append": lambda: lake.append(versions("z", 2000), "z"), "compact": lambda: compact(lake, "c"),
    "purge": lambda: purge(lake, KNOWN, "p", dry_run=False),
}
for deed in deeds:
    try:
        known[deed]()
        print(f"{deed}: ok")
    except StoreError as error:
        print(f"{deed}: {error.fault} | {error}")
"""


# An emptied commit, and one with another word for what it adds, are no error for the library: it passes over them.
_HARMS: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[: len(content) // 2],
    "garbage": lambda _: b"\xff" * 99,
    "a line of nonsense": lambda content: content + b"[1]\n",
    "emptied": lambda _: b"",
    "another word": lambda content: content.replace(b'"add"', b'"aed"'),
    "another count": lambda content: content.replace(b'numRecords\\": 2', b'numRecords\\": 3'),
    "another month": lambda content: content.replace(b'"known_month":"2025-04"', b'"known_month":"2025-05"'),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lake = Lake(str(tmp_path / "lake"))
    for number, batch in enumerate("abc"):
        lake.append(versions(batch, 2, first=2 * number), batch)
    return tmp_path / "lake"


def done(folder: Path, *deeds: str, limit: int = 0) -> dict[str, str]:
    """What a process that rights bind met at each deed."""
    ran = run_bound(python(_DEEDS, str(folder), str(limit), *deeds))
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr
    said = dict(line.split(": ", 1) for line in ran.stdout.splitlines())
    assert set(said) == set(deeds)
    assert not re.search(r"delete|remove|move it", ran.stdout)
    return said


def kinds(said: dict[str, str]) -> dict[str, str]:
    return {deed: words.split(" | ")[0] for deed, words in said.items()}


def test_a_lake_that_may_only_be_read_is_read(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder, folder.parent]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        said = done(folder, "read", "sequence", "verify", "append", "compact")
        assert kinds(said) == {"read": "ok", "sequence": "ok", "verify": "ok", "append": "no rights", "compact": "no rights"}
        assert "may not be used by this user (Permission denied)" in said["append"]
        assert "nothing is lost" in said["append"]
    finally:
        for path in [folder.parent, folder, *folder.rglob("*")]:
            path.chmod(0o700)


@pytest.mark.parametrize("what", ["file", "partition", "log", "commit", "lake"])
def test_rights_that_are_missing_are_told_as_such(folder: Path, what: str) -> None:
    file = sorted(folder.rglob("*.parquet"))[0]
    log = folder / "_delta_log"
    paths = {"file": file, "partition": file.parent, "log": log, "commit": log / f"{2:020}.json", "lake": folder}
    closed = paths[what]
    closed.chmod(0)
    try:
        said = done(folder, "read", "verify", "compact", "purge")
        assert set(kinds(said).values()) == {"no rights"}, said
        assert "not there" not in str(said)
    finally:
        closed.chmod(0o700)
    assert len(Lake(str(folder)).read()) == 6


def test_a_full_disk_is_told_as_such_and_nothing_is_half_there(folder: Path) -> None:
    before = Lake(str(folder)).read().sort("report_id")
    said = done(folder, "append", "read", limit=4096)
    assert kinds(said) == {"append": "full", "read": "ok"}
    assert "lies on a disk that is full (File too large). Make room" in said["append"]
    # The log alone meets the limit: the library tells of it in words.
    assert kinds(done(folder, "compact", "read", limit=700)) == {"compact": "full", "read": "ok"}
    lake = Lake(str(folder))
    assert lake.read().sort("report_id").equals(before)
    assert lake.verify(deep=True).damaged == ()
    assert lake.append(versions("z", 2000), "z") == 4


@pytest.mark.parametrize("harm", ["gap", *_HARMS])
def test_a_log_that_cannot_be_understood_is_damage(folder: Path, harm: str) -> None:
    commit = folder / "_delta_log" / f"{2:020}.json"
    content = commit.read_bytes()
    if harm == "gap":
        commit.unlink()
    else:
        commit.write_bytes(_HARMS[harm](content))
    lake = Lake(str(folder))
    for deed in (lake.read, lambda: lake.verify(deep=True), lambda: compact(lake, "c"), lambda: lake.append(versions("z", 1), "z")):
        with pytest.raises(StoreError, match=r"cannot be understood .*Restore it from a backup") as found:
            deed()
        assert found.value.fault is Fault.DAMAGED
        assert "unknown" not in str(found.value), "the library's stack is not for people"


def test_a_checkpoint_that_cannot_be_understood_is_damage(folder: Path) -> None:
    lake = Lake(str(folder))
    lake.table.refresh()
    from deltalake import DeltaTable

    DeltaTable(str(folder)).create_checkpoint()
    checkpoint = next((folder / "_delta_log").glob("*.checkpoint.parquet"))
    content = bytearray(checkpoint.read_bytes())
    for at in range(4, len(content), 97):
        content[at] ^= 0xFF
    checkpoint.write_bytes(content)
    with pytest.raises(StoreError) as found:
        Lake(str(folder)).read()
    assert found.value.fault is Fault.DAMAGED


def test_a_log_that_is_gone_is_an_empty_lake_for_the_lake_alone(folder: Path) -> None:
    shutil.rmtree(folder / "_delta_log")
    assert Lake(str(folder)).sequence() == 0
    assert purge(Lake(str(folder)), KNOWN, "p", dry_run=False).rows == 0
    # Its files stay: whether they are anybody's is not for the lake to decide.
    assert len(list(folder.rglob("*.parquet"))) == 4


def test_each_kind_of_error_finds_its_own_kind() -> None:
    def raised(error: BaseException) -> Fault:
        with pytest.raises(StoreError) as found, door("/x"):
            raise error
        return found.value.fault

    wrapped = pl.exceptions.ComputeError("something about a file")
    wrapped.__cause__ = PermissionError(13, "Permission denied")
    assert raised(wrapped) is Fault.NO_RIGHTS
    assert raised(pl.exceptions.ComputeError("parquet: File out of specification")) is Fault.DAMAGED
    assert raised(OSError(28, os.strerror(28))) is Fault.FULL
    assert raised(OSError(30, os.strerror(30))) is Fault.NO_RIGHTS
    assert raised(FileNotFoundError(2, "x")) is Fault.NOT_THERE
    assert raised(OSError(5, os.strerror(5))) is Fault.DAMAGED
    assert raised(OSError("Generic LocalFileSystem error: No space left on device (os error 28)")) is Fault.FULL
    panic = type("PanicException", (BaseException,), {})
    assert raised(panic("called `Option::unwrap()` on a `None` value")) is Fault.DAMAGED
    assert kind_of(ValueError("ours")) is None
    with pytest.raises(ValueError, match="ours"), door("/x"):
        raise ValueError("ours")
    with pytest.raises(KeyboardInterrupt), door("/x"):
        raise KeyboardInterrupt
