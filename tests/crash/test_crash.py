"""A run that is killed at any point and repeated leaves what an undisturbed one leaves: row for row, file for file.

The kill is SIGKILL in the middle of a call; the repeat is a fresh process that knows nothing of the first.
"""

from __future__ import annotations

import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import nine
from tests.helpers.nursery import Nursery

# Each with a count: the two nights take in eleven files, publish twice and deliver what the second night told.
POINTS = [
    ("append", "after", 7),
    ("publish_rows", "after", 2),
    ("deliver_write", "half", 1),
]
COMMITS = {"before": (5, 14, 18), "after": (1, 8, 13, 17)}
MORE = [
    *[("scan_read", "before", 3), ("lake_write", "after", 3), ("commit", "after", 9), ("mark", "before", 1)],
    *[("land_write", "half", 2), ("land_replace", "after", 4), ("append", "before", 2), ("record_batch", "after", 4)],
    *[("score", "after", 1), ("post", "after", 1)],
    *[("commit", when, nth) for when, numbers in COMMITS.items() for nth in numbers],
    *[
        ("append", "before", 4),
        ("append", "after", 5),
        ("append", "before", 8),
        ("record_batch", "before", 1),
        ("record_batch", "after", 6),
    ],
    *[("land_replace", "before", 1), ("scan", "after", 1), ("check", "before", 5), ("enter", "after", 2), ("refuse", "after", 1)],
    *[("quarantine", "after", 1), ("intend", "after", 2), ("settle", "after", 4), ("lake_settle", "before", 3)],
    *[("acquire", "after", 2), ("release", "after", 2), ("district", "after", 2), ("publish", "after", 1), ("models", "after", 1)],
    *[("publish_rows", "after", 1), ("events", "after", 1), ("refold", "after", 1), ("run_record", "after", 2)],
    *[("deliver_replace", "after", 1), ("deliver", "before", 1), ("mark", "after", 1)],
]
# Just before one is much as just after the one before it: of such neighbours one is in CI.
EVERY = [
    *[("commit", when, nth) for when in COMMITS for nth in (1, 2, 3, 5, 8, 12, 13, 14, 15, 16, 17, 18) if nth not in COMMITS[when]],
    *[("append", when, nth) for when, numbers in (("before", (1, 5, 6)), ("after", (1, 4, 6, 8))) for nth in numbers],
    *[("record_batch", when, nth) for when, numbers in (("before", (6, 8)), ("after", (1, 8))) for nth in numbers],
    *[(point, "before", 1) for point in ("refuse", "quarantine", "intend", "release", "district", "publish", "publish_rows", "events")],
    *[
        ("land_write", "half", 6),
        ("score", "before", 2),
        ("settle", "before", 2),
        ("deliver_replace", "before", 1),
        ("run_record", "after", 1),
    ],
]
# From nothing: the warehouse and the lake are made in the run that dies.
FIRST = [
    *[("commit", "before", 1), ("upgrade", "after", 1), ("create", "before", 1), ("claim", "after", 1), ("settle", "before", 1)],
]
ON_POSTGRESQL = [
    *[("upgrade", "after", 1), ("append", "after", 1), ("commit", "before", 4)],
    *[("publish_rows", "after", 2), ("post", "after", 2), ("refold", "before", 1), ("mark", "before", 1)],
]


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with Nursery(tmp_path_factory.mktemp("nursery") / "log") as started:
        yield started


def run(nursery: Nursery, root: Path, first: int, last: int, url: str | None = None, **death: Any) -> int:
    return nursery.run(nine.environment(root, url), {"root": str(root), "first": first, "last": last, **death})


