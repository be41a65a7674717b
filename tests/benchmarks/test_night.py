"""A night of the tiny district: what a run costs apart from its data, and how fast rows are hashed."""

from __future__ import annotations

import polars as pl
from pytest_benchmark.fixture import BenchmarkFixture

from flows.nights.night import compute
from infra.warehouse.nights.row_hashes import row_hashes
from infra.warehouse.nights.runs import RunTerms
from tests.helpers.tiny import CELLS, NIGHT, Tiny, moment

HASHED_ROWS = 20_000


def _run() -> RunTerms:
    return RunTerms(NIGHT, moment(NIGHT), None, "nightly", "nightly", "bench")


def test_computing_a_tiny_night(benchmark: BenchmarkFixture, district: Tiny) -> None:
    def night() -> int:
        # What a former round made must not make this one cheap.
        district.context.memory.forget()
        return len(compute(district.context, _run()).result.scores)

    scored = benchmark.pedantic(night, rounds=5, warmup_rounds=1)  # type: ignore[no-untyped-call]
    assert scored == 4 * CELLS


def test_hashing_rows(benchmark: BenchmarkFixture, district: Tiny) -> None:
    scores = compute(district.context, _run()).result.scores
    many = pl.concat([scores] * (HASHED_ROWS // len(scores) + 1)).head(HASHED_ROWS)
    hashes = benchmark.pedantic(row_hashes, args=(many,), rounds=5, warmup_rounds=1)  # type: ignore[no-untyped-call]
    assert benchmark.stats is not None
    assert hashes.n_unique() == len(scores)
    benchmark.extra_info["rows_per_second"] = round(HASHED_ROWS / benchmark.stats.stats.median)
