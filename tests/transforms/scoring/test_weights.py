from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.helpers.features import NAMES
from transforms.scoring.features import DISTRICT, SHRUNK
from transforms.scoring.weights import PRIOR_EVENTS, Evidence, prior_events

Array = NDArray[np.float64]
FEW = 20
PRIOR = prior_events()


def rows(seed: int, n: int, weights: Array, shape: float = 0.5) -> tuple[Array, Array, Array]:
    """Features of ``n`` rows that vary independently, exposures, and counts of the mixture."""
    rng = np.random.default_rng(seed)
    features, offset = rng.gamma(shape, 1 / shape, (len(weights), n)), rng.uniform(3, 7, n)
    return features, offset, rng.poisson(offset * (weights @ features)).astype(float)


def fit_weights(features: Array, offset: Array, count: Array, prior: Array) -> Array:
    """Weights from one window."""
    return Evidence(features[:, :, None], offset[:, None], count[:, None], np.ones((len(count), 1), dtype=bool)).weights(prior)


def objective(weights: Array, features: Array, offset: Array, count: Array, prior: Array) -> float:
    """Σ Y log(o·f·w) + Σ α log v on the shares v of the events."""
    used = weights > 0
    shares = (weights * (features @ offset) / count.sum())[used]
    busy = count > 0
    mean = offset[busy] * (weights @ features[:, busy])
    return float(count[busy] @ np.log(mean) + prior[used] @ np.log(shares))


def multiplicative(features: Array, offset: Array, count: Array, prior: Array, rounds: int) -> Array:
    """Weights by the update that never leaves the feasible region, from equal shares."""
    busy = count > 0
    x = (features[:, busy] * offset[busy]).T * (count.sum() / (features @ offset))
    v = np.full(len(features), 1 / len(features))
    for _ in range(rounds):
        v = (v * (x.T @ (count[busy] / (x @ v))) + prior) / (count.sum() + prior.sum())
    return np.asarray(v * count.sum() / (features @ offset))


@pytest.mark.parametrize(("seed", "n", "rate"), [(1, 40, 0.02), (2, 400, 0.02), (3, 400, 0.3)])
def test_the_optimum_is_that_of_the_multiplicative_update(seed: int, n: int, rate: float) -> None:
    rng = np.random.default_rng(seed)
    features, offset, count = rows(seed, n, rng.dirichlet(np.full(FEW, 0.2)) * rate)
    count[0] += 1
    found = fit_weights(features, offset, count, PRIOR)
    slow = multiplicative(features, offset, count, PRIOR, 20_000)
    ours, theirs = (objective(w, features, offset, count, PRIOR) for w in (found, slow))
    assert ours >= theirs - 1e-9 * abs(theirs)
    assert ours == pytest.approx(theirs, abs=1e-4)
    assert found == pytest.approx(slow, rel=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_the_way_to_the_optimum_does_not_show(seed: int) -> None:
    rng = np.random.default_rng(seed)
    features, offset, count = rows(seed, 4000, rng.dirichlet(np.full(FEW, 0.2)) * 0.3)
    # Half-lives beside each other make features that are nearly the same.
    features[1:6] = 0.95 * features[0] + 0.05 * features[1:6]
    shape, usable = (400, 10), rng.uniform(size=(400, 10)) < 0.9
    windows = Evidence(features.reshape(FEW, *shape), offset.reshape(shape), count.reshape(shape), usable)
    older = windows.weights(PRIOR, newest=4)
    apart = [values.reshape(-1, *shape)[:, :, 4:][:, usable[:, 4:]] for values in (features, offset, count)]
    assert older == pytest.approx(fit_weights(apart[0], apart[1][0], apart[2][0], PRIOR), rel=1e-6)
    for near in (older, np.eye(FEW)[3], rng.uniform(size=FEW)):
        assert windows.weights(PRIOR, near=near) == pytest.approx(windows.weights(PRIOR), rel=1e-6)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 1000), n=st.sampled_from([30, 100, 1000]), alike=st.floats(0, 1))
def test_the_optimum_has_no_slope(seed: int, n: int, alike: float) -> None:
    rng = np.random.default_rng(seed)
    features, offset, count = rows(seed, n, rng.dirichlet(np.full(FEW, 0.2)) * 0.3)
    # Half-lives beside each other make features that are nearly the same.
    features[1:6] = alike * features[0] + (1 - alike) * features[1:6]
    count[0] += 1
    weights = fit_weights(features, offset, count, PRIOR)
    total = count.sum() + PRIOR.sum()
    events = features @ offset
    slope = (features * offset) @ (count / (offset * (weights @ features))) + PRIOR / weights - total * events / count.sum()
    # In nats per share of the events, of which the whole likelihood has one per event.
    assert np.abs(slope * weights).max() < 1e-3 * total
    assert (weights > 0).all()
    assert weights @ events == pytest.approx(count.sum(), rel=1e-9)


