"""Neighbourhoods of small cells: 12,000 of 183 m have 29 million neighbours within 6 km."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.benchmarks import memory
from tests.helpers.children import said
from transforms.grids.neighbours import Neighbours

SIDE, STEP_M, RANGE_M = 110, 183.0, 2000.0
SECONDS, PEAK_MIB = 20.0, 2560


def test_small_cells(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    spent, peak, weights = benchmark.pedantic(lambda: said(__name__, Path(str(SIDE))), rounds=1).split()[-3:]  # type: ignore[no-untyped-call]
    benchmark.extra_info.update(seconds=float(spent), peak_mib=int(peak), weights=int(weights))
    with capsys.disabled():
        print(f"\n{SIDE**2:,} cells of {STEP_M:g} m: {int(weights):,} weights in both precisions, {spent} s, peak {peak} MiB")
    assert float(spent) <= SECONDS
    assert int(peak) <= PEAK_MIB


def main() -> None:
    """Make both precisions at the widest range, and say what that cost."""
    side = int(sys.argv[1])
    x, y = (a.ravel() * STEP_M for a in np.meshgrid(np.arange(side, dtype=np.float64), np.arange(side, dtype=np.float64)))
    begun, around = time.perf_counter(), Neighbours(x, y)
    around.smooth(np.ones(len(x)), RANGE_M)
    around.smooth_many(np.ones((len(x), 104)), RANGE_M)
    print(f"{time.perf_counter() - begun:.1f} {memory.peak() >> 20} {around.at(RANGE_M).nnz}")


if __name__ == "__main__":
    main()
