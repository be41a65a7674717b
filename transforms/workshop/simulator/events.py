"""What truly happened in the simulated district: which kind, in which cell, at which second.

Belongs here: place risk, season, festivals, near repeats and planted surges. Does not: who reported it and when
(``cases``), what the files say (``rows``).

Times are seconds since local midnight of the first simulated day, warm-up included; the simulated district keeps no summer time.
"""

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely
from scipy import sparse
from scipy.spatial import cKDTree

from transforms.workshop.simulator.world import FESTIVAL, GROUPS, HOURS, KINDS, SPRING_FESTIVALS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DAY_S: Final = 86_400
# Open cases and late reports from before the first delivered day, so that the first files look like any others.
WARM_UP_DAYS: Final = 45
SURGE_DAYS: Final = 10
SURGE_WINDOW_DAYS: Final = 60
_SURGE_SERIES: Final = ("fire_building", "burglary", "vehicle_theft", "violence", "disorder", "dispute", "dispute_severe")
_POINTS_PER_CELL: Final = 48
_EDGE_SHARE: Final = 0.06
# Places are alike over this distance; past so many times it, what they share is below the precision of a float.
_SHARED_M: Final = 500.0
_SHARED_REACH: Final = 9.0
_REPEATING: Final = frozenset({"property", "fire", "dispute", "violence"})
_REPEAT_SHARE: Final = 0.07
_REPEAT_DAYS: Final = 5.0


def stream(seed: int, name: str) -> np.random.Generator:
    """An independent generator per purpose, so that a change in one part leaves the draws of the others alone."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


@dataclass(frozen=True)
class Ground:
    """The cells as arrays: ``lon`` and ``lat`` hold a few fixed points per cell, ``near`` five cells beside it, ``tags`` its tags.

    Codes without geometry have no points, and any five cells beside them. ``premises`` holds a code of the register per cell that has one,
    and nothing where there is no register.
    """

    cell_id: list[str]
    subdistrict: Ints
    households: Floats
    tags: list[set[str]]
    xy_m: Floats
    lon: Floats
    lat: Floats
    near: Ints
    premises: tuple[str | None, ...] = ()

    @property
    def placed(self) -> bool:
        """Whether the cells have places, so that events have points."""
        return bool(np.isfinite(self.xy_m).all())


@dataclass(frozen=True)
class Events:
    """Parallel arrays: position in ``KINDS``, position in the cells, second, and whether the event belongs to a planted surge."""

    kind: Ints
    cell: Ints
    second: Ints
    planted: Bools

    def take(self, chosen: Ints | Bools) -> Events:
        """These events only."""
        return Events(self.kind[chosen], self.cell[chosen], self.second[chosen], self.planted[chosen])


def survey(cells: pl.DataFrame, rng: np.random.Generator) -> Ground:
    """Turn ``CELLS`` into arrays and draw the points at which things happen, all well inside their cell.

    Raises:
        ValueError: fewer than ten cells.
    """
    if len(cells) < 10:
        raise ValueError(f"a simulation needs at least 10 cells, found {len(cells)}")
    cells = cells.sort("cell_id")
    xy = cells.select("x_m", "y_m").to_numpy()
    points = np.full((len(cells), _POINTS_PER_CELL, 2), np.nan)
    if np.isfinite(xy).all():
        near = np.asarray(cKDTree(xy).query(xy, k=6)[1], dtype=np.int64)[:, 1:]
        for i, outline in enumerate(cells["outline"]):
            points[i] = _points_within(shapely.from_geojson(outline), rng)
    else:
        around = np.argsort(rng.random((len(cells), len(cells) - 1)), axis=1)[:, :5]
        near = (np.arange(len(cells))[:, None] + 1 + around) % len(cells)
    subdistrict = cells["subdistrict"].rank("dense").to_numpy().astype(np.int64) - 1
    households = cells["households"].fill_null(200).to_numpy().astype(np.float64)
    tags = [set((text or "").split()) for text in cells["tags"]]
    return Ground(cells["cell_id"].to_list(), subdistrict, households, tags, xy, points[:, :, 0], points[:, :, 1], near)


def _points_within(shape: shapely.Geometry, rng: np.random.Generator) -> Floats:
    """Points in a cell, clear of its border, so that rounding and datum shifts cannot move one into the next cell; shape (points, 2)."""
    core = shape.buffer(-_EDGE_SHARE * float(np.sqrt(shape.area)))
    # A zone thinner than that has no such core.
    core = shape if core.is_empty else core
    west, south, east, north = core.bounds
    drawn = rng.uniform((west, south), (east, north), (_POINTS_PER_CELL * 6, 2))
    inside = drawn[shapely.contains_xy(core, drawn[:, 0], drawn[:, 1])][:_POINTS_PER_CELL]
    sure = core.representative_point()
    return np.resize(inside if len(inside) else [(sure.x, sure.y)], (_POINTS_PER_CELL, 2))


def _kernel(xy_m: Floats) -> sparse.csr_matrix:
    """How much cells share: Gaussian weights of their distance, each cell's own 1; sparse, because a district may have 10,000 cells."""
    if not np.isfinite(xy_m).all():
        return sparse.identity(len(xy_m), format="csr")
    tree = cKDTree(xy_m)
    distance = tree.sparse_distance_matrix(tree, _SHARED_REACH * _SHARED_M, output_type="coo_matrix").tocsr()
    distance.data = np.exp(-0.5 * (distance.data / _SHARED_M) ** 2)
    return distance


