"""A night's scores: forecasts of all series, harm and stock per category, score, level, and why a cell has none.

Belongs here: putting the parts together. Does not: any formula of its own beyond sums; those are in the files beside this one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from transforms.district import District, Series
from transforms.nights import day_start
from transforms.panel import Exposure, Panel
from transforms.schema import CONTRIBUTIONS, FEED_OF, SCORES, Category, State, require_schema
from transforms.scoring.duty import duty_performance
from transforms.scoring.forecast import Forecast, forecast
from transforms.scoring.negbin import harm_interval, p_any
from transforms.scoring.rate import PRIOR_SIGMA_M, gaussian
from transforms.scoring.reference import LEARNING_DAYS, Reference, freeze, freeze_day, level, origin_days, quarter_start, score
from transforms.scoring.stock import open_stock

Array = NDArray[np.float64]

TREND_DAYS = 28
LAST_YEAR_DAYS = 364
MIN_TREND_EXPOSURE = 0.25


@dataclass(frozen=True)
class NightScores:
    """Everything a night says. ``against_last_year`` is a share (0.18 = 18 % more) or null; ``series_shares`` add up to 1 per category."""

    scores: pl.DataFrame
    duty: pl.DataFrame
    references: list[Reference]
    against_last_year: dict[Category, float | None]
    series_shares: dict[Category, dict[str, float]]


def score_night(
    panel: Panel, reports: pl.DataFrame, district: District, holidays: Mapping[dt.date, str], frozen: Mapping[Category, Reference]
) -> NightScores:
    """Score every cell in all four categories.

    Args:
        panel: counts and exposure of the days before the night.
        reports: reports as of the night, one row each, for stock and clocks.
        district: weights and rules.
        holidays: public holidays by date.
        frozen: stored references; one with the night's freeze day is used, otherwise a new one is made and returned.
    """
    frames: list[pl.DataFrame] = []
    references: list[Reference] = []
    trends: dict[Category, float | None] = {}
    shares: dict[Category, dict[str, float]] = {}
    smoother = gaussian(panel.cells["x_m"].to_numpy(), panel.cells["y_m"].to_numpy(), PRIOR_SIGMA_M)
    for category, feed in FEED_OF.items():
        series = district.series_of(category)
        exposure = panel.exposure.get(feed)
        scorable = declared(district, category)
        observed = exposure is not None and bool((exposure.share > 0).any())
        if exposure is None or not observed or not scorable:
            reason = "not_covered" if scorable else "no_series"
            frames.append(_unscored(panel.cells, category, reason))
            trends[category], shares[category] = None, {}
            continue
        work = _Category(panel, reports, district, category, series, exposure, holidays, smoother)
        frame, reference, shares[category] = work.scores(frozen.get(category))
        frames.append(frame)
        references.append(reference)
        trends[category] = _against_last_year(panel, series, exposure)
    # No cell shows a number that a sensitive report had a part in, and self-made cases do not brighten a department's share.
    hidden = [k.code for k in district.kinds.values() if k.sensitive or k.officer_initiated]
    reports = reports.filter(~pl.col("kind").is_in(hidden))
    duty, by_subdistrict = duty_performance(reports, panel.cells, day_start(panel.night, district.zone), district.duty)
    frames.append(_political(panel.cells, by_subdistrict))
    trends[Category.POLITICAL], shares[Category.POLITICAL] = None, {}
    scores = require_schema(pl.concat(frames).sort("category", "cell_id"), SCORES, "scores")
    return NightScores(scores, duty, references, trends, shares)


def freezes(panel: Panel, district: District) -> dict[Category, tuple[dt.date, bool]]:
    """For each category that can be scored: the day its reference is frozen on, and whether that is provisional."""
    return {
        category: freeze_day(panel.night, _first_day(panel, panel.exposure[feed]))
        for category, feed in FEED_OF.items()
        if declared(district, category) and feed in panel.exposure and (panel.exposure[feed].share > 0).any()
    }


def declared(district: District, category: Category) -> bool:
    """Whether a district declares anything that a category could be scored by: a series, or kinds that stand until closed."""
    return bool(district.series_of(category)) or any(k.standing and k.feed == FEED_OF[category] for k in district.kinds.values())


def make_reference(
    panel: Panel, reports: pl.DataFrame, district: District, holidays: Mapping[dt.date, str], category: Category, *, provisional: bool
) -> Reference:
    """The reference of a category frozen on the panel's night, from the weekly origins before it."""
    smoother = gaussian(panel.cells["x_m"].to_numpy(), panel.cells["y_m"].to_numpy(), PRIOR_SIGMA_M)
    exposure = panel.exposure[FEED_OF[category]]
    work = _Category(panel, reports, district, category, district.series_of(category), exposure, holidays, smoother)
    return work.frozen(panel.night, provisional, _first_day(panel, exposure))


