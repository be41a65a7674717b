"""From a delivered CSV of a million rows to checked, located reports in the lake, against reading, casting and writing the same file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

ROWS = 1_000_000
LIMIT = 6.0
MAX_BYTES = 3 << 29
CHILD = "tests.benchmarks.ingest_child"


def test_ingesting_a_million_rows_costs_at_most_six_bare_readings(
    benchmark: BenchmarkFixture, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run() -> str:
        command = [sys.executable, "-m", CHILD, str(tmp_path), str(ROWS)]
        done = subprocess.run(command, cwd=Path(__file__).parents[2], env=dict(os.environ), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    told = json.loads(benchmark.pedantic(run, rounds=1).splitlines()[-1])  # type: ignore[no-untyped-call]
    assert (told["state"], told["quarantined"]) == ("stored", told["bad"])
    assert told["accepted"] == ROWS - told["bad"]
    assert 0.01 * ROWS < told["bad"] < 0.02 * ROWS
    ratio = told["ingest_s"] / told["bare_s"]
    benchmark.extra_info.update(
        {k: round(v, 3) if isinstance(v, float) else v for k, v in told.items() if k != "steps"}, ratio=round(ratio, 2)
    )
    with capsys.disabled():
        print(f"\ningest {told['ingest_s']:.2f} s, bare {told['bare_s']:.2f} s, ratio {ratio:.2f} (at most {LIMIT:g})", end="; ")
        print(f"processors {told['ingest_cpu_s']:.2f} and {told['bare_cpu_s']:.2f} s; peak {told['peak_bytes'] >> 20} MiB above the start")
        for step, seconds in told["steps"].items():
            print(f"  {step:<10} {seconds:6.2f} s  {seconds / told['ingest_s']:5.1%}")
    assert ratio <= LIMIT
    assert told["peak_bytes"] <= MAX_BYTES