def _place_risk(ground: Ground, rng: np.random.Generator) -> Floats:
    """Share of each kind that falls in each cell, shape (kinds, cells). Heavy-tailed, smooth in part, correlated across groups."""
    count = len(ground.cell_id)
    kernel = _kernel(ground.xy_m)

    def surface() -> Floats:
        smooth = kernel @ rng.standard_normal(count)
        mixed: Floats = 0.6 * (smooth - smooth.mean()) / smooth.std() + 0.8 * rng.standard_normal(count)
        return mixed

    common = surface()
    carried = {tag: np.array([tag in tags for tags in ground.tags]) for tag in sorted(set().union(*ground.tags))}
    by_group = {}
    for name, group in GROUPS.items():
        log_rate = group.spread * (group.common * common + np.sqrt(1 - group.common**2) * surface())
        log_rate += group.lived_in * np.log(ground.households + 60.0)
        log_rate += sum(np.log(factor) * carried[tag] for tag, factor in group.tags.items() if tag in carried)
        by_group[name] = log_rate
    rows = []
    for kind in KINDS:
        log_rate = by_group[kind.group] + 0.25 * rng.standard_normal(count)
        log_rate = log_rate + sum(np.log(factor) * carried[tag] for tag, factor in kind.boost if tag in carried)
        rate = np.exp(log_rate - log_rate.max())
        rows.append(rate / rate.sum())
    return np.vstack(rows)


def festival_factor(day: dt.date, profile: str) -> float:
    """The multiplier of one profile on one day; 1 away from the Spring Festival."""
    for first in SPRING_FESTIVALS:
        offset = (day - first).days
        for start, end, factor in FESTIVAL[profile]:
            if start <= offset <= end:
                return factor
    return 1.0


def _daily_rates(origin: dt.date, days: int, scale: float, rng: np.random.Generator) -> Floats:
    """Expected events per kind and day, shape (kinds, days): weekday, season, festival, slow drift and shared noise of the day."""
    dates = [origin + dt.timedelta(days=d) for d in range(days)]
    weekend = np.array([d.weekday() >= 5 for d in dates])
    winter = np.cos(2 * np.pi * (np.array([d.timetuple().tm_yday for d in dates]) - 15) / 365.25)
    years = np.array([(d - dt.date(2025, 1, 1)).days for d in dates]) / 365.25
    feasts = {name: np.array([festival_factor(d, name) for d in dates]) for name in FESTIVAL}
    shared = {name: rng.gamma(30.0, 1 / 30.0, days) for name in GROUPS}
    drift = {name: np.exp(np.clip(rng.normal(0.0, 0.03) * years, -0.3, 0.3)) for name in GROUPS}
    rates = [
        scale * k.per_day * np.where(weekend, k.weekend, 1.0) * (1 + k.winter * winter) * feasts[k.feast] * shared[k.group] * drift[k.group]
        for k in KINDS
    ]
    return np.vstack(rates)


def _seconds(kind: Ints, day: Ints, rng: np.random.Generator) -> Ints:
    """A second of the day by the kind's profile of hours."""
    profiles = np.array([np.cumsum(HOURS[k.hours]) / sum(HOURS[k.hours]) for k in KINDS])
    hour = (rng.random(len(kind))[:, None] >= profiles[kind]).sum(axis=1)
    result: Ints = day * DAY_S + hour * 3600 + rng.integers(0, 3600, len(kind))
    return result


