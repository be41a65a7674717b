"""What it costs that every file of a lake is proved: at a million rows at most a twentieth, of taking them in and of reading them again."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from infra.lake.lake import Lake
from infra.lake.packing import digest, scanned
from transforms.schema import REPORTS

ROWS = 1_000_000
ROUNDS = 5
LIMIT = 0.05


@pytest.fixture(scope="module")
def reports() -> pl.DataFrame:
    """A year of a large city: as many hashes and moments as true reports have."""
    rng = np.random.default_rng(5)
    columns = {
        name: rng.integers(0, top, ROWS) for name, top in (("minute", 525_600), ("one", 2**62), ("two", 2**62), ("cell", 900), ("k", 20))
    }
    at = pl.lit(dt.datetime(2024, 1, 1, tzinfo=dt.UTC)) + pl.duration(minutes="minute")
    values: dict[str, pl.Expr] = {
        "report_id": pl.format("{}{}", pl.col("one"), pl.col("two")),
        "version_hash": pl.col("one"),
        "feed": pl.lit("public_order"),
        "source": pl.lit("police"),
        "kind": pl.format("kind_{}", "k"),
        "severity": pl.lit(2),
        "discovery": pl.lit("unknown"),
        "occurred_on": at.dt.date(),
        "part_of_day": pl.lit("morning"),
        "reported_on": at.dt.date(),
        "clock_from": at + dt.timedelta(minutes=7),
        "spot": pl.col("minute") % 65_536,
        "known_at": at + dt.timedelta(hours=1),
        "recorded_seq": pl.lit(0),
        "cell_id": pl.format("E{}N{}", pl.col("cell") // 30, pl.col("cell") % 30),
        "located_by": pl.lit("point"),
        "status": pl.lit("closed"),
        "closed_at": at + dt.timedelta(days=3),
        "batch_id": pl.lit("made"),
    }
    return pl.DataFrame(columns).select([values.get(c, pl.lit(None)).cast(t).alias(c) for c, t in REPORTS.items()])


class Stopwatch:
    """How long hashing took since it was last asked."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._taken = 0.0
        for where in ("infra.lake.packing.digest", "infra.lake.verifying.digest"):
            patch.setattr(where, self._timed)

    def _timed(self, content: bytes | memoryview) -> str:
        begin = time.thread_time()
        try:
            return digest(content)
        finally:
            self._taken += time.thread_time() - begin

    def share(self, work: Callable[[], object]) -> tuple[float, float]:
        """The seconds of all processors that some work takes, and those of them that went into hashing."""
        self._taken = 0.0
        begin = time.process_time()
        work()
        return time.process_time() - begin, self._taken


def read(folder: Path, memory: Path) -> pl.DataFrame:
    """As any process does it that opens a lake."""
    return Lake(str(folder), memory).read()


def read_unlooked(folder: Path) -> pl.DataFrame:
    """The same of whatever the log names."""
    lake = Lake(str(folder))
    lake.table.refresh()
    return scanned(lake.shelf, lake.table.files()).collect()


def test_proving_every_file_costs_at_most_a_twentieth(
    benchmark: BenchmarkFixture, reports: pl.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = Stopwatch(monkeypatch)
    appends, firsts, agains, bare = [], [], [], []
    for number in range(ROUNDS):
        folder, memory = tmp_path / f"{number}", tmp_path / f"{number}.json"
        appends.append(watch.share(partial(Lake(str(folder)).append, reports, "a")))
        firsts.append(watch.share(partial(read, folder, memory)))
        # As the night after does it, against the same without a look at any file.
        agains.append(watch.share(partial(read, folder, memory)))
        bare.append(watch.share(partial(read_unlooked, folder)))
    benchmark.pedantic(partial(read, tmp_path / "0", tmp_path / "0.json"), rounds=3)  # type: ignore[no-untyped-call]
    append_share = median(hashed / took for took, hashed in appends)
    # Reading once proves what was just written: its share is of the whole way of these rows, not of this one reading.
    way_share = median((a[1] + f[1]) / (a[0] + f[0]) for a, f in zip(appends, firsts, strict=True))
    again, plain = median(took for took, _ in agains), median(took for took, _ in bare)
    benchmark.extra_info.update(append=round(append_share, 4), way=round(way_share, 4), again_s=round(again, 3), bare_s=round(plain, 3))
    with capsys.disabled():
        print(
            f"\nappend {median(t for t, _ in appends):.2f} s, hashing {append_share:.1%} of it; with the first reading {way_share:.1%}; "
            f"read again {again:.3f} s, without a look at files {plain:.3f} s"
        )
    assert append_share <= LIMIT
    assert all(hashed == 0 for _, hashed in agains)
    assert again <= plain * (1 + LIMIT) + 0.05
