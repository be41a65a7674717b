"""How likely an open clock is to be missed, against clocks whose true chances are known."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.helpers.lives import DEPARTMENTS, Array, lives, world
from transforms.backtest.duty import hazard
from transforms.duty.survival import Survival


def squared(p: Array, y: Array) -> Array:
    return np.asarray((p - y) ** 2)


def surprised(p: Array, y: Array) -> Array:
    return np.asarray(-np.log(np.clip(np.where(y, p, 1 - p), 1e-9, 1)))


@pytest.mark.parametrize("seed", [3, 6, 7])
def test_it_gains_nine_tenths_of_what_the_truth_gains_and_is_calibrated_at_every_age(seed: int) -> None:
    past, true, yearly, draw, now = world(seed)
    missed, found = draw(), Survival.fitted(past).missed(now)
    for age in (0, 0.25, 0.5, 0.75):
        here = (now["lived"] == age).to_numpy()
        for loss in (squared, surprised):
            base, own, best = (loss(p[here], missed[here]).mean() for p in (yearly, found, true))
            assert base - own >= 0.9 * (base - best) > 0
        own_chances, chances = found[here], true[here]
        for part in np.array_split(np.argsort(own_chances, kind="stable"), 10):
            error = np.sqrt(own_chances[part].mean() * (1 - own_chances[part].mean()) / len(part))
            assert abs(own_chances[part].mean() - chances[part].mean()) <= max(0.02, 2.5 * error)


@pytest.mark.parametrize("seed", [5, 7])
def test_of_a_thousand_clocks_it_learns_as_much_as_a_regression_does(seed: int) -> None:
    past, true, _, _, now = world(seed)
    few = past.sample(1000, seed=1)

    def lost(chances: Array) -> float:
        p = np.clip(chances, 1e-6, 1 - 1e-6)
        return float((true * np.log(true / p) + (1 - true) * np.log((1 - true) / (1 - p))).mean())

    assert lost(Survival.fitted(few).missed(now)) < lost(hazard.missed(few, now))


def test_it_rises_with_age_and_ends_in_certainty_and_knows_nothing_of_volume() -> None:
    past, *_ = world(3)
    small = past.head(20_000)
    fitted = Survival.fitted(small)
    ages = np.linspace(0, 1, 301)
    asked = [lives(np.full(301, d), np.full(301, k), ages, np.zeros(301, bool), np.zeros(301)) for d, k in ((1, 2), (99, 2), (99, 99))]
    for one in asked:
        for answered in (None, 2.0, -1.0):
            found = fitted.missed(one.with_columns(answered=pl.lit(answered, pl.Float64)))
            assert (np.diff(found) >= 0).all()
            assert found[-1] == 1
            assert (found[:-1] < 1).all()
    names = {str(d): f"x{d}" for d in range(DEPARTMENTS)}
    renamed = Survival.fitted(small.with_columns(pl.col("department").replace(names)))
    assert renamed.missed(asked[0].with_columns(department=pl.lit("x1"))) == pytest.approx(fitted.missed(asked[0]), abs=1e-9)


def test_what_is_open_is_not_in_time() -> None:
    none_met = lives(np.zeros(400, int), np.zeros(400, int), np.full(400, 0.1), np.zeros(400, bool), np.zeros(400))
    half = lives(np.zeros(400, int), np.zeros(400, int), np.full(400, 0.5), np.arange(400) % 2 == 0, np.zeros(400))
    ask = half.head(1)
    before, after = (Survival.fitted(f).missed(ask.with_columns(lived=pl.lit(0.4)))[0] for f in (half, pl.concat([half, none_met])))
    assert after == pytest.approx(before, abs=0.05)
