"""A million rows from a Socrata portal on loopback against the same rows from a CSV, what that takes of memory, and whether it grows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.helpers.children import said
from tests.helpers.district_folders import EAST, NORTH, SOUTH, WEST
from tests.helpers.source import ROOT

ROWS = 1_000_000
PAGE = 20_000
LEAST_SPEED = 0.6
MAX_BYTES = 300 << 20
# A tenth of the rows takes as much memory, up to what the allocator keeps.
FLAT_WITHIN = 100 << 20
CHILD = "tests.benchmarks.live_child"


def write_rows(file: Path, rows: int) -> None:
    """Rows of an invented city, as text."""
    rng = np.random.default_rng(4)
    moments = np.datetime64("2024-06-01T00:00:00") + np.sort(rng.integers(0, 300 * 86_400, rows)).astype("timedelta64[s]")
    words = {"kind": "abc", "department": "xyz"}

    def degrees(low: float, high: float) -> pl.Series:
        inside = 0.1 * (high - low)
        return pl.Series(rng.uniform(low + inside, high - inside, rows)).round(6).cast(pl.String)

    pl.DataFrame(
        {
            "number": pl.select(pl.format("P{}", pl.int_range(rows).cast(pl.String).str.zfill(9))).to_series(),
            "happened": pl.Series(moments.astype("datetime64[ms]")).dt.strftime("%Y-%m-%dT%H:%M:%S"),
            **{name: pl.Series(list(letters)).gather(rng.integers(0, 3, rows)) for name, letters in words.items()},
            "lon": degrees(WEST, EAST),
            "lat": degrees(SOUTH, NORTH),
            "status": pl.Series(["open", "closed"]).gather(rng.integers(0, 2, rows)),
        }
    ).write_csv(file)


@contextmanager
def portal(file: Path) -> Iterator[str]:
    """A portal with the rows of a file, in a process of its own; its address."""
    command = [sys.executable, "-m", "tests.benchmarks.portal_child", str(file), str(PAGE)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        try:
            yield served.stdout.readline().strip()
        finally:
            served.terminate()


def test_a_million_rows_from_a_portal(benchmark: BenchmarkFixture, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told: dict[str, dict[str, Any]] = {}

    def run() -> None:
        for rows, ways in ((ROWS // 10, ("live",)), (ROWS, ("live", "file"))):
            file = tmp_path / f"{rows}.csv"
            write_rows(file, rows)
            with portal(file) as url:
                for way in ways:
                    place = url if way == "live" else file
                    told[f"{way} {rows}"] = json.loads(said(CHILD, tmp_path / f"{way}_{rows}", way, place).splitlines()[-1])

    benchmark.pedantic(run, rounds=1)  # type: ignore[no-untyped-call]
    few, live, file = told[f"live {ROWS // 10}"], told[f"live {ROWS}"], told[f"file {ROWS}"]
    assert (live["accepted"], file["accepted"], live["states"]) == (ROWS, ROWS, ["stored"])
    assert live["batches"] == ROWS // 50_000
    speed, reading = file["seconds"] / live["seconds"], file["reading_s"] / live["reading_s"]
    benchmark.extra_info.update(told)
    with capsys.disabled():
        print(
            f"\n{ROWS:,} rows through a portal: taken in at {speed:.0%} of the speed of the same CSV (at least {LEAST_SPEED:.0%}),", end=" "
        )
        print(f"{live['seconds']:.1f} s against {file['seconds']:.1f}; reading alone at {reading:.0%};", end=" ")
        print(
            f"reading takes {live['reading_peak'] >> 20} MiB, of a tenth {few['reading_peak'] >> 20} (at most {MAX_BYTES >> 20});",
            end=" ",
        )
        print(f"taking in {live['peak'] >> 20} MiB, from a file {file['peak'] >> 20}")
    assert speed >= LEAST_SPEED
    assert live["reading_peak"] <= MAX_BYTES
    assert live["reading_peak"] - few["reading_peak"] <= FLAT_WITHIN
