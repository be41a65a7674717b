"""What a night costs against an earlier version of the program, both in one run: the earlier one comes from the repository's history."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from statistics import median

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.benchmarks import nights_child

ROOT = Path(__file__).parents[2]
# The last version before lake and warehouse knew each other, files were proved and errors had doors.
BEFORE = os.environ.get("SIFANG_BENCH_BEFORE", "15c0643")
ROUNDS, NIGHTS, AT_MOST = 5, 4, 1.5


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as it was."""
    packed = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode:
        pytest.skip(f"the history holds no {BEFORE}: it was cut, or this is no checkout")
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    own = folder / "tests" / "benchmarks" / "nights_child.py"
    own.write_bytes(Path(nights_child.__file__).read_bytes())
    return folder


def seconds(tree: Path, root: Path) -> tuple[float, float]:
    """Of processor and of the clock, for the nights of a program in a folder."""
    command = [sys.executable, "-m", "tests.benchmarks.nights_child", str(root), str(NIGHTS)]
    done = subprocess.run(command, cwd=tree, env=os.environ | {"PYTHONPATH": str(tree)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    processor, clock = map(float, done.stdout.split())
    return processor, clock


def test_a_night_against_the_version_before(benchmark: BenchmarkFixture, before: Path, tmp_path: Path) -> None:
    taken: dict[str, list[tuple[float, float]]] = {"before": [], "now": []}

    def both() -> None:
        number = len(taken["now"])
        # One after the other, so that whatever else the machine does befalls both.
        for name, tree in (("before", before), ("now", ROOT)):
            taken[name].append(seconds(tree, tmp_path / f"{name}-{number}"))

    benchmark.pedantic(both, rounds=ROUNDS)  # type: ignore[no-untyped-call]
    for what, position in (("processor", 0), ("clock", 1)):
        was, is_ = (median(t[position] for t in taken[name]) / NIGHTS for name in ("before", "now"))
        benchmark.extra_info |= {f"{what}_before_s": round(was, 3), f"{what}_now_s": round(is_, 3), f"{what}_ratio": round(is_ / was, 2)}
    assert benchmark.extra_info["processor_ratio"] <= AT_MOST
