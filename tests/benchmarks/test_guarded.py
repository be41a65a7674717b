"""From a delivery that only a guarded child reads to reports in the lake, against Polars reading, casting and writing the same file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.helpers.children import said

LIMIT = 8.0
# As for a CSV, and what a second interpreter with Polars takes.
MAX_BYTES = (3 << 29) + (100 << 20)
CHILD = "tests.benchmarks.ingest_child"


# A workbook takes so long for anybody that fewer rows say as much.
@pytest.mark.parametrize(("form", "rows"), [("parquet", 1_000_000), ("gzip", 1_000_000), ("excel", 200_000)])
def test_ingesting_a_guarded_format_costs_at_most_eight_bare_readings(
    benchmark: BenchmarkFixture, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, rows: int
) -> None:
    told: dict[str, Any] = {}
    benchmark.pedantic(lambda: told.update(json.loads(said(CHILD, tmp_path, rows, form).splitlines()[-1])))  # type: ignore[no-untyped-call]
    assert (told["state"], told["accepted"], told["quarantined"]) == ("stored", rows - told["bad"], told["bad"])
    ratio = told["ingest_s"] / told["bare_s"]
    benchmark.extra_info.update(told, ratio=round(ratio, 2))
    with capsys.disabled():
        print(f"\ningest of {rows:,} rows of {form} against bare reading, casting and writing: {ratio:.2f} (at most {LIMIT:g});", end=" ")
        print(f"peak {told['peak_bytes'] >> 20} MiB with the child (at most {MAX_BYTES >> 20});", end=" ")
        print(", ".join(f"{step} {seconds / told['ingest_s']:.0%}" for step, seconds in told["steps"].items()))
    assert ratio <= LIMIT
    assert told["peak_bytes"] <= MAX_BYTES
