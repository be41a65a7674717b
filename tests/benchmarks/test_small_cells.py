"""Ten thousand cells of a real city: what a past night and a year of past origins of one series cost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.benchmarks.small_cells_child import ORIGINS, SERIES
from tests.helpers.children import said
from tests.helpers.real_data import held

NIGHT_S, NIGHT_MIB, BACKTEST_S = 20.0, 2560, 120.0


def test_ten_thousand_small_cells(real_data: Path, benchmark: BenchmarkFixture, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held(real_data / "chicago")

    def run() -> str:
        return said("tests.benchmarks.small_cells_child", tmp_path, real_data.resolve())

    told = json.loads(benchmark.pedantic(run, rounds=1).splitlines()[-1])  # type: ignore[no-untyped-call]
    benchmark.extra_info.update({k: round(v, 2) for k, v in told.items()})
    with capsys.disabled():
        print(f"\n{told['cells']:,} cells: a past night {told['night_s']:.1f} s, at most {NIGHT_S:g}, {told['night_mib']:,} MiB;", end=" ")
        print(f"{ORIGINS} origins of {SERIES} {told['backtest_s']:.0f} s, at most {BACKTEST_S:g}")
    assert told["cells"] >= 10_000
    assert told["origins"] == ORIGINS
    assert told["night_mib"] <= NIGHT_MIB
    assert told["night_s"] <= NIGHT_S
    assert told["backtest_s"] <= BACKTEST_S
