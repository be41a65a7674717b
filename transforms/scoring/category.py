"""One category as one panel sees it: its models, its reference, its surge tests, its rows of a night, and why a cell has none.

Belongs here: putting the parts together. Does not: any formula of its own beyond sums; those are in the files beside this one; what the
categories of a night have to do with each other (``risk``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any, TypeGuard, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.clocks.nights import day_start
from transforms.district.declaration import CategorySettings, District
from transforms.panel.panel import Panel
from transforms.schema import FEED_OF, SCORES, SURGE_COLUMNS, Category, Cause, Feed, State, Surge
from transforms.scoring.decay import window_sums
from transforms.scoring.escalation import brought, fit_share, overdue_disputes, shifted
from transforms.scoring.features import Part, Past, Together
from transforms.scoring.fitted import CategoryModel
from transforms.scoring.forecast import Forecast, forecasts
from transforms.scoring.model import MIN_EXPOSURE, MIN_WINDOWS, SeriesModel, closed_windows, fit_model
from transforms.scoring.negbin import harm_interval, p_any
from transforms.scoring.reference import LEARNING_DAYS, Reference, freeze, freeze_day, levels, origin_days, quarter_start, score
from transforms.scoring.silence import Heard, LastHeard
from transforms.scoring.stock import open_stock
from transforms.scoring.surge import MIN_PAST_DAYS, SurgeTests, surge_tests
from transforms.scoring.surges import each_its_own

Array = NDArray[np.float64]
Made = TypeVar("Made")
# So many series times origins are worked on in one go: more of them take more room and no less time.
TOGETHER = 32
# What works on all of some items and gives the results in their order: ``map``, or that of a pool of threads.
Each = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]


def declared(district: District, category: Category) -> bool:
    """Whether a district declares anything that a category could be scored by: a series, or kinds that stand until closed."""
    return bool(district.series_of(category)) or any(k.standing and k.feed == FEED_OF[category] for k in district.kinds.values())


def scorable(panel: Panel, district: District) -> dict[Category, Heard]:
    """The categories that can be scored, each with the days that its feed was heard of: another feed's past says nothing here."""
    return {
        category: heard
        for category, feed in FEED_OF.items()
        if declared(district, category) and feed in panel.exposure and (heard := Heard.of(panel.exposure[feed], panel.days))
    }


