"""The forecast at the size of a large city: what a night, a refit and a year of past nights cost, and how that grows."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path

import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from flows.intake.ingest import ingest
from flows.nights.night import run_night
from flows.nights.plan import PastNights, backfill_runs
from flows.stores import open_context
from tests.benchmarks.city import city
from tests.benchmarks.forecast_child import measured
from tests.benchmarks.four_years import CHICAGO, NOW, SHIPPED
from tests.helpers.children import said
from tests.helpers.keys import KEY
from tests.helpers.real_data import held
from tests.helpers.shipped import shipping
from transforms.schema import ALERT_EVENTS

CHILD = "tests.benchmarks.forecast_child"
SIDE, SERIES, DAYS = 100, 20, 1460
NIGHT_S, REFIT_S, PEAK_MIB = 1.0, 10.0, 2048
PER_DOUBLING = 2.3
# Cells a side, series and days, and how often each of the three is doubled.
SMALL = (35, 5, 365)
GROWN = {"cells": [(50, 5, 365), (70, 5, 365)], "series": [(35, 10, 365), (35, 20, 365)], "history": [(35, 5, 730), (35, 5, 1460)]}
FIRST, NIGHTS, BACKFILL_S = dt.date(2015, 1, 1), 365, 150.0


def test_ten_thousand_cells_and_twenty_series(benchmark: BenchmarkFixture, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run() -> str:
        return said(CHILD, tmp_path, SIDE, SERIES, DAYS)

    told = json.loads(benchmark.pedantic(run, rounds=1).splitlines()[-1])  # type: ignore[no-untyped-call]
    assert told["cells"] >= SIDE * SIDE
    benchmark.extra_info.update({k: round(v, 2) for k, v in told.items()})
    with capsys.disabled():
        print(f"\n{told['cells']:,} cells, {told['series']} series, {told['reports']:,} reports; wall (processor): ", end="")
        print(f"night {told['night_wall_s']:.2f} s ({told['night_s']:.2f}), at most {NIGHT_S:g};", end=" ")
        print(f"refit {told['refit_wall_s']:.1f} s ({told['refit_s']:.1f}), at most {REFIT_S:g}; peak {told['peak_mib']} MiB")
        print(
            f"pandas, eight features and a long-run score: {told['pandas_s']:.2f} s,",
            f"{told['pandas_s'] / told['night_s']:.1f} times the night",
        )
    assert told["night_wall_s"] <= NIGHT_S
    assert told["refit_wall_s"] <= REFIT_S
    assert told["peak_mib"] <= PEAK_MIB


@pytest.mark.parametrize("grown", GROWN)
def test_costs_grow_no_faster_than_the_city(
    grown: str, benchmark: BenchmarkFixture, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = [SMALL, *GROWN[grown]]
    worlds = [city(tmp_path, *size) for size in sizes]

    def run() -> list[float]:
        return [told["night_s"] + told["refit_s"] for told in (measured(world, refits=3) for world in worlds)]

    spent = benchmark.pedantic(run, rounds=1)  # type: ignore[no-untyped-call]
    ratios = [spent[1] / spent[0], (spent[2] / spent[0]) ** 0.5]
    benchmark.extra_info.update(seconds=[round(s, 3) for s in spent], per_doubling=[round(r, 2) for r in ratios])
    with capsys.disabled():
        print(f"\n{grown}: {', '.join(f'{s:.2f}' for s in spent)} s; per doubling {ratios[0]:.2f}, {ratios[1]:.2f}")
    assert max(ratios) <= PER_DOUBLING


def test_a_year_of_chicago_again(
    real_data: Path, benchmark: BenchmarkFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    held(real_data / "chicago")
    for name in ("SIFANG_DISTRICT", "SIFANG_WAREHOUSE_URL", "SIFANG_LAKE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SIFANG_HOME", str(tmp_path))
    monkeypatch.setenv("SIFANG_DISTRICTS", str(CHICAGO.parent))
    monkeypatch.setenv("SIFANG_TEST_DATA", str(real_data.resolve()))
    monkeypatch.setenv("SIFANG_KEY", KEY)
    with shipping(SHIPPED):
        context = open_context("chicago")
    ingest(context, NOW)
    runs = backfill_runs(context, PastNights(FIRST, FIRST + dt.timedelta(days=NIGHTS - 1), "first-run"), NOW, "year")

    def nights() -> tuple[float, float]:
        wall, cpu = time.perf_counter(), time.process_time()
        events = ALERT_EVENTS.to_frame()
        for run in runs:
            events = pl.concat([events, run_night(context, run, events).events])
        return time.process_time() - cpu, time.perf_counter() - wall

    try:
        cpu, wall = benchmark.pedantic(nights, rounds=1)  # type: ignore[no-untyped-call]
    finally:
        context.stores.close()
    benchmark.extra_info.update(nights=NIGHTS, cells=len(context.folder.cells), processor_s=round(cpu), wall_s=round(wall))
    with capsys.disabled():
        print(f"\n{NIGHTS} nights of {len(context.folder.cells):,} cells: {wall:.0f} s (processor {cpu:.0f}), at most {BACKFILL_S:g} s")
    assert wall <= BACKFILL_S