def _first_day(panel: Panel, exposure: Exposure) -> dt.date:
    """The first day of which a category knows anything: another feed's long past says nothing about this one."""
    return panel.days[int(np.argmax((exposure.share > 0).any(axis=0)))]


class _Category:
    """One category of one night: its series forecast at the night and, when needed, at the origins of its reference."""

    def __init__(
        self,
        panel: Panel,
        reports: pl.DataFrame,
        district: District,
        category: Category,
        series: list[Series],
        exposure: Exposure,
        holidays: Mapping[dt.date, str],
        smoother: sparse.csr_matrix,
    ) -> None:
        self._panel, self._reports, self._district, self._category = panel, reports, district, category
        self._series, self._exposure, self._holidays, self._smoother = series, exposure, holidays, smoother

    def _forecasts(self, origins: list[dt.date], *, learn_size: bool) -> list[Forecast]:
        columns = np.array([self._panel.column(d) for d in origins], dtype=np.int64)
        return [
            forecast(
                self._panel.counts[s.code],
                self._exposure,
                self._panel.days,
                self._holidays,
                columns,
                self._district.horizon_days,
                self._smoother,
                learn_size=learn_size,
            )
            for s in self._series
        ]

    def _stock(self, origins: list[dt.date]) -> Array:
        moments = [day_start(d, self._district.zone) for d in origins]
        return open_stock(self._reports, self._district, self._category, self._panel.cells, moments)

    def scores(self, stored: Reference | None) -> tuple[pl.DataFrame, Reference, dict[str, float]]:
        """The category's rows of ``SCORES``, the reference used, and each series' share of the harm."""
        panel = self._panel
        first_day = _first_day(panel, self._exposure)
        frozen_on, provisional = freeze_day(panel.night, first_day)
        # Tonight is forecast alone, whether or not a reference has to be made beside it: sums in another company round differently.
        forecasts = self._forecasts([panel.night], learn_size=True)
        stock = self._stock([panel.night])
        harm, past_days = self._harm(forecasts, stock), self._past_days([panel.night])
        if stored is not None and (
            (stored.frozen_on, stored.provisional) in {(frozen_on, provisional), (quarter_start(panel.night), False)}
        ):
            reference = stored
        else:
            reference = self.frozen(frozen_on, provisional, first_day)
        scored = (past_days[:, 0] > 0) & np.isfinite(harm[:, 0])
        return self._rows(forecasts, stock[:, 0], harm[:, 0], past_days[:, 0], reference), reference, self._shares(forecasts, scored)

    def frozen(self, frozen_on: dt.date, provisional: bool, first_day: dt.date) -> Reference:
        """The reference over the weekly origins before its freeze, from the days before each origin."""
        origins = origin_days(frozen_on, first_day)
        harm, past_days = self._harm(self._forecasts(origins, learn_size=False), self._stock(origins)), self._past_days(origins)
        known = [harm[(past_days[:, k] > 0) & np.isfinite(harm[:, k]), k] for k in range(len(origins))]
        return freeze(self._category, frozen_on, provisional, [h for h in known if len(h)])

    def _harm(self, forecasts: list[Forecast], stock: Array) -> Array:
        """Harm over the horizon, shape (cells, origins): weighted means plus the open stock."""
        return stock + sum((s.weight * f.mean for s, f in zip(self._series, forecasts, strict=True)), np.zeros_like(stock))

    def _past_days(self, origins: list[dt.date]) -> NDArray[np.int64]:
        """Days with exposure before each origin, shape (cells, origins)."""
        exposed = np.pad(np.cumsum(self._exposure.share > 0, axis=1), ((0, 0), (1, 0)))
        columns = np.clip([self._panel.column(d) for d in origins], 0, exposed.shape[1] - 1)
        return np.asarray(exposed[self._exposure.pattern][:, columns])

    def _shares(self, forecasts: list[Forecast], scored: NDArray[np.bool_]) -> dict[str, float]:
        harm = {s.code: float(s.weight * f.mean[scored, 0].sum()) for s, f in zip(self._series, forecasts, strict=True)}
        total = sum(harm.values())
        return {code: value / total for code, value in harm.items()} if total > 0 else {}

    def _rows(
        self, forecasts: list[Forecast], stock: Array, harm: Array, past_days: NDArray[np.int64], reference: Reference
    ) -> pl.DataFrame:
        panel = self._panel
        n = len(panel.cells)
        weights = [s.weight for s in self._series]

        def total(part: str) -> Array:
            return sum((w * getattr(f, part)[:, 0] for w, f in zip(weights, forecasts, strict=True)), np.zeros(n))

        variance = sum((w**2 * (f.mean[:, 0] + f.mean[:, 0] ** 2 / f.size) for w, f in zip(weights, forecasts, strict=True)), np.zeros(n))
        none = np.ones(n)
        for f in forecasts:
            none = none * (1 - p_any(f.mean[:, 0], f.size))
        low, high = harm_interval(harm - stock, variance, none)
        reason = self._reasons(past_days)
        points = score(harm, reference)
        cells = panel.cells["cell_id"].to_list()
        parts = {
            "long_run": total("long_run"),
            "recent": total("recent"),
            "neighbours": total("neighbours"),
            "other_series": np.zeros(n),
            "district": total("district"),
            "open_stock": stock,
        }
        unscored = pl.col("reason").is_not_null()
        learning = pl.Series(past_days < LEARNING_DAYS)
        levels = [None if r else level(float(p), int(d)) for r, p, d in zip(reason, points, past_days, strict=True)]
        numbers = {
            "expected_harm": harm,
            "expected_count": sum((f.mean[:, 0] for f in forecasts), np.zeros(n)),
            "harm_low": low + stock,
            "harm_high": high + stock,
            "p_any": 1 - none,
            "score": points,
            **parts,
        }
        frame = pl.DataFrame({"cell_id": cells, "reason": pl.Series(reason, dtype=pl.String), **numbers}).with_columns(
            category=pl.lit(self._category.value),
            state=pl.when(unscored)
            .then(pl.lit(State.NOT_SCORED.value))
            .when(learning)
            .then(pl.lit(State.LEARNING.value))
            .otherwise(pl.lit(State.SCORED.value)),
            level=pl.Series([None if v is None else v.value for v in levels], dtype=pl.String),
            **{c: pl.when(unscored).then(None).otherwise(pl.col(c)) for c in numbers},
        )
        return frame.select([pl.col(c).cast(t) for c, t in SCORES.items()])

    def _reasons(self, past_days: NDArray[np.int64]) -> list[str | None]:
        """Why each cell has no score; null where it has one."""
        settings = self._district.categories.get(self._category)
        limit = settings.stale_after_days if settings else 21
        share = self._exposure.share
        seen = share > 0
        age = np.where(seen.any(axis=1), np.argmax(seen[:, ::-1], axis=1), share.shape[1])[self._exposure.pattern]
        return ["not_covered" if p == 0 else "stale" if a >= limit else None for p, a in zip(past_days, age, strict=True)]