class CategoryWork:
    """One category as seen by one panel: its models, its reference, its scores on the panel's night."""

    def __init__(
        self,
        panel: Panel,
        reports: pl.DataFrame,
        district: District,
        category: Category,
        holidays: Mapping[dt.date, str],
        *,
        each: Each = map,
    ) -> None:
        self._panel, self._reports, self._district, self._category, self._holidays = panel, reports, district, category, holidays
        self._series, self._each = district.series_of(category), each
        self._exposure = panel.exposure[FEED_OF[category]]
        self._heard = scorable(panel, district)[category]
        self._stale_after = district.categories.get(category, CategorySettings()).stale_after_days
        together = Together([panel.counts[s.code] for s in self._series])
        self._pasts = {s.code: Past(panel.counts[s.code], together, self._exposure) for s in self._series}

    @property
    def pasts(self) -> Mapping[str, Past]:
        """What was observed of each series of the category."""
        return self._pasts

    def fitted(self, day: dt.date, only: Collection[str] | None = None) -> CategoryModel:
        """The models of every series, or of those asked for, fitted on the days before ``day``."""
        panel, end = self._panel, self._panel.column(day)
        horizon, holidays = self._district.horizon_days, self._holidays
        codes = self._chosen(only)

        def fit(code: str) -> SeriesModel:
            return fit_model(self._pasts[code].before(end), panel.days[:end], holidays, horizon, panel.neighbours)

        model = CategoryModel(self._category, day, dict(zip(codes, self._each(fit, codes), strict=True)))
        return replace(model, escalation=self._escalation(model, day))

    def _chosen(self, only: Collection[str] | None) -> list[str]:
        return [code for code in self._pasts if only is None or code in only]

    def _escalation(self, model: CategoryModel, day: dt.date) -> dict[str, float]:
        """The share of each escalating series that overdue disputes predict, fitted on the windows that closed before ``day``."""
        panel, horizon = self._panel, self._district.horizon_days
        starts = closed_windows(panel.column(day), horizon)
        escalating = [s.code for s in self._series if s.escalates]
        if not escalating or len(starts) < MIN_WINDOWS:
            return {}
        origins = [panel.days[k] for k in starts]
        observed = (window_sums(self._exposure.share, starts, horizon) / horizon)[self._exposure.pattern]
        observed = np.where(observed >= MIN_EXPOSURE, observed, 0.0)
        return {
            code: fit_share(made, self._overdue(origins), self._covered, window_sums(panel.counts[code], starts, horizon), observed)
            for code, made in self._plain(model, origins, only=escalating, single=True).items()
        }

    def _overdue(self, origins: list[dt.date]) -> Array:
        """Disputes overdue as they stood when both this feed and theirs were last heard of: an unheard dispute is not settled."""
        panel = self._panel
        columns = np.array([panel.column(d) for d in origins], dtype=np.int64)
        for feed in (FEED_OF[self._category], Feed.STABILITY):
            columns = LastHeard.before(panel.exposure[feed], columns).feed
        moments = [day_start(panel.days[0] + dt.timedelta(days=c), self._district.zone) for c in columns.tolist()]
        return overdue_disputes(self._reports, self._district, panel.cells, moments)

    @property
    def _covered(self) -> NDArray[np.bool_]:
        """Cells that a stability source covers."""
        exposure = self._panel.exposure[Feed.STABILITY]
        any_day: NDArray[np.bool_] = np.asarray((exposure.share > 0).any(axis=1))
        return any_day[exposure.pattern]

    def frozen(self, day: dt.date, *, provisional: bool) -> Reference:
        """The reference frozen on ``day``, over the weekly origins before it, each seen with the days before it."""
        origins = origin_days(day, self._heard.first)
        harm = self._harm(self._forecasts(self.fitted(day), origins, single=True), self._stock(origins))
        known = np.where(self._past_days(origins) > 0, harm, np.nan)
        return freeze(self._category, day, provisional, known, self._panel.cells["cell_id"].to_list())

    def is_measured_by(self, reference: Reference | None) -> TypeGuard[Reference]:
        """Whether a stored reference is one that the panel's night may be measured with."""
        return reference is not None and (reference.frozen_on, reference.provisional) in {
            freeze_day(self._heard),
            (quarter_start(self._heard.until), False),
        }

    def surge_tests(self, model: CategoryModel) -> dict[str, SurgeTests]:
        """The surge tests of every series that has a baseline, each cell as it stood when it was last heard of, until it is stale."""
        panel, heard = self._panel, self._last_heard()
        ends = heard.columns[heard.columns >= max(MIN_PAST_DAYS, len(panel.days) - self._stale_after + 1)].tolist()
        if not ends:
            return {}
        # The ends that are young enough are the last of all.
        chosen = heard.place[:, 0] - (len(heard.columns) - len(ends))
        baselines = {code: fitted.surge for code, fitted in model.series.items() if fitted.surge is not None}

        def tests(codes: list[str]) -> list[SurgeTests]:
            seasons = [model.series[code].season.factor(panel.days, self._holidays) for code in codes]
            by_end = [
                surge_tests(
                    [baselines[code] for code in codes],
                    [self._pasts[code].before(end) for code in codes],
                    [season[:end] for season in seasons],
                    panel.neighbours,
                )
                for end in ends
            ]
            return [each_its_own(of_series, chosen) for of_series in zip(*by_end, strict=True)]

        return self._together(tests, self._chosen(baselines), origins=1)

    def scores(
        self, model: CategoryModel, reference: Reference, surges: pl.DataFrame | None = None
    ) -> tuple[pl.DataFrame, dict[str, float]]:
        """The category's rows of ``SCORES``, and each series' share of the harm. ``surges`` is ``SURGE_COLUMNS``, None without tests."""
        night = [self._panel.night]
        forecasts, stock, past_days = self._forecasts(model, night), self._stock(night), self._past_days(night)
        harm = self._harm(forecasts, stock)
        scored = (past_days[:, 0] > 0) & np.isfinite(harm[:, 0])
        told = SURGE_COLUMNS.to_frame().clear(len(harm)) if surges is None else surges
        return self._rows(forecasts, stock[:, 0], harm[:, 0], past_days[:, 0], reference, told), self._shares(forecasts, scored)

    def harm_by_series(self, model: CategoryModel) -> dict[str, Array]:
        """Harm over the horizon that each series brings tonight, shape (cells,) each; with the open stock they are the whole."""
        forecasts = self._forecasts(model, [self._panel.night])
        return {s.code: s.weight * f.mean[:, 0] for s, f in zip(self._series, forecasts, strict=True)}

    def escalated(self, model: CategoryModel) -> dict[str, Array]:
        """Harm that overdue disputes bring to each cell tonight, per escalating series, shape (cells,); part of that of other series."""
        shares, night = {code: v for code, v in model.escalation.items() if v}, [self._panel.night]
        plain = self._plain(model, night, only=list(shares))
        weights = {s.code: s.weight for s in self._series}
        return {c: weights[c] * brought(plain[c], self._overdue(night), self._covered, v)[:, 0] for c, v in shares.items()}

    def steps(self, model: CategoryModel) -> dict[Cause, Array]:
        """Harm of every cell on the way from the night before to tonight, under the models of the night before.

        Returns:
            Shape (cells,) after each cause (``transforms.scoring.moves`` says what each does), in the order of the way.
        """
        nights = [self._panel.night - dt.timedelta(days=1), self._panel.night]
        plain, stock = self._plain(model, nights), self._stock(nights)
        silent = self._panel.silent_on_last_day([s.code for s in self._series])
        quiet = CategoryWork(silent, self._reports, self._district, self._category, self._holidays)._plain(model, nights[1:])
        # Disputes fall overdue and are closed in the step of the open stock, and not before.
        forecasts, still, tonight = (
            self._with_escalation(model, f, d) for f, d in ((plain, nights[:1] * 2), (quiet, nights[:1]), (plain, nights))
        )

        def harm(means: list[Array]) -> Array:
            return sum((s.weight * m for s, m in zip(self._series, means, strict=True)), stock[:, 0])

        return {
            Cause.LATE: harm([f.mean[:, 0] for f in forecasts]),
            Cause.SEASON: harm([f.mean[:, 0] / f.offset[0] * f.offset[1] for f in forecasts]),
            Cause.AGED_OUT: harm([q.mean[:, 0] / q.level[:, 0] * f.level[:, 0] for f, q in zip(forecasts, still, strict=True)]),
            Cause.NEW_REPORTS: harm([f.mean[:, 1] / f.level[:, 1] * f.level[:, 0] for f in forecasts]),
            Cause.DISTRICT: harm([f.mean[:, 1] for f in forecasts]),
            Cause.OPEN_STOCK: harm([f.mean[:, 1] for f in tonight]) - stock[:, 0] + stock[:, 1],
        }

    def _forecasts(self, model: CategoryModel, origins: list[dt.date], *, single: bool = False) -> list[Forecast]:
        return self._with_escalation(model, self._plain(model, origins, single=single), origins)

    def _with_escalation(self, model: CategoryModel, plain: Mapping[str, Forecast], origins: list[dt.date]) -> list[Forecast]:
        """Forecasts of every series, in their order, with what overdue disputes bring as they stand at ``origins``."""
        if not any(model.escalation.values()):
            return list(plain.values())
        overdue = self._overdue(origins)
        return [shifted(f, overdue, self._covered, model.escalation.get(code, 0.0)) for code, f in plain.items()]

    def _plain(
        self, model: CategoryModel, origins: list[dt.date], *, only: Collection[str] | None = None, single: bool = False
    ) -> dict[str, Forecast]:
        """Forecasts by series before escalation."""
        panel, codes, horizon = self._panel, self._chosen(only), self._district.horizon_days
        columns = np.array([panel.column(d) for d in origins], dtype=np.int64)

        def of_series(codes: list[str]) -> list[Forecast]:
            models, pasts = [model.series[code] for code in codes], [self._pasts[code] for code in codes]
            return forecasts(models, pasts, panel.days, self._holidays, columns, horizon, panel.neighbours, single=single)

        return self._together(of_series, codes, len(origins))

    def _together(self, work: Callable[[list[str]], list[Made]], codes: list[str], origins: int) -> dict[str, Made]:
        """What ``work`` makes of each series; it is handed several at once where there are few origins, and each alone where many."""
        size = max(1, TOGETHER // origins)
        groups = [codes[k : k + size] for k in range(0, len(codes), size)]
        return dict(zip(codes, chain.from_iterable(self._each(work, groups)), strict=True))

    def _last_heard(self) -> LastHeard:
        """When each cell was last heard of before the night."""
        return LastHeard.before(self._exposure, np.array([len(self._panel.days)]))

    def _stock(self, origins: list[dt.date]) -> Array:
        moments = [day_start(d, self._district.zone) for d in origins]
        return open_stock(self._reports, self._district, self._category, self._panel.cells, moments)

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
        self,
        forecasts: list[Forecast],
        stock: Array,
        harm: Array,
        past_days: NDArray[np.int64],
        reference: Reference,
        surges: pl.DataFrame,
    ) -> pl.DataFrame:
        panel = self._panel
        n = len(panel.cells)
        weights = [s.weight for s in self._series]

        def total(part: Part) -> Array:
            return sum((w * f.part(part)[:, 0] for w, f in zip(weights, forecasts, strict=True)), np.zeros(n))

        variance = sum((w**2 * (f.mean[:, 0] + f.mean[:, 0] ** 2 / f.size) for w, f in zip(weights, forecasts, strict=True)), np.zeros(n))
        none = np.ones(n)
        for f in forecasts:
            none = none * (1 - p_any(f.mean[:, 0], f.size))
        low, high = harm_interval(harm - stock, variance, none)
        reason = self._reasons(past_days)
        points = score(harm, reference)
        cells = panel.cells["cell_id"].to_list()
        parts = {part.value: total(part) for part in Part} | {"open_stock": stock}
        unscored = pl.col("reason").is_not_null()
        learning = pl.Series(past_days < LEARNING_DAYS)
        red = (surges["surge"] == Surge.RED).fill_null(value=False).to_numpy()
        numbers = {
            "expected_harm": harm,
            "expected_count": sum((f.mean[:, 0] for f in forecasts), np.zeros(n)),
            "harm_low": low + stock,
            "harm_high": high + stock,
            "p_any": 1 - none,
            "score": points,
            **parts,
        }
        frame = (
            pl.DataFrame({"cell_id": cells, "reason": pl.Series(reason, dtype=pl.String), **numbers})
            .hstack(surges)
            .with_columns(
                category=pl.lit(self._category.value),
                state=pl.when(unscored)
                .then(pl.lit(State.NOT_SCORED.value))
                .when(learning)
                .then(pl.lit(State.LEARNING.value))
                .otherwise(pl.lit(State.SCORED.value)),
                level=pl.Series(levels(points, past_days, red), dtype=pl.String),
            )
            .with_columns(pl.when(unscored).then(None).otherwise(pl.col(c)).alias(c) for c in ("level", *numbers, *SURGE_COLUMNS))
        )
        return frame.select([pl.col(c).cast(t) for c, t in SCORES.items()])

    def _reasons(self, past_days: NDArray[np.int64]) -> list[str | None]:
        """Why each cell has no score; null where it has one."""
        heard = self._last_heard()
        silent = len(self._panel.days) - heard.columns[heard.place[:, 0]]
        return ["not_covered" if p == 0 else "stale" if s >= self._stale_after else None for p, s in zip(past_days, silent, strict=True)]
