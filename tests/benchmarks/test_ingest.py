"""From a delivered CSV of a million rows to checked, located reports in the lake, against reading, casting and writing the same file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.helpers.children import said

ROWS = 1_000_000
ROUNDS = 3
LIMIT = 6.0
MAX_BYTES = 3 << 29
CHILD = "tests.benchmarks.ingest_child"


def test_ingesting_a_million_rows_costs_at_most_six_bare_readings(
    benchmark: BenchmarkFixture, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs: list[dict[str, Any]] = []

    def run() -> None:
        folder = tmp_path / str(len(runs))
        runs.append(json.loads(said(CHILD, folder, ROWS).splitlines()[-1]))
        shutil.rmtree(folder)

    benchmark.pedantic(run, rounds=ROUNDS)  # type: ignore[no-untyped-call]
    for told in runs:
        assert (told["state"], told["quarantined"]) == ("stored", told["bad"])
        assert told["accepted"] == ROWS - told["bad"]
        assert 0.01 * ROWS < told["bad"] < 0.02 * ROWS
    ratios = [told["ingest_s"] / told["bare_s"] for told in runs]
    peak = max(told["peak_bytes"] for told in runs)
    of_steps = {step: median(told["steps"][step] / told["ingest_s"] for told in runs) for step in runs[0]["steps"]}
    benchmark.extra_info.update(runs=runs, ratios=[round(r, 2) for r in ratios], peak_mib=peak >> 20)
    with capsys.disabled():
        print(f"\ningest of {ROWS:,} rows against bare reading, casting and writing, by wall: ", end="")
        print(f"{', '.join(f'{r:.2f}' for r in ratios)}; median {median(ratios):.2f} (at most {LIMIT:g});", end=" ")
        print(f"by processor {median(told['ingest_cpu_s'] / told['bare_cpu_s'] for told in runs):.2f};", end=" ")
        print(f"peak {peak >> 20} MiB above an idle process (at most {MAX_BYTES >> 20})")
        print("  ", ", ".join(f"{step} {share:.0%}" for step, share in of_steps.items()))
    assert median(ratios) <= LIMIT
    assert peak <= MAX_BYTES
