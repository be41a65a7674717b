"""The weights of the mixture μ = o · Σ_k w_k f_k: maximum likelihood of past windows, with a weak prior, never negative.

With shares v_k = w_k c_k / ΣY of the events (c_k = Σ o f_k over all windows), the fit maximises
Σ Y log(o · f · w) + Σ α_k log v_k subject to Σ v_k = 1: a concave function whose prior α (30 pseudo-events, most of them on the shrunk
rate) keeps every weight above 0, so that Newton steps inside the simplex find the optimum in a dozen rounds. Windows without an event
enter through c_k alone, which is why a fit over hundreds of thousands of them takes moments.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from transforms.scoring.features import DISTRICT, FEATURES, SHRUNK

Array = NDArray[np.float64]

PRIOR_EVENTS = 30.0
PRIOR_SHARES = {SHRUNK.name: 0.7, DISTRICT.name: 0.05}
# A feature that hardly ever said anything has no weight: the prior's share of so small a sum would be a large one, and the first night
# that it speaks up would be forecast far too high.
LEAST_SHARE = 0.1
MAX_STEPS = 100
TOLERANCE = 1e-10
_STRETCH = 1 << 13


def prior_events() -> Array:
    """Pseudo-events α per feature, shape (features,)."""
    rest = (1.0 - sum(PRIOR_SHARES.values())) / (len(FEATURES) - len(PRIOR_SHARES))
    return PRIOR_EVENTS * np.array([PRIOR_SHARES.get(f.name, rest) for f in FEATURES])


def fit_weights(features: NDArray[np.floating], offset: Array, count: Array, prior: Array) -> Array:
    """Weights per feature, shape (features,).

    Args:
        features: shape (features, rows); a row is one cell in one window.
        offset: Σ season × exposure of each row, shape (rows,).
        count: events of each row, shape (rows,).
        prior: pseudo-events per feature, all above 0; without any event its shares are the weights.
    """
    sums = _weighted(features, offset)
    events = float(count.sum())
    shares = prior / prior.sum()
    used = sums > LEAST_SHARE * events
    if events <= 0 or not used.any():
        return np.asarray(prior / prior.sum())
    busy = count > 0
    y = count[busy]
    with np.errstate(divide="ignore"):
        x = features[np.ix_(used, busy)].T * (offset[busy, None] * (events / sums[used]))
    v = _maximise(x, y, prior[used], shares[used] / shares[used].sum())
    weights = np.zeros(len(features))
    weights[used] = v * events / sums[used]
    return weights


def _weighted(features: NDArray[np.floating], offset: Array) -> Array:
    """Σ over rows of feature × offset, a stretch at a time: in single precision, long sums lose what short ones keep."""
    single = offset.astype(features.dtype)
    ends = range(0, features.shape[1], _STRETCH)
    return np.asarray(np.sum([features[:, a : a + _STRETCH] @ single[a : a + _STRETCH] for a in ends], axis=0, dtype=np.float64))


def _maximise(x: Array, y: Array, prior: Array, shares: Array) -> Array:
    """Maximise Σ y log(x v) + Σ prior log v − (Σ y + Σ prior) Σ v over v > 0, whose optimum lies on Σ v = 1."""
    total = float(y.sum() + prior.sum())

    def value(v: Array) -> float:
        return float(y @ np.log(x @ v) + prior @ np.log(v) - total * v.sum())

    v = shares
    for _ in range(10):
        v = (v * (x.T @ (y / (x @ v))) + prior) / total
    best = value(v)
    for _ in range(MAX_STEPS):
        mean = x @ v
        gradient = x.T @ (y / mean) + prior / v - total
        scaled = x * (np.sqrt(y) / mean)[:, None]
        curvature = scaled.T @ scaled + np.diag(prior / v**2)
        step = np.linalg.solve(curvature, gradient)
        gain = float(gradient @ step)
        if gain < TOLERANCE * total:
            break
        down = step < 0
        size = min(1.0, 0.95 * float(np.min(-v[down] / step[down], initial=np.inf)))
        while size > 1e-12 and (reached := value(v + size * step)) < best:
            size /= 2
        if size <= 1e-12:
            break
        v, best = v + size * step, reached
    # The last step may leave the simplex by the root of the tolerance.
    return np.asarray(v / v.sum())
