"""How long the inverse of a datum takes: one million points out of GCJ-02, against one forward conversion of the same points."""

from __future__ import annotations

import time

import numpy as np
from pytest_benchmark.fixture import BenchmarkFixture

from transforms.grids.datum import from_wgs84, to_wgs84

POINTS = 1_000_000
# The inverse converts forward about five times; twice that, and it no longer converges as it should.
MOST_FORWARDS = 10.0


def test_a_million_inverse_conversions(benchmark: BenchmarkFixture) -> None:
    random = np.random.default_rng(7)
    lon, lat = random.uniform(113.0, 114.0, POINTS), random.uniform(35.0, 36.0, POINTS)
    started = time.perf_counter()
    sent = from_wgs84(lon, lat, "GCJ-02")
    forward = time.perf_counter() - started
    back = benchmark.pedantic(to_wgs84, args=(*sent, "GCJ-02"), rounds=3, warmup_rounds=1)  # type: ignore[no-untyped-call]
    assert benchmark.stats is not None
    assert np.abs(back[0] - lon).max() < 1e-10
    assert benchmark.stats.stats.median < MOST_FORWARDS * forward