def _base(rates: Floats, risk: Floats, rng: np.random.Generator) -> Events:
    counts = rng.poisson(rates)
    kind = np.repeat(np.arange(len(KINDS)), counts.sum(axis=1))
    day = np.concatenate([np.repeat(np.arange(rates.shape[1]), row) for row in counts])
    cell = np.concatenate([np.searchsorted(np.cumsum(risk[k])[:-1], rng.random(n), side="right") for k, n in enumerate(counts.sum(axis=1))])
    return Events(kind, cell.astype(np.int64), _seconds(kind, day, rng), np.zeros(len(kind), dtype=bool))


def _repeats(events: Events, ground: Ground, days: int, rng: np.random.Generator) -> Events:
    """Light near-repeat excitation: some events are followed within days by one like them, there or next door."""
    eligible = np.array([k.group in _REPEATING for k in KINDS])[events.kind]
    parent = np.flatnonzero(eligible & (rng.random(len(eligible)) < _REPEAT_SHARE))
    later = events.second[parent] // DAY_S + 1 + rng.exponential(_REPEAT_DAYS, len(parent)).astype(np.int64)
    parent, later = parent[later < days], later[later < days]
    beside = ground.near[events.cell[parent], rng.integers(0, ground.near.shape[1], len(parent))]
    cell = np.where(rng.random(len(parent)) < 0.55, events.cell[parent], beside)
    kind = events.kind[parent]
    return Events(kind, cell, _seconds(kind, later, rng), np.zeros(len(parent), dtype=bool))


def _surges(ground: Ground, origin: dt.date, days: int, delivered: int, rng: np.random.Generator) -> tuple[Events, pl.DataFrame]:
    """A handful of planted surges in the last 60 days, each in a cell of its own, and the table that says where."""
    window = min(SURGE_WINDOW_DAYS, delivered)
    number = min(len(_SURGE_SERIES), window // 8) if window >= SURGE_DAYS + 4 else 0
    series = list(rng.permutation(_SURGE_SERIES)[:number])
    lived_in = np.flatnonzero(ground.households >= 50)
    number = min(number, len(lived_in))
    cells = rng.choice(lived_in, number, replace=False)
    parts, rows = [], []
    for name, cell in zip(series, cells, strict=True):
        members = np.array([i for i, k in enumerate(KINDS) if k.series == name])
        first = int(rng.integers(days - window, days - SURGE_DAYS - 2))
        extra = int(rng.integers(6, 13))
        share = np.array([KINDS[i].per_day for i in members])
        kind = rng.choice(members, extra, p=share / share.sum())
        # Two events on fixed days so that a surge never shrinks to one day.
        day = first + np.concatenate([[0, SURGE_DAYS - 1], rng.integers(0, SURGE_DAYS, extra - 2)])
        parts.append(Events(kind, np.full(extra, cell), _seconds(kind, day, rng), np.ones(extra, dtype=bool)))
        start = origin + dt.timedelta(days=first)
        rows.append((name, ground.cell_id[cell], start, start + dt.timedelta(days=SURGE_DAYS - 1), extra))
    schema = {"series": pl.String, "cell_id": pl.String, "first_day": pl.Date, "last_day": pl.Date, "extra_events": pl.Int64}
    return _joined(parts), pl.DataFrame(rows, schema=schema, orient="row").sort("series")


def _joined(parts: list[Events]) -> Events:
    empty = np.zeros(0, dtype=np.int64)
    parts = [Events(empty, empty, empty, empty.astype(bool)), *parts]
    return Events(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("kind", "cell", "second", "planted")))


def happen(ground: Ground, origin: dt.date, days: int, delivered: int, scale: float, seed: int) -> tuple[Events, pl.DataFrame]:
    """Everything that happens in ``days`` days from ``origin``, in order of time, and the planted surges.

    ``delivered`` is how many of the last days appear in files; surges are planted only in those.
    """
    rng = stream(seed, "events")
    risk = _place_risk(ground, stream(seed, "places"))
    base = _base(_daily_rates(origin, days, scale, stream(seed, "days")), risk, rng)
    planted, surges = _surges(ground, origin, days, delivered, stream(seed, "surges"))
    events = _joined([base, _repeats(base, ground, days, rng), planted])
    return events.take(np.lexsort((events.cell, events.kind, events.second))), surges
