"""`sifang doctor --sample` on a file of a million rows: what it proposes, tried on its own rows."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from flows.tell.proposal import Proposed, propose_for

ROWS, SECONDS = 1_000_000, 15.0


def _written(file: Path) -> Path:
    chance = np.random.default_rng(1)
    minutes = (np.datetime64("2023-01-01T00:00") + chance.integers(0, 1000 * 1440, ROWS).astype("timedelta64[m]")).astype("datetime64[us]")
    pl.DataFrame(
        {
            "Incident Number": [f"I{n:09d}" for n in range(ROWS)],
            "Reported": pl.Series(minutes).dt.strftime("%m/%d/%Y %I:%M:%S %p"),
            "Offence": chance.choice(["THEFT", "ROBBERY", "BURGLARY", "ASSAULT", "CRIMINAL DAMAGE"], ROWS),
            "Status": chance.choice(["Open", "Closed"], ROWS),
            "Longitude": (chance.random(ROWS) * 0.2 - 87.8).round(6),
            "Latitude": (chance.random(ROWS) * 0.2 + 41.8).round(6),
            "Description": ["some words about what happened there"] * ROWS,
        }
    ).write_csv(file)
    return file


def test_a_sample_of_a_million_rows_is_proposed_in_fifteen_seconds(
    benchmark: BenchmarkFixture, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, found = _written(tmp_path / "cases.csv"), list[Proposed]()
    begun = time.perf_counter()
    benchmark.pedantic(lambda: found.append(propose_for(file)))  # type: ignore[no-untyped-call]
    seconds = time.perf_counter() - begun
    assert len(found[0].reports) == 3
    with capsys.disabled():
        print(f"\nsample of {ROWS:,} rows: {seconds:.1f} s (at most {SECONDS:g})")
    assert seconds <= SECONDS
