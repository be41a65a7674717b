"""Structures by version: a former one is scored and fitted as it was, today's has partners, curves, sizes and drifts of its own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tests.helpers.made import DAYS, N, around, full, span
from transforms.scoring.curves import CURVES, curves
from transforms.scoring.features import FEATURES, Part, Past, Together
from transforms.scoring.fitting import fit_model
from transforms.scoring.forecast import Forecast, Setting, forecast
from transforms.scoring.model import SeriesModel
from transforms.scoring.partners import MOST_PARTNERS, choose_partners
from transforms.scoring.promotion import has_fallen
from transforms.scoring.structure import CURRENT, FORMER, STRUCTURES
from transforms.words import Standing

FORMER_MODEL = Path(__file__).parents[2] / "golden" / "former_structure" / "model.json"
Counts = NDArray[np.float32]


def district(seed: int = 0, series: int = 3, days: int = DAYS) -> dict[str, Past]:
    """Series of one feed that share half of where they happen."""
    rng = np.random.default_rng(seed)
    common = rng.gamma(0.8, 0.15, N)
    counts = {f"s{k}": rng.poisson((common + rng.gamma(0.8, 0.15, N))[:, None] * np.ones(days)).astype(np.float32) for k in range(series)}
    together = Together(counts)
    return {code: Past(own, together, full(N, days), code) for code, own in counts.items()}


def fitted(past: Past, days: int = DAYS) -> SeriesModel:
    return fit_model(past.before(days), span(days), {}, 7, around())


def made(model: SeriesModel, past: Past, days: int = DAYS) -> Forecast:
    return forecast(model, past, Setting(span(past.counts.shape[1]), {}, around()), np.array([days]), 7)


def former_past() -> Past:
    """The panel that ``model.json`` was made from."""
    rng = np.random.default_rng(21)
    cell = rng.gamma(0.8, 0.2, N)[:, None]
    own = rng.poisson(cell * np.ones(DAYS)).astype(np.float32)
    return Past(own, rng.poisson(2 * cell * np.ones(DAYS)).astype(np.float32), full(N, DAYS))


def test_a_model_of_the_first_structure_forecasts_and_is_fitted_as_it_was() -> None:
    stored = json.loads(FORMER_MODEL.read_text("utf-8"))
    model = SeriesModel.from_payload(stored["model"])
    assert model.version == 1
    assert json.loads(json.dumps(model.payload())) == stored["model"], "its name is the hash of this"
    with threadpool_limits(limits=1, user_api="blas"):
        again = fit_model(former_past(), span(DAYS), {}, 7, around(), FORMER)
        told = made(model, former_past())
    assert told.parts[:, :, 0] == pytest.approx(np.array(stored["parts"]), rel=1e-12)
    assert (told.size == stored["size"]).all()
    assert again.structure == model.structure
    assert again.weights == pytest.approx(model.weights, rel=1e-6)
    assert again.size == pytest.approx(model.size, rel=1e-6)


def test_versions_are_those_of_the_table_and_a_stored_one_names_its_own() -> None:
    assert {v: s.version for v, s in STRUCTURES.items()} == {1: 1, 2: 2}
    model = fitted(district()["s0"])
    payload = json.loads(json.dumps(model.payload()))
    assert payload["version"] == CURRENT.version
    assert payload["partners"] == list(model.partners)
    assert SeriesModel.from_payload(payload) == model
    assert set(payload["weights"]) == {f.name for f in CURRENT.features(model.partners)}
    with pytest.raises(KeyError):
        SeriesModel.from_payload({**payload, "version": 99})


def test_every_feature_belongs_to_one_contribution_and_names_are_unlike() -> None:
    features = CURRENT.features(("a", "b"))
    assert len({f.name for f in features}) == len(features) == 2 + len(CURVES) + len(FEATURES)
    assert features[-len(FEATURES) :] == FEATURES
    assert {f.part for f in features if f.partner} == {Part.OTHER_SERIES}
    assert len(CURRENT.prior(("a", "b"))) == len(features)
    assert (CURRENT.prior(("a", "b")) > 0).all()


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), series=st.integers(1, 4), days=st.sampled_from([60, 75, 100, 200, DAYS]))
def test_contributions_add_up_and_are_never_negative(seed: int, series: int, days: int) -> None:
    past = district(seed, series)["s0"]
    model = fitted(past, days)
    told = made(model, past, days)
    assert told.parts.sum(axis=0) == pytest.approx(told.mean, abs=1e-9)
    assert (told.parts >= 0).all()
    assert (told.size > 0).all()
    assert min(model.weights) >= 0
    assert model.partners == () or model.windows >= CURRENT.min_windows


def test_curves_are_rates_and_grow_with_the_district() -> None:
    shrunk, district_mean, other = np.array([0.2, 0.0, 3.0]), np.array([0.5, 0.5, 0.5]), np.array([0.1, 0.4, 2.0])
    once, twice = (np.array(curves(c * shrunk, c * district_mean, c * other)) for c in (1.0, 2.0))
    assert (once >= 0).all()
    assert twice == pytest.approx(2 * once)
    assert np.isfinite(np.array(curves(shrunk * 0, district_mean * 0, other * 0))).all()


def test_partners_are_the_most_alike_and_at_most_eight() -> None:
    rng = np.random.default_rng(3)
    own = rng.gamma(0.5, 0.3, N)
    like = {f"like{k}": rng.poisson(own[:, None] * np.ones(200)).astype(np.float32) for k in range(9)}
    unlike = {f"unlike{k}": rng.poisson(rng.permutation(own)[:, None] * np.ones(200)).astype(np.float32) for k in range(5)}
    rare = {"rare": (rng.uniform(size=(N, 200)) < 1e-4).astype(np.float32), "never": np.zeros((N, 200), dtype=np.float32)}
    series = {"own": rng.poisson(own[:, None] * np.ones(200)).astype(np.float32), **unlike, **rare, **like}
    past = Past(series["own"], Together(series), full(N, 200), "own")
    chosen = choose_partners(past, np.array([190, 100]))
    assert len(chosen) == MOST_PARTNERS
    assert set(chosen) <= set(like)
    turned = Past(series["own"], Together(dict(reversed(series.items()))), full(N, 200), "own")
    assert choose_partners(turned, np.array([190, 100])) == chosen
    assert choose_partners(Past(series["own"], series["like0"], full(N, 200)), np.array([190])) == ()


def test_a_partner_that_knows_more_is_listened_to() -> None:
    """A rare series lives where one of two frequent ones does: together these say half of it, the right one alone says all."""
    rng = np.random.default_rng(4)
    where, elsewhere = rng.gamma(0.3, 1.0, N), rng.gamma(0.3, 1.0, N)
    rates = {"rare": 0.01 * where, "guide": 0.5 * where, "crowd": 2.0 * elsewhere}
    counts = {code: rng.poisson(rate[:, None] * np.ones(DAYS)).astype(np.float32) for code, rate in rates.items()}
    past = Past(counts["rare"], Together(counts), full(N, DAYS), "rare")
    model = fitted(past)
    weights = {f.name: w for f, w in zip(model.features, model.weights, strict=True)}
    assert model.partners[0] == "guide"
    assert weights["partner_guide"] > 0.1
    assert weights["partner_guide"] > 3 * weights.get("partner_crowd", 0.0)


def test_a_young_series_is_learning_and_uses_its_mixture_from_two_windows_on() -> None:
    past = district(5)["s0"]
    before, first, judged = fitted(past, 69), fitted(past, 70), fitted(past, 119)
    assert (before.windows, before.structure, before.standing) == (1, "shrunk", Standing.LEARNING)
    assert (first.windows, first.structure, first.standing) == (2, "mixture", Standing.LEARNING)
    assert first.gains == {}
    assert judged.windows == CURRENT.judged_windows
    assert judged.standing is not Standing.LEARNING


def test_what_lost_for_a_quarter_falls_and_comes_back_when_it_gains() -> None:
    rng = np.random.default_rng(6)
    events = np.full(26, 50.0)

    def lead(*by_window: float) -> NDArray[np.float64]:
        return np.array([by_window]) + rng.normal(0, 0.1, (1, 26))

    even, nothing = [0.0] * 13, np.zeros((1, 26))
    assert not has_fallen(lead(*[2.0] * 26), nothing, events)
    assert has_fallen(lead(*[-2.0] * 13, *even), nothing, events), "the newest windows come first"
    assert has_fallen(lead(*[-0.1] * 3, *[-2.0] * 23), nothing, events), "not lost any more, and not yet gained"
    assert not has_fallen(lead(*[4.0] * 10, *[-2.0] * 16), nothing, events)
    assert not has_fallen(lead(*[-0.001] * 26), nothing, events), "next to nothing is no loss"
