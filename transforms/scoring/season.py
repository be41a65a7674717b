"""Season: how much busier one day is than another, for the whole district.

Poisson regression of daily counts on weekday, day of year, holidays and a linear trend, with log exposure as offset and a ridge
penalty; fitted by Newton's method. The factor leaves the trend out: growth belongs to the level.

Belongs here: the factor of a day. Does not: which days are holidays (``infra.districts.holidays``), growth (``level``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Day-of-year terms need two years, otherwise they fit one year's accidents.
DAYS_FOR_YEAR = 730
HARMONICS = 2
RIDGE = 1e-3
# Holidays come once a year: their terms are pulled towards "no effect" as if eight ordinary events had been seen.
HOLIDAY_RIDGE = 8.0
MIN_DAYS = 28
MIN_EVENTS = 20
# Days around the first day of a holiday that share one term.
SPRING_FESTIVAL = {"spring_before": range(-3, 0), "spring_first": range(3), "spring_after": range(3, 8)}
_MAX_LOG = 3.0
_EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Season:
    """A fitted season: log factors of weekday, day of year and holidays, scaled to mean 1 over the fit."""

    weekday: tuple[float, ...]
    harmonics: tuple[float, ...]
    holidays: Mapping[str, float]
    log_scale: float

    def factor(self, days: Sequence[dt.date], holidays: Mapping[dt.date, str]) -> Array:
        """Factor of each day, shape (days,)."""
        design, names = _design(days, holidays, bool(self.harmonics))
        beta = np.array([*self.weekday, *self.harmonics, *(self.holidays[n] for n in names)])
        return np.asarray(np.exp(np.clip(design @ beta, -_MAX_LOG, _MAX_LOG) - self.log_scale))


FLAT = Season((0.0,) * 7, (), {"holiday": 0.0, **dict.fromkeys(SPRING_FESTIVAL, 0.0)}, 0.0)


def around_spring_festival(first: dt.date, last: dt.date, holidays: Mapping[dt.date, str]) -> bool:
    """Whether a day from ``first`` to ``last`` has a term of Spring Festival, which moves the levels of a whole district at once."""
    offsets = [k for within in SPRING_FESTIVAL.values() for k in within]
    begins = (day for day, name in holidays.items() if name == "spring_festival")
    return any(b + dt.timedelta(days=min(offsets)) <= last and first <= b + dt.timedelta(days=max(offsets)) for b in begins)


def _design(days: Sequence[dt.date], holidays: Mapping[dt.date, str], yearly: bool) -> tuple[Array, list[str]]:
    """Columns: seven weekdays, the harmonics, one per holiday term. Returns the matrix (days, columns) and the holiday terms' names."""
    return _designed(tuple(days), frozenset(holidays.items()), yearly)


@lru_cache(maxsize=8)
def _designed(days: tuple[dt.date, ...], holidays: frozenset[tuple[dt.date, str]], yearly: bool) -> tuple[Array, list[str]]:
    """The design, made once for all series of a night, which see the same days."""
    numbers = np.array([d.toordinal() for d in days], dtype=np.int64) - _EPOCH
    dates = numbers.astype("datetime64[D]")
    # 1970 began on a Thursday.
    weekday = (numbers + 3) % 7
    columns = [(weekday == k).astype(float) for k in range(7)]
    if yearly:
        angle = 2 * np.pi * ((dates - dates.astype("datetime64[Y]")).astype(np.int64) + 1) / 365.25
        columns += [f(h * angle) for h in range(1, HARMONICS + 1) for f in (np.sin, np.cos)]
    spring = [day for day, name in holidays if name == "spring_festival"]
    near = {term: [s + dt.timedelta(days=k) for s in spring for k in offsets] for term, offsets in SPRING_FESTIVAL.items()}
    terms = {term: _among(numbers, within) for term, within in near.items()}
    around_spring = np.any(list(terms.values()), axis=0)
    columns.append((_among(numbers, [day for day, _ in holidays]) & ~around_spring).astype(float))
    columns += [within.astype(float) for within in terms.values()]
    design = np.column_stack(columns)
    design.flags.writeable = False
    return design, ["holiday", *near]


def _among(numbers: NDArray[np.int64], days: Iterable[dt.date]) -> NDArray[np.bool_]:
    return np.isin(numbers, np.array([d.toordinal() - _EPOCH for d in days], dtype=np.int64))


def fit_season(counts: Array, exposure: Array, days: Sequence[dt.date], holidays: Mapping[dt.date, str]) -> Season:
    """Fit the season of one series.

    Args:
        counts: district total per day, shape (days,).
        exposure: share of the district's usual activity that was observed per day, in [0, 1]; days at 0 are left out.
        days: the dates.
        holidays: public holidays by date; the first day of Spring Festival is named ``spring_festival``.

    Returns:
        The fitted season, or a flat one under 28 observed days or 20 events.
    """
    seen = exposure > 0
    if seen.sum() < MIN_DAYS or counts[seen].sum() < MIN_EVENTS:
        return FLAT
    yearly = int(seen.sum()) >= DAYS_FOR_YEAR
    design, names = _design(days, holidays, yearly)
    trend = (np.arange(len(days)) - len(days) / 2) / 365.25
    x = np.column_stack([design, trend])[seen]
    y, offset = counts[seen], np.log(exposure[seen])
    ridge = np.full(x.shape[1], RIDGE)
    first_holiday = 7 + (2 * HARMONICS if yearly else 0)
    ridge[first_holiday : first_holiday + len(names)] = HOLIDAY_RIDGE
    # The ridge pulls the log rate of every weekday towards the overall one, which enters as part of the offset.
    offset = offset + np.log(y.sum() / exposure[seen].sum())
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        mean = np.exp(np.clip(offset + x @ beta, -30, 30))
        gradient = x.T @ (y - mean) - ridge * beta
        hessian = (x * mean[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        beta += np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    kept = np.clip(design[seen] @ beta[:-1], -_MAX_LOG, _MAX_LOG)
    scale = float(np.log(np.average(np.exp(kept), weights=exposure[seen])))
    return Season(
        weekday=tuple(beta[:7].tolist()),
        harmonics=tuple(beta[7:first_holiday].tolist()),
        holidays=dict(zip(names, beta[first_holiday : first_holiday + len(names)].tolist(), strict=True)),
        log_scale=scale,
    )
