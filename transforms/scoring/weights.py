"""The weights of the mixture μ = o · Σ_k w_k f_k: maximum likelihood of past windows, with a weak prior, never negative.

With shares v_k = w_k c_k / ΣY of the events (c_k = Σ o f_k over all windows), the fit maximises
Σ Y log(o · f · w) + Σ α_k log v_k subject to Σ v_k = 1: a concave function whose prior α (a few pseudo-events, most of them on the shrunk
rate) keeps every weight above 0, so that Newton steps inside the simplex find the optimum in a dozen rounds. Windows without an event
enter through c_k alone, which is why a fit over hundreds of thousands of them takes moments.

Belongs here: fitting shares to windows, and the evidence they are fitted to. Does not: the features (``features``), whether a mixture may
be used (``promotion``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from transforms.scoring.features import DISTRICT, FEATURES, SHRUNK

Array = NDArray[np.float64]

PRIOR_EVENTS = 30.0
PRIOR_SHARES = {SHRUNK.name: 0.7, DISTRICT.name: 0.05}
# A feature that hardly ever said anything has no weight: the prior's share of so small a sum would be a large one, and the first night
# that it speaks up would be forecast far too high. The last feature speaks wherever a window counts, and those that are kept stay whatever
# they say: of a sparse one alone nothing follows for the windows about which it is silent.
LEAST_SHARE = 0.1
APPROACHES = 10
MAX_STEPS = 100
TOLERANCE = 1e-10
# Steps grow from what a share is: from nothing at all, none would ever leave.
LEAST_START = 1e-6
_SMALLEST_STEP = 1e-12
_STRETCH = 1 << 11


def prior_events(events: float = PRIOR_EVENTS) -> Array:
    """Pseudo-events α per feature, shape (features,), ``events`` in all."""
    rest = (1.0 - sum(PRIOR_SHARES.values())) / (len(FEATURES) - len(PRIOR_SHARES))
    return events * np.array([PRIOR_SHARES.get(f.name, rest) for f in FEATURES])


class Evidence:
    """The windows that weights are fitted on. What every fit needs of them is gathered once; a fit may leave out the newest ones."""

    def __init__(self, features: NDArray[np.float32 | np.float64], offset: Array, count: Array, usable: NDArray[np.bool_]) -> None:
        """Gather.

        Args:
            features: shape (features, cells, windows), finite, the newest window first.
            offset: Σ season × exposure, shape (cells, windows).
            count: events, shape (cells, windows).
            usable: which of them count, shape (cells, windows).
        """
        exposed = np.where(usable, offset, 0.0).astype(features.dtype)
        # Products keep the precision of the features; long sums of them would lose it.
        self._sums = np.stack([(values * exposed).sum(axis=0, dtype=np.float64) for values in features])
        window, cell = np.nonzero((usable & (count > 0)).T)
        self._begins = np.searchsorted(window, np.arange(count.shape[1] + 1))
        self._count = count[cell, window]
        self._busy: Array = features[:, cell, window] * offset[cell, window]

    def weights(self, prior: Array, *, newest: int = 0, near: Array | None = None, kept: Sequence[int] = (-1,)) -> Array:
        """Weights per feature, shape (features,), finite.

        Args:
            prior: pseudo-events per feature, all above 0; without any event its shares are the weights.
            newest: how many of the newest windows are left out.
            near: weights of a similar fit. They shorten the way to the optimum and do not move it.
            kept: features that are never dropped; one of them has to speak in every window that counts.

        Raises:
            FloatingPointError: no finite weights follow.
        """
        sums, begin = self._sums[:, newest:].sum(axis=1), self._begins[newest]
        y = self._count[begin:]
        events = float(y.sum())
        used = sums > LEAST_SHARE * events
        used[list(kept)] = sums[list(kept)] > 0
        if events <= 0 or not used.any():
            return np.asarray(prior / prior.sum())
        scale = events / sums[used]
        mixture = _Mixture(self._busy[:, begin:] if used.all() else self._busy[used, begin:], y, prior[used], scale)
        v = mixture.approached(prior[used]) if near is None else near[used] / scale
        weights = np.zeros(len(prior))
        weights[used] = mixture.optimum(v) * scale
        if not np.isfinite(weights).all():
            raise FloatingPointError("a fit came to weights that are no numbers")
        return weights


class _Mixture:
    """Σ y log(x · v) + Σ prior log v − (Σ y + Σ prior) Σ v over v > 0, whose optimum lies on Σ v = 1."""

    def __init__(self, busy: Array, y: Array, prior: Array, scale: Array) -> None:
        """``busy`` is x of every row that had events before features are brought to one ``scale``, shape (features, rows)."""
        self._busy, self._y, self._prior, self._scale = busy, y, prior, scale
        # A step may be a little off its course: the next one, and the last, begin from where it ended.
        self._coarse = busy.astype(np.float32)
        self._total = float(y.sum() + prior.sum())

    def approached(self, v: Array) -> Array:
        """Nearer to the optimum by the multiplicative update, which Newton steps need where they begin far away."""
        v = v / v.sum()
        for _ in range(APPROACHES):
            v = (v * self._sum(self._y / self._means(v)) + self._prior) / self._total
        return np.asarray(v)

    def optimum(self, v: Array) -> Array:
        """The optimum by Newton's method from ``v``."""
        v = np.maximum(v, LEAST_START)
        v = v / v.sum()
        mean = self._means(v)
        best = self._value(v, mean)
        for _ in range(MAX_STEPS):
            gradient = self._sum(self._y / mean) + self._prior / v - self._total
            step = np.linalg.solve(self._curvature(v, mean), gradient)
            down = step < 0
            size = min(1.0, 0.95 * float(np.min(-v[down] / step[down], initial=np.inf)))
            # So near, what is left of the way shrinks with the square of each step, and one more is the last.
            if float(gradient @ step) < TOLERANCE * self._total:
                v = v + size * step
                break
            further = self._means(np.asarray(step))
            while size > _SMALLEST_STEP and (reached := self._value(v + size * step, mean + size * further)) < best:
                size /= 2
            if size <= _SMALLEST_STEP:
                break
            v, mean, best = v + size * step, mean + size * further, reached
        # The last step may leave the simplex by the root of the tolerance.
        return np.asarray(v / v.sum())

    def _means(self, v: Array) -> Array:
        return np.asarray((self._scale * v) @ self._busy)

    def _sum(self, of_rows: Array) -> Array:
        """Σ over rows of x times one value per row, shape (features,)."""
        return np.asarray(self._scale * (self._busy @ of_rows))

    def _value(self, v: Array, mean: Array) -> float:
        return float(self._y @ np.log(mean) + self._prior @ np.log(v) - self._total * v.sum())

    def _curvature(self, v: Array, mean: Array) -> Array:
        root = (np.sqrt(self._y) / mean).astype(np.float32)
        made = np.diag(self._prior / v**2)
        # A stretch at a time stays in the processor's cache.
        for begin in range(0, len(root), _STRETCH):
            stretch = slice(begin, begin + _STRETCH)
            x = self._coarse[:, stretch] * root[stretch]
            made += np.outer(self._scale, self._scale) * (x @ x.T)
        return made
