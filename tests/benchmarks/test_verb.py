"""What `sifang nightly` costs in a warm home into which nothing came: by itself, and where `sifang serve` runs.

A night of a small district takes less than a second; the rest is what a process has to import before it can do anything.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.helpers import tiny
from tests.helpers.command import REPOSITORY
from tests.helpers.homes import settle
from tests.helpers.served import serving
from tests.helpers.tiny import CODE, NIGHT

ROUNDS = 3
# Seconds of processors, which others' work on the machine changes least.
ALONE, SERVED = 13.0, 7.0
SCRIPT = f"import sys; sys.argv = ['sifang', 'nightly', '-d', '{CODE}', '--night', '{NIGHT}']; from flows.cli.app import main; main()"


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home that had its night."""
    root = tmp_path_factory.mktemp("verb")
    tiny.write_district(root / "districts")
    tiny.deliver_days(root / "inbox", NIGHT - dt.timedelta(days=60), NIGHT)
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, root)
        # Files that changed a moment ago are looked into again.
        for file in (root / "inbox").iterdir():
            os.utime(file, (0, 0))
        time.sleep(5)
        costs()
        yield root


def costs() -> tuple[float, float]:
    """Seconds by the clock on the wall, and by processors together with those of the server that it starts and waits for."""
    begun = time.perf_counter()
    child = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-c", f"import os; os.chdir({str(REPOSITORY)!r}); {SCRIPT}"])
    _, status, used = os.wait4(child, 0)
    assert status == 0
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime


def measured(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], named: str, limit: float) -> None:
    runs = [benchmark.pedantic(costs, rounds=1), *(costs() for _ in range(ROUNDS - 1))]  # type: ignore[no-untyped-call]
    wall, processors = (median(run[k] for run in runs) for k in (0, 1))
    with capsys.disabled():
        print(f"\n`sifang nightly`, nothing new, {named}: {wall:.1f} s by wall, {processors:.1f} s by processor (at most {limit:g})")
    assert processors <= limit


def test_a_night_with_a_server_of_its_own(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], warm: Path) -> None:
    measured(benchmark, capsys, "with a server of its own", ALONE)


def test_a_night_beside_what_serves(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], warm: Path) -> None:
    with serving(warm / "home", warm / "said"):
        measured(benchmark, capsys, "where `sifang serve` runs", SERVED)
