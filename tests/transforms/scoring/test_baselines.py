"""The baselines against their formulas, and against a golden case that says what they were when they were fixed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.helpers import worlds
from tests.helpers.worlds import World, world
from transforms.panel.panel import Exposure
from transforms.scoring.baselines import BASELINES, baseline_rates
from transforms.scoring.features import Past

GOLDEN = Path(__file__).parents[2] / "golden" / "baselines"
ORIGINS = (30, 380, 400)
HORIZON = 7
DIGITS = 8


@pytest.mark.parametrize("seed", range(4))
def test_they_are_their_formulas(seed: int) -> None:
    some = world(seed, days=420)
    origins = (420, 5, 120, 371)
    found = baseline_rates(some.past, some.season, np.array(origins), 14, some.neighbours)
    assert tuple(found) == BASELINES
    for k, origin in enumerate(origins):
        for name, expected in worlds.baselines(some, origin, 14).items():
            assert found[name][:, k] == pytest.approx(expected, rel=1e-9, nan_ok=True), name


def test_nothing_on_or_after_the_origin_is_seen() -> None:
    some = world(5)
    later = some.past.counts.copy()
    later[:, 80:] += 7
    for name, rates in baseline_rates(some.with_past(later).past, some.season, np.array([80]), 7, some.neighbours).items():
        assert rates.tobytes() == baseline_rates(some.past, some.season, np.array([80]), 7, some.neighbours)[name].tobytes()


def test_no_cell_of_a_district_with_events_is_impossible() -> None:
    some = world(6)
    counts = np.zeros_like(some.past.counts)
    counts[0, 100] = 1
    for rates in baseline_rates(some.with_past(counts).past, some.season, np.array([120]), 7, some.neighbours).values():
        assert (rates[np.isfinite(rates)] > 0).all()


def test_before_anything_was_seen_they_are_nought_or_unknown() -> None:
    some = world(7)
    found = baseline_rates(some.past, some.season, np.array([0]), 7, some.neighbours)
    assert np.isnan(found.pop("shrunk_ewma")).all()
    assert all((rates == 0).all() for rates in found.values())


def test_the_golden_case_comes_out_as_it_is_written() -> None:
    some, cells = golden()
    if os.environ.get("SIFANG_GOLDEN") == "write":
        # From the formulas written out, so that the file does not follow a mistake of the code.
        slow = [worlds.baselines(some, origin, HORIZON) for origin in ORIGINS]
        table({name: np.column_stack([s[name] for s in slow]) for name in BASELINES}, cells).write_csv(GOLDEN / "expected.csv")
        pytest.skip("wrote baselines/expected.csv; review the diff")
    found = baseline_rates(some.past, some.season, np.array(ORIGINS), HORIZON, some.neighbours)
    expected = pl.read_csv(GOLDEN / "expected.csv", schema_overrides=dict.fromkeys(BASELINES, pl.String))
    assert len(expected) == len(cells) * len(ORIGINS)
    written = table(found, cells)
    assert written.columns == expected.columns
    assert written.select("cell", "origin").equals(expected.select("cell", "origin"))
    for name in BASELINES:
        numbers, wanted = ([float(v) for v in frame[name]] for frame in (written, expected))
        assert numbers == pytest.approx(wanted, rel=3 * 10.0**-DIGITS, nan_ok=True), name


def golden() -> tuple[World, list[str]]:
    """The panel of the golden case and the names of its cells."""
    cells, days, events = (pl.read_csv(GOLDEN / f"{name}.csv") for name in ("cells", "days", "events"))
    counts = np.zeros((len(cells), len(days)), dtype=np.float32)
    rows = [cells["cell"].to_list().index(c) for c in events["cell"]]
    np.add.at(counts, (np.array(rows), events["day"].to_numpy()), events["count"].to_numpy())
    exposure = Exposure(cells["pattern"].to_numpy().astype(np.int64), days.select("share_0", "share_1").to_numpy().T.astype(float))
    x_m, y_m = (cells[c].to_numpy().astype(float) for c in ("x_m", "y_m"))
    return World(Past(counts, np.zeros_like(counts), exposure), days["season"].to_numpy(), x_m, y_m), cells["cell"].to_list()


def table(rates: dict[str, worlds.Array], cells: list[str]) -> pl.DataFrame:
    rows = [
        {"cell": cell, "origin": origin} | {name: f"{rates[name][i, k]:.{DIGITS}g}" for name in BASELINES}
        for k, origin in enumerate(ORIGINS)
        for i, cell in enumerate(cells)
    ]
    return pl.DataFrame(rows)