@pytest.fixture(scope="module")
def begun(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The district after its first night, from which most runs start."""
    root = tmp_path_factory.mktemp("begun") / "root"
    root.mkdir()
    nine.write(root)
    assert run(nursery, root, 0, 0) == 0, nursery.said()
    return root


@pytest.fixture(scope="module")
def undisturbed(nursery: Nursery, begun: Path) -> dict[str, Any]:
    """What two further nights leave when nothing happens."""
    root = begun.with_name("undisturbed")
    shutil.copytree(begun, root)
    assert run(nursery, root, 1, 2) == 0, nursery.said()
    return nine.remains(root, None)


def differing(found: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """What differs, short enough to read."""
    return {k: (found.get(k), expected[k]) for k in expected if found.get(k) != expected[k]}


def test_the_scene_holds_what_a_crash_could_harm(undisturbed: dict[str, Any]) -> None:
    batches, state = undisturbed["batches"], nine.column("batches", "state")
    assert Counter(b[state] for b in batches) == {"stored": 12, "refused": 1}
    parts = [nine.column("batches", part) for part in ("accepted", "merged", "duplicate", "quarantined")]
    assert all(any(b[part] for b in batches) for part in parts)
    assert len(undisturbed["scores"]) == 3 * 4 * nine.CELLS
    assert {row[nine.column("alert_events", "night")] for row in undisturbed["alert_events"]} >= {nine.NIGHTS[0], nine.NIGHTS[2]}
    assert len(undisturbed["outbox_folder"]) == len(undisturbed["outbox"]) > 1
    assert undisturbed["waiting"] == 0


@pytest.mark.parametrize(
    ("point", "when", "nth"),
    [
        *POINTS,
        *(pytest.param(*p, marks=pytest.mark.slow) for p in MORE),
        *(pytest.param(*p, marks=pytest.mark.lengthy) for p in EVERY),
    ],
)
def test_a_killed_run_repeated_leaves_what_an_undisturbed_one_leaves(
    nursery: Nursery, begun: Path, undisturbed: dict[str, Any], tmp_path: Path, point: str, when: str, nth: int
) -> None:
    root = tmp_path / "root"
    shutil.copytree(begun, root)
    assert run(nursery, root, 1, 2, point=point, when=when, nth=nth) == -signal.SIGKILL, nursery.said()
    assert run(nursery, root, 1, 2) == 0, nursery.said()
    assert differing(nine.remains(root, None), undisturbed) == {}


@pytest.mark.slow
@pytest.mark.parametrize(("point", "when", "nth"), FIRST)
def test_a_killed_first_run_is_repeated_as_if_it_had_never_been(
    nursery: Nursery, undisturbed: dict[str, Any], tmp_path: Path, point: str, when: str, nth: int
) -> None:
    nine.write(tmp_path)
    assert run(nursery, tmp_path, 0, 2, point=point, when=when, nth=nth) == -signal.SIGKILL, nursery.said()
    assert run(nursery, tmp_path, 0, 2) == 0, nursery.said()
    assert differing(nine.remains(tmp_path, None), undisturbed) == {}


@pytest.mark.slow
@pytest.mark.parametrize("warehouse_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("point", "when", "nth"), ON_POSTGRESQL)
def test_so_it_is_on_postgresql(
    nursery: Nursery, undisturbed: dict[str, Any], warehouse_url: str, tmp_path: Path, point: str, when: str, nth: int
) -> None:
    nine.write(tmp_path)
    assert run(nursery, tmp_path, 0, 2, warehouse_url, point=point, when=when, nth=nth) == -signal.SIGKILL, nursery.said()
    assert run(nursery, tmp_path, 0, 2, warehouse_url) == 0, nursery.said()
    assert differing(nine.remains(tmp_path, warehouse_url), undisturbed) == {}


@pytest.mark.lengthy
def test_a_run_killed_at_every_commit_in_turn_gets_through(
    nursery: Nursery, begun: Path, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    root = tmp_path / "root"
    shutil.copytree(begun, root)
    # Every attempt dies a few commits after it began; each must keep what it did, or none would ever arrive.
    for _ in range(20):
        if (status := run(nursery, root, 1, 2, point="commit", when="after", nth=6)) == 0:
            break
        assert status == -signal.SIGKILL, nursery.said()
    assert run(nursery, root, 1, 2) == 0, nursery.said()
    assert differing(nine.remains(root, None), undisturbed) == {}


def test_what_a_dead_run_left_half_written_is_not_delivered(nursery: Nursery, begun: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(begun, root)
    folder = root / "home" / "outbox" / nine.CODE
    before = set(folder.iterdir())
    assert run(nursery, root, 1, 2, point="deliver_write", when="half", nth=1) == -signal.SIGKILL, nursery.said()
    assert [file.suffix for file in set(folder.iterdir()) - before] == [".draft"]