def test_it_finds_the_weights_again() -> None:
    truth = np.zeros(FEW)
    truth[[0, 5, 14, 18]] = 0.1, 0.4, 0.2, 0.3
    features, offset, count = rows(1, 10_000, truth)
    assert count.sum() > 45_000
    assert fit_weights(features, offset, count, PRIOR) == pytest.approx(truth, abs=0.02)


def test_single_precision_features_give_the_same() -> None:
    features, offset, count = rows(2, 5000, np.full(FEW, 0.02))
    single = fit_weights(features.astype(np.float32), offset, count, PRIOR)
    assert single == pytest.approx(fit_weights(features, offset, count, PRIOR), rel=1e-4)


def test_the_order_of_the_rows_does_not_matter() -> None:
    features, offset, count = rows(3, 2000, np.full(FEW, 0.02))
    order = np.random.default_rng(4).permutation(2000)
    shuffled = fit_weights(features[:, order], offset[order], count[order], PRIOR)
    assert shuffled == pytest.approx(fit_weights(features, offset, count, PRIOR), rel=1e-9)


def test_twenty_events_stay_near_the_shrunk_rate() -> None:
    # All events fall where one recent feature is high: thirty pseudo-events hold most of the weight.
    rng = np.random.default_rng(5)
    shrunk = rng.gamma(2, 0.0005, 4000)
    features = shrunk * rng.gamma(1, 1, (FEW, 4000))
    features[NAMES.index(SHRUNK.name)] = shrunk
    features[NAMES.index(DISTRICT.name)] = shrunk.mean()
    offset, count = np.full(4000, 7.0), np.zeros(4000)
    count[np.argsort(features[0])[-20:]] = 1
    shares = fit_weights(features, offset, count, PRIOR) * (features @ offset) / count.sum()
    assert shares[NAMES.index(SHRUNK.name)] > 0.4
    # With fifty times the events the data speak.
    busy = np.zeros(4000)
    busy[np.argsort(features[0])[-1000:]] = 1
    shares = fit_weights(50 * features, offset, busy, PRIOR) * (50 * features @ offset) / busy.sum()
    assert shares[NAMES.index(SHRUNK.name)] < 0.2


def test_without_events_the_prior_speaks() -> None:
    features, offset, _ = rows(6, 100, np.full(FEW, 0.02))
    assert fit_weights(features, offset, np.zeros(100), PRIOR) == pytest.approx(PRIOR / PRIOR.sum())
    none = fit_weights(np.empty((FEW, 0)), np.empty(0), np.empty(0), PRIOR)
    assert none == pytest.approx(PRIOR / PRIOR.sum())


@pytest.mark.parametrize("spoke_in", [0, 1])
def test_a_feature_that_hardly_ever_spoke_has_no_weight(spoke_in: int) -> None:
    features, offset, count = rows(7, 1000, np.full(FEW, 0.02))
    features[3, spoke_in:] = 0
    weights = fit_weights(features, offset, count, PRIOR)
    assert weights[3] == 0
    assert (np.delete(weights, 3) > 0).all()
    assert weights @ (features @ offset) == pytest.approx(count.sum(), rel=1e-9)


def test_events_where_every_other_feature_is_nought_do_no_harm() -> None:
    features, offset, count = rows(8, 1000, np.full(FEW, 0.02))
    features[:-1, 0], count[0] = 0, 50
    weights = fit_weights(features, offset, count, PRIOR)
    assert np.isfinite(weights).all()
    assert (weights > 0).all()


def test_the_prior_is_thirty_events_most_of_them_on_the_shrunk_rate() -> None:
    assert len(PRIOR) == FEW
    assert PRIOR.sum() == pytest.approx(PRIOR_EVENTS) == pytest.approx(30)
    assert PRIOR[NAMES.index(SHRUNK.name)] == pytest.approx(21)
    assert PRIOR.min() > 0


def test_the_night_of_the_nan() -> None:
    """Very few events in windows where every rate was low yet, and one sparse feature that spoke elsewhere: all but it were dropped."""
    features = np.full((FEW, 60), 1e-4)
    features[3] = 0
    features[3, 50:] = 2.0
    offset, count = np.full(60, 7.0), np.zeros(60)
    count[[4, 9]] = 1
    kept = (NAMES.index(SHRUNK.name), FEW - 1)
    evidence = Evidence(features[:, :, None], offset[:, None], count[:, None], np.ones((60, 1), dtype=bool))
    for near in (None, PRIOR):
        weights = evidence.weights(PRIOR, near=near, kept=kept)
        assert np.isfinite(weights).all()
        assert (weights[list(kept)] > 0).all()
        assert (weights @ features > 0).all()


def test_weights_that_are_no_numbers_are_refused() -> None:
    features, offset, count = rows(8, 100, np.full(FEW, 0.02))
    windows = Evidence(features[:, :, None], offset[:, None], count[:, None], np.ones((100, 1), dtype=bool))
    with pytest.raises(FloatingPointError, match="no numbers"):
        windows.weights(PRIOR, near=np.full(FEW, np.nan))
