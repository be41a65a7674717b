"""Small random panels, and the formulas of the forecast written out one number at a time: slow, and easy to read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from transforms.grids.neighbours import Neighbours
from transforms.panel.panel import Exposure
from transforms.scoring.features import Past

Array = NDArray[np.float64]
Counts = NDArray[np.float32]


@dataclass(frozen=True)
class World:
    """A panel with its season, and the centres of its cells."""

    past: Past
    season: Array
    x_m: Array
    y_m: Array

    @property
    def neighbours(self) -> Neighbours:
        return Neighbours(self.x_m, self.y_m)

    @property
    def exposure(self) -> Array:
        """Shape (cells, days)."""
        return self.past.exposure.at(slice(None))

    @property
    def observed(self) -> Array:
        """Season × exposure, shape (cells, days)."""
        return self.exposure * self.season

    def with_past(self, counts: Counts | None = None, others: Counts | None = None, exposure: Exposure | None = None) -> World:
        """The same cells and days with other contents."""
        past = self.past
        counts, others = (own if given is None else given for given, own in ((counts, past.counts), (others, past.others)))
        return replace(self, past=Past(counts, others, exposure or past.exposure))


def world(seed: int = 0, cells: int = 9, days: int = 120) -> World:
    """Cells strewn over 3 km and two far away; three coverage patterns: with holes, whole, and never observed."""
    rng = np.random.default_rng(seed)
    x_m, y_m = rng.uniform(0, 3000, cells), rng.uniform(0, 3000, cells)
    x_m[-2:] += 40_000
    share = np.stack([rng.choice([0.0, 0.5, 1.0], days, p=[0.2, 0.1, 0.7]), np.ones(days), np.zeros(days)])
    exposure = Exposure(rng.choice(3, cells, p=[0.5, 0.35, 0.15]), share)
    season = np.exp(0.3 * np.sin(np.arange(days)))
    observed = exposure.at(slice(None)) * season
    own, other = (rng.poisson(rng.gamma(0.7, m / 0.7, cells)[:, None] * observed).astype(np.float32) for m in (0.1, 0.4))
    return World(Past(own, other, exposure), season, x_m, y_m)


def decayed(values: Array, origin: int, half_life: float) -> float:
    return math.fsum(float(values[d]) * 0.5 ** ((origin - 1 - d) / half_life) for d in range(origin))


def around(sums: Sequence[float], some: World, i: int, sigma_m: float) -> float:
    """The cell itself at sigma 0, otherwise its Gaussian neighbourhood."""
    if not sigma_m:
        return sums[i]
    total = 0.0
    for j, value in enumerate(sums):
        distance = math.hypot(some.x_m[i] - some.x_m[j], some.y_m[i] - some.y_m[j])
        if distance <= 3 * sigma_m:
            total += math.exp(-0.5 * (distance / sigma_m) ** 2) * value
    return total


def per_cell(values: NDArray[np.floating], origin: int, half_life: float) -> list[float]:
    return [decayed(row.astype(float), origin, half_life) for row in values]


def shrunk(some: World, origin: int, half_life: float) -> list[float]:
    """The two-level Gamma–Poisson rate of every cell."""
    cells = range(len(some.x_m))
    y = per_cell(some.past.counts, origin, half_life)
    e = per_cell(some.observed, origin, half_life)
    e2 = per_cell(some.observed, origin, half_life / 2)
    if not sum(e):
        return [math.nan for _ in cells]
    district = sum(y) / sum(e)
    prior = []
    for i in cells:
        below = around(e, some, i, 700)
        prior.append(max(around(y, some, i, 700) / below, 0.01 * district) if below else math.nan)
    return shrink([*y], [*e], [*e2], prior)


def shrunk_each(some: World, origin: int, half_life: float) -> list[float]:
    """The rate of every cell under a mixture of gammas around what its surroundings had without it."""
    cells = range(len(some.x_m))
    y = per_cell(some.past.counts, origin, half_life)
    e = per_cell(some.observed, origin, half_life)
    e2 = per_cell(some.observed, origin, half_life / 2)
    near = [[around(v, some, i, sigma_m) for i in cells] for sigma_m in (700.0, 2000.0) for v in (y, e)]
    return shrink_each(y, e, e2, [(near[0], near[1]), (near[2], near[3])])


def shrink_each(y: Sequence[float], e: Sequence[float], e2: Sequence[float], near: list[tuple[list[float], list[float]]]) -> list[float]:
    """Rates of cells pulled towards what ``near``, events and exposure of two ranges, says without them."""
    cells = range(len(y))
    if not sum(y):
        return [0.0 if near[0][1][i] else math.nan for i in cells]
    district = sum(y) / sum(e)
    n = [e[i] ** 2 / e2[i] if e[i] else 0.0 for i in cells]
    had = [y[i] / e[i] * n[i] if e[i] else 0.0 for i in cells]
    size, members = 6, list[list[tuple[float, float]]]()
    for i in cells:
        prior, priors = district, []
        for came, seen in reversed(near):
            others = seen[i] - e[i]
            if others > 1e-6 * seen[i]:
                prior = max((came[i] - y[i]) / others, 0.01 * district)
            priors.append(prior)
        members.append([(m, a) for m in reversed(priors) for a in (1 / 16, 1, 16)])

    def likely(i: int, m: float, a: float) -> float:
        ways = math.lgamma(had[i] + a) - math.lgamma(a) - math.lgamma(had[i] + 1)
        return math.exp(ways + a * math.log(a / (a + n[i] * m)) + had[i] * math.log(n[i] * m / (a + n[i] * m) if n[i] else 1.0))

    p = [[likely(i, m, a) for m, a in members[i]] for i in cells]
    share = [1 / size] * size
    for _ in range(30):
        total = [math.fsum(share[j] * p[i][j] for j in range(size)) for i in cells]
        made = [1 + math.fsum(share[j] * p[i][j] / total[i] for i in cells if n[i]) for j in range(size)]
        share = [m / sum(made) for m in made]
    found = []
    for i in cells:
        weight = [share[j] * p[i][j] for j in range(size)]
        means = [(a + had[i]) / (a / m + n[i]) for m, a in members[i]]
        found.append(math.fsum(w * m for w, m in zip(weight, means, strict=True)) / math.fsum(weight) if near[0][1][i] else math.nan)
    return found


def shrink(y: Sequence[float], e: Sequence[float], e2: Sequence[float], prior: Sequence[float]) -> list[float]:
    """Rates of cells pulled towards ``prior``."""
    n = [e[i] ** 2 / e2[i] if e[i] else 0.0 for i in range(len(y))]
    seen = [i for i in range(len(y)) if n[i] > 0]
    square = sum(prior[i] ** 2 for i in seen) / len(seen)
    if not square:
        return [0.0 if math.isfinite(p) else math.nan for p in prior]
    between = sum((y[i] / e[i] - prior[i]) ** 2 - prior[i] / n[i] for i in seen) / len(seen)
    a = max(square / max(between, 1e-6 * square), 1e-3)
    return [(a + (y[i] / e[i] if e[i] else 0.0) * n[i]) / (a / prior[i] + n[i]) for i in range(len(y))]


def features(some: World, origin: int) -> dict[str, list[float]]:
    """Every feature of every cell by its name."""
    cells = range(len(some.x_m))
    basis = shrunk_each(some, origin, 365)
    ranges = {"cell": 0.0, "300m": 300.0, "2km": 2000.0}
    lives = {"14d": 14.0, "90d": 90.0, "730d": 730.0, "long_run": math.inf}
    least = {name: min(28.0, 0.5 / (1 - 0.5 ** (1 / life))) if life < math.inf else 28.0 for name, life in lives.items()}
    total, exposed = sum(per_cell(some.past.counts, origin, math.inf)), sum(per_cell(some.observed, origin, math.inf))
    elsewhere = sum(per_cell(some.past.others, origin, math.inf))
    # Never blown up: where less happens elsewhere than here, it is taken as it is.
    scale = {"own": 1.0, "other": total / max(elsewhere, total, 1.0)}
    values = {"own": some.past.counts, "other": some.past.others}
    made = {}
    for whose in ("own", "other"):
        for life in lives:
            for reach in ranges:
                if whose == "other" and (life == "730d" or reach == "2km"):
                    continue
                y, e = per_cell(values[whose], origin, lives[life]), per_cell(some.observed, origin, lives[life])
                found = []
                for i in cells:
                    below = around(e, some, i, ranges[reach])
                    missing = max(0.0, least[life] - below)
                    found.append((scale[whose] * around(y, some, i, ranges[reach]) + missing * basis[i]) / (below + missing))
                made[f"{whose}_{life}_{reach}"] = found
    made["shrunk"] = basis
    made["district"] = [total / exposed if math.isfinite(b) else math.nan for b in basis]
    return made


def baselines(some: World, origin: int, horizon: int) -> dict[str, list[float]]:
    """The four baselines of every cell."""
    cells = range(len(some.x_m))
    y, e = some.past.counts.astype(float), some.observed
    district = float(y[:, :origin].sum() / e[:, :origin].sum()) if e[:, :origin].sum() else 0.0

    def floored(above: float, below: float) -> float:
        return 0.97 * (above / below if below else district) + 0.03 * district

    def last(values: Array, days: int) -> list[float]:
        return [float(sum(row[max(0, origin - days) : origin])) for row in values]

    year_y, year_e, period_y, period_e = last(y, 365), last(e, 365), last(y, horizon), last(e, horizon)
    return {
        "long_run": [floored(float(y[i, :origin].sum()), float(e[i, :origin].sum())) for i in cells],
        "shrunk_ewma": shrunk(some, origin, 180),
        "kde_365": [floored(around(year_y, some, i, 300), around(year_e, some, i, 300)) for i in cells],
        "last_period": [floored(period_y[i], period_e[i]) for i in cells],
    }