def _unscored(cells: pl.DataFrame, category: Category, reason: str) -> pl.DataFrame:
    fixed = {"category": category.value, "state": State.NOT_SCORED.value, "reason": reason}
    return cells.select("cell_id").select([pl.col(c) if c == "cell_id" else pl.lit(fixed.get(c), t).alias(c) for c, t in SCORES.items()])


def _political(cells: pl.DataFrame, by_subdistrict: pl.DataFrame) -> pl.DataFrame:
    """Cells inherit their subdistrict's share breached; without clocks there is nothing to say."""
    has = pl.col("clocks").fill_null(0) > 0
    joined = cells.select("cell_id", "subdistrict").join(by_subdistrict, on="subdistrict", how="left", maintain_order="left")
    values = {
        "expected_harm": pl.col("share"),
        "expected_count": pl.col("clocks").cast(pl.Float64),
        "harm_low": pl.col("lower"),
        "harm_high": pl.col("upper"),
        "score": 100 * pl.col("share"),
        "level": pl.col("level"),
    }
    return joined.select(
        category=pl.lit(Category.POLITICAL.value),
        cell_id=pl.col("cell_id"),
        state=pl.when(has).then(pl.lit(State.SCORED.value)).otherwise(pl.lit(State.NOT_SCORED.value)),
        reason=pl.when(has).then(None).otherwise(pl.lit("no_clocks")),
        **{c: pl.when(has).then(e) for c, e in values.items()},
        **{c: pl.lit(None, pl.Float64) for c in ("p_any", *CONTRIBUTIONS)},
    ).select([pl.col(c).cast(t) for c, t in SCORES.items()])


def _against_last_year(panel: Panel, series: list[Series], exposure: Exposure) -> float | None:
    """Harm per exposure of the last 28 days against the same days 364 days earlier (the same weekdays); null without both."""
    end = len(panel.days)
    windows = [slice(end - TREND_DAYS, end), slice(end - TREND_DAYS - LAST_YEAR_DAYS, end - LAST_YEAR_DAYS)]
    if windows[1].start < 0 or not series:
        return None
    covered: NDArray[np.bool_] = np.asarray((exposure.share > 0).any(axis=1))[exposure.pattern]
    rates = []
    for window in windows:
        observed = float(exposure.at(window)[covered].mean()) if covered.any() else 0.0
        if observed < MIN_TREND_EXPOSURE:
            return None
        rates.append(sum(s.weight * float(panel.counts[s.code][:, window].sum()) for s in series) / observed)
    return rates[0] / rates[1] - 1 if rates[1] > 0 else None
