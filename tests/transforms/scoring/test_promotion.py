from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from transforms.scoring.promotion import ENOUGH_ORIGINS, Gain, has_fallen, log_scores, paired_gain, refit_is_worse, standing
from transforms.words import Standing

Array = NDArray[np.float64]
CELLS, ORIGINS = 60, 13
GOOD = {"long_run": 0.02, "shrunk_ewma": 0.01, "kde_365": 0.05, "last_period": 2.0, "shrunk": 0.01}


def gains(se: float = 0.002, **changes: float) -> dict[str, Gain]:
    return {name: Gain(mean, se) for name, mean in (GOOD | changes).items()}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Standing.PROMOTED),
        # Beating the last period by nats buys nothing.
        ({"shrunk_ewma": -0.001, "last_period": 5.0}, Standing.REFUSED),
        ({"shrunk": -0.001}, Standing.REFUSED),
        ({"shrunk_ewma": 0.0}, Standing.REFUSED),
        ({"long_run": -0.004}, Standing.PROMOTED),
        ({"long_run": -0.006}, Standing.REFUSED),
        ({"kde_365": -0.006}, Standing.REFUSED),
    ],
)
def test_over_26_origins_a_mixture_must_beat_the_headline_and_what_it_replaces(changes: dict[str, float], expected: Standing) -> None:
    assert standing(gains(**changes), "shrunk", ENOUGH_ORIGINS) is expected


@pytest.mark.parametrize(("se", "expected"), [(0.002, Standing.PROVISIONAL), (0.0099, Standing.PROVISIONAL), (0.011, Standing.REFUSED)])
def test_over_fewer_it_must_do_so_by_a_standard_error(se: float, expected: Standing) -> None:
    assert standing(gains(se), "shrunk", ENOUGH_ORIGINS - 1) is expected
    assert expected.is_promoted == (expected is Standing.PROVISIONAL)


def world(seed: int) -> tuple[Array, Array, NDArray[np.bool_]]:
    rng = np.random.default_rng(seed)
    mean = rng.gamma(0.8, 1.0, (CELLS, 1)) * np.ones(ORIGINS)
    return mean, rng.poisson(mean).astype(float), np.ones(mean.shape, dtype=bool)


def test_the_gain_is_per_event_and_its_error_shrinks_with_origins() -> None:
    mean, count, seen = world(1)
    flat = np.full_like(mean, mean.mean())
    came = count.sum(axis=0)
    ours, theirs = (log_scores(m, 1e6, count, seen) for m in (mean, flat))
    gain = paired_gain(ours, theirs, came)
    assert gain.mean > 0.1
    assert 0 < gain.se < gain.mean
    assert paired_gain(ours, theirs, came, overlap=2.0).se == pytest.approx(gain.se * np.sqrt(2))
    assert paired_gain(ours, ours, 0 * came) == Gain(0.0, 0.0)
    # What was not observed neither adds nor takes.
    hidden = seen.copy()
    hidden[:10] = False
    wild = np.where(hidden, mean, 50.0)
    theirs = log_scores(flat, 1e6, count, hidden)
    of_seen = [paired_gain(log_scores(m, 1e6, count, hidden), theirs, came).mean for m in (wild, mean)]
    assert of_seen[0] == pytest.approx(of_seen[1])


def test_a_refit_as_good_is_kept_and_one_that_looks_where_nothing_happens_is_not() -> None:
    for seed in range(5):
        mean, count, seen = world(seed)

        def worse(refit: Array, incumbent: Array, count: Array = count, seen: NDArray[np.bool_] = seen) -> bool:
            scores, others = (log_scores(mean, 5.0, count, seen) for mean in (refit, incumbent))
            return refit_is_worse(paired_gain(scores, others, count.sum(axis=0)))

        assert not worse(mean, mean)
        assert not worse(mean * 1.002, mean)
        assert worse(mean[::-1], mean)
        assert not worse(mean, mean[::-1])


@pytest.mark.parametrize("origins", [ENOUGH_ORIGINS, 9])
def test_a_gain_that_is_no_number_opens_no_gate(origins: int) -> None:
    none = Gain(float("nan"), float("nan"))
    fine = Gain(0.1, 0.01)
    assert standing({"shrunk_ewma": fine, "shrunk": none}, "shrunk", origins) is Standing.REFUSED
    assert standing({"shrunk_ewma": fine, "shrunk": fine, "long_run": none}, "shrunk", origins) is Standing.REFUSED
    assert refit_is_worse(none)
    lost = np.full((3, ENOUGH_ORIGINS), np.nan)
    assert has_fallen(lost, np.zeros((3, ENOUGH_ORIGINS)), np.ones(ENOUGH_ORIGINS))
