"""Backtest: forecasts as they would have been made at past origins, beside what came.

Belongs here: going through origins with what was known at each, production's own fit calendar, the order of the steps. Does not: making a
forecast (``transforms.scoring``), grading it (``transforms.backtest``), the files and the page (``infra.pages.backtest``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import polars as pl
from threadpoolctl import threadpool_limits

from flows.nights.backtest_duty import DutyWalk
from flows.nights.look import look
from flows.stores import Context
from infra import clock, progress
from infra.errors import SifangError, WrongNameError
from transforms.backtest.grade import grade
from transforms.backtest.regret import regret
from transforms.backtest.report import Report, SeriesReport
from transforms.backtest.rows import FORECASTS, Came, Origin, forecast_rows
from transforms.backtest.totals import DISTRICT, TOTALS, coverage, total_rows
from transforms.backtest.useful import Use, use
from transforms.clocks.nights import cutoff
from transforms.panel.known import View
from transforms.scoring.category.fit import fitted
from transforms.scoring.category.freeze import frozen
from transforms.scoring.category.rows import scored
from transforms.scoring.category.view import CategoryView, scorable
from transforms.scoring.decay import dense
from transforms.scoring.fitted import CategoryModel, fit_day
from transforms.scoring.model import SeriesModel
from transforms.scoring.reference import LEARNING_DAYS, Reference, freeze_day
from transforms.words import Category, Standing
from transforms.words.counting import many
from transforms.words.harmless import quoted

# So long after an origin nearly every clock that was open has fallen due.
CLOCKS_OVER_DAYS = 90
# Without --from: a year of weekly origins.
ORIGINS = 52


@dataclass(frozen=True)
class Terms:
    """What a backtest goes through. ``category`` or ``series`` narrow it; ``restated`` looks with what is known now."""

    first: dt.date
    last: dt.date
    every_days: int = 7
    category: Category | None = None
    series: frozenset[str] = frozenset()
    restated: bool = False

    @property
    def origins(self) -> list[dt.date]:
        """Every origin, oldest first."""
        return [self.first + dt.timedelta(days=k) for k in range(0, (self.last - self.first).days + 1, self.every_days)]


@dataclass(frozen=True)
class Asked:
    """What a backtest is asked for; what is left out is chosen from what there is."""

    first: dt.date | None = None
    last: dt.date | None = None
    every_days: int = 7
    category: str | None = None
    series: frozenset[str] = frozenset()
    restated: bool = False


def terms(context: Context, asked: Asked) -> Terms:
    """Complete and check what was asked for.

    Raises:
        SifangError: an unknown series or category, dates out of order or without data, a past longer than what is kept.
    """
    category = _require_known(context, asked)
    oldest, newest = _forecastable(context)
    last = asked.last or newest
    first = asked.first or max(oldest, last - dt.timedelta(days=asked.every_days * (ORIGINS - 1)))
    if first > last:
        remedy = "Swap them." if asked.last else f"The window of {newest} is the last that is over; choose --from {newest} or earlier."
        raise SifangError(f"--from {first} lies after {'--to' if asked.last else 'the last origin,'} {last}.", remedy)
    if last > newest:
        raise SifangError(f"The window of {last} has not been observed to its end.", f"Choose --to {newest} or earlier.")
    if first < oldest:
        raise SifangError(f"Before {oldest} there are less than eight weeks of reports.", f"Choose --from {oldest} or later.")
    kept = context.district.history_days
    if (last - first).days + context.district.horizon_days > kept:
        raise SifangError(f"From {first} to {last} is longer than the {many(kept, 'day')} of history that are kept.", "Test it in parts.")
    return Terms(first, last, asked.every_days, category, asked.series, asked.restated)


def _require_known(context: Context, asked: Asked) -> Category | None:
    """The category asked for, where it and every series can be forecast."""
    known = {s.code for s in context.district.series.values()}
    if wrong := sorted(asked.series - known):
        said = f"{context.code} has no series {', '.join(map(quoted, wrong))}."
        raise WrongNameError(said, f"It has: {', '.join(sorted(known)) or 'none'}.")
    if untold := sorted(asked.series - context.district.told_series.keys()):
        raise WrongNameError(
            f"No source of {context.code} tells of {', '.join(untold)}, so nothing is forecast of it.",
            f"There are: {', '.join(sorted(context.district.told_series)) or 'none'}.",
        )
    categories = [c.value for c in Category]
    if asked.category is not None and asked.category not in categories:
        raise WrongNameError(f"Nothing is forecast for {quoted(asked.category)}.", f"Choose one of: {', '.join(categories)}.")
    if others := sorted(code for code in asked.series if asked.category and context.district.series[code].category != asked.category):
        raise WrongNameError(f"{', '.join(others)} is no series of {asked.category}.", "Leave out --category, or --series.")
    return Category(asked.category) if asked.category else None


def _forecastable(context: Context) -> tuple[dt.date, dt.date]:
    """The first and the last origin that have a past to learn from, and a window that was observed to its end."""
    district, versions = context.district, context.read_lake().versions
    if versions.is_empty():
        raise SifangError(f"The lake of {context.code} is empty.", "Take its files in first, with `sifang nightly` or `sifang backfill`.")
    days = versions["occurred_on"].sort()
    # A few old dates are typing errors, and are no history.
    begin, end = days[len(days) // 1000], days[-1]
    return begin + dt.timedelta(days=LEARNING_DAYS), end - dt.timedelta(days=district.horizon_days - 1)


def backtest(context: Context, asked: Terms) -> tuple[pl.DataFrame, Report]:
    """Forecast every origin from what was known then and grade the forecasts; rows of ``FORECASTS`` and their report. Writes nothing.

    Raises:
        SifangError: at no origin was anything known.
    """
    now = clock.now()
    duty = _duty_walk(context, asked, now)
    walk = _Walk(context, asked, now, duty)
    frames: list[pl.DataFrame] = [FORECASTS.to_frame()]
    # Threads split sums differently on different machines, and a repeat must give the same bits.
    with threadpool_limits(limits=1, user_api="blas"):
        for number, day in enumerate(asked.origins):
            progress.tell(f"origin {day}", number, len(asked.origins))
            frames += walk.rows(day)
    forecasts = pl.concat(frames).sort("series", "origin", "cell_id")
    graded = duty.report() if duty else None
    if forecasts.is_empty() and graded is None:
        raise SifangError(
            f"At no origin from {asked.first} to {asked.last} was anything known that could be forecast.",
            "Reports known from their landing on were not known before; with --restated each origin is seen with what is known now.",
        )
    series = [_reported(walk, code, forecasts.filter(pl.col("series") == code)) for code in sorted(walk.left_out)]
    report = Report(
        district=context.code,
        name_zh=context.district.name_zh,
        name_en=context.district.name_en,
        synthetic=context.district.synthetic,
        first=asked.origins[0],
        last=asked.origins[-1],
        origins=len(asked.origins),
        every_days=asked.every_days,
        horizon_days=context.district.horizon_days,
        restated=asked.restated,
        cells=len(context.on(asked.last).folder.cells),
        series=tuple(series),
        uses=tuple(_uses(context, forecasts, asked.every_days)),
        duty=graded,
        subdistricts={s.code: s.name for s in context.district.subdistricts},
    )
    return forecasts, report


def _duty_walk(context: Context, asked: Terms, now: dt.datetime) -> DutyWalk | None:
    """What goes through the clocks; None where only others were asked about."""
    if asked.series or asked.category not in {None, Category.POLITICAL}:
        return None
    known = _forecastable(context)[1] + dt.timedelta(days=context.district.horizon_days)
    # A night looks back no farther than the district's history, so what came is looked at soon after the last origin.
    last = min(known, asked.last + dt.timedelta(days=CLOCKS_OVER_DAYS))
    return DutyWalk(look(context.on(last), last, now, None), asked.restated)


def _reported(walk: _Walk, code: str, forecasts: pl.DataFrame) -> SeriesReport:
    """One series graded."""
    progress.tell(f"grade {code}", len(walk.asked.origins), len(walk.asked.origins))
    own, totals = walk.context.district.series[code], walk.totals.get(code, TOTALS.to_frame())
    whole = pl.col("area") == DISTRICT
    return SeriesReport(
        code,
        own.name_zh,
        own.name_en,
        own.category.value,
        grade(forecasts, walk.asked.every_days) if len(forecasts) else None,
        walk.left_out[code],
        walk.standings[code],
        coverage(totals.filter(whole), walk.asked.every_days),
        coverage(totals.filter(~whole), walk.asked.every_days),
        regret(forecasts) if len(forecasts) else None,
    )


def _uses(context: Context, forecasts: pl.DataFrame, every_days: int) -> Iterator[Use]:
    """What choosing cells by the forecast comes to, per category of which every series was forecast."""
    tags = {c: t for c, t in context.folder.cells.select("cell_id", "tags").iter_rows() if t}
    for category in Category:
        told = context.district.told_series
        weights = {s.code: s.weight for s in context.district.series_of(category) if s.code in told}
        own = forecasts.filter(pl.col("series").is_in(list(weights)))
        if weights and set(own["series"]) == set(weights) and (found := use(category.value, own, weights, tags, every_days)):
            yield found


def with_horizon(context: Context, days: int | None) -> Context:
    """The same district forecast another number of days ahead; itself when that is its own horizon, or None."""
    if days is None or days == context.district.horizon_days:
        return context
    folder = replace(context.folder, district=context.district.model_copy(update={"horizon_days": days}))
    return context.under(folder)


@dataclass
class _Walk:
    """Goes from origin to origin and keeps what the next one needs again."""

    context: Context
    asked: Terms
    now: dt.datetime
    duty: DutyWalk | None = None
    left_out: dict[str, dict[str, int]] = field(default_factory=dict)
    standings: dict[str, dict[str, int]] = field(default_factory=dict)
    totals: dict[str, pl.DataFrame] = field(default_factory=dict)
    _truths: dict[str, View] = field(default_factory=dict)
    _models: dict[Category, CategoryModel] = field(default_factory=dict)
    _references: dict[Category, Reference] = field(default_factory=dict)

    def rows(self, day: dt.date) -> Iterator[pl.DataFrame]:
        """The rows of one origin, a frame per series."""
        here = self.context.on(day)
        view = self._view(here, day)
        if self.duty:
            self.duty.at(here, view)
        for category, heard in scorable(view.panel, here.district).items():
            if self.asked.category not in {None, category}:
                continue
            codes = {s.code for s in view.panel.told(here.district.series_of(category))}
            wanted = codes & self.asked.series if self.asked.series else codes
            if not wanted:
                continue
            seen = self._of_category(here, view, category)
            model = self._model(here, seen, fit_day(heard), wanted)
            levels = pl.Series("level", [None] * len(view.panel.cells), dtype=pl.String)
            if wanted == codes:
                reference = self._reference(here, category, *freeze_day(heard))
                rows = scored(seen, model, reference).rows
                levels = view.panel.cells.select("cell_id").join(rows, on="cell_id", how="left", maintain_order="left")["level"]
            origin = Origin(day, view.panel.days, here.holidays(day), view.panel.cells, view.panel.neighbours)
            came = self._truth(here)
            # A series that was first heard of since the models were fitted begins with the next ones.
            for code in sorted(wanted & model.series.keys()):
                frame, left = forecast_rows(code, origin, model.series[code], seen.pasts[code], self._came(came, code, day), levels)
                yield frame
                totals = total_rows(frame, model.series[code].sizes)
                self.totals[code] = pl.concat([self.totals.get(code, TOTALS.to_frame()), totals])
                _add(self.left_out.setdefault(code, {}), left)
                _add(self.standings.setdefault(code, {}), {_standing(model.series[code]): 1})

    def _view(self, here: Context, day: dt.date) -> View:
        return look(here, day, self.now if self.asked.restated else cutoff(day, here.district), None)

    def _of_category(self, here: Context, view: View, category: Category) -> CategoryView:
        return CategoryView(view.panel, view.reports, here.district, category, here.holidays(view.panel.night))

    def _model(self, here: Context, seen: CategoryView, day: dt.date, wanted: set[str]) -> CategoryModel:
        kept = self._models.get(seen.category)
        if kept is None or kept.frozen_on != day:
            then = seen if day == seen.panel.night else self._of_category(here, self._view(here, day), seen.category)
            kept = self._models[seen.category] = fitted(then, day, wanted)
        return kept

    def _reference(self, here: Context, category: Category, day: dt.date, provisional: bool) -> Reference:
        kept = self._references.get(category)
        if kept is None or (kept.frozen_on, kept.provisional) != (day, provisional):
            seen = self._of_category(here, self._view(here, day), category)
            kept = self._references[category] = frozen(seen, day, provisional=provisional)
        return kept

    def _truth(self, here: Context) -> View:
        """What is known now of the days that the forecasts were about."""
        if here.folder.version not in self._truths:
            end = self.asked.origins[-1] + dt.timedelta(days=here.district.horizon_days)
            self._truths = {here.folder.version: look(here, end, self.now, None)}
        return self._truths[here.folder.version]

    def _came(self, truth: View, series: str, day: dt.date) -> Came:
        first = truth.panel.column(day)
        window = slice(first, first + self.context.district.horizon_days)
        return Came(dense(truth.panel.counts[series][:, window]), truth.panel.observed(series).at(window))


def _standing(model: SeriesModel) -> str:
    return (Standing.INCUMBENT if model.keeps_incumbent else model.standing).value


def _add(total: dict[str, int], more: Mapping[str, int]) -> None:
    for name, number in more.items():
        total[name] = total.get(name, 0) + number
