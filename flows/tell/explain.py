"""Why a score is what it is and why it moved: `sifang explain`.

Belongs here: putting together what is known of a cell, or of all that moved. Does not: finding it out (``flows.tell.insight``), its shape
(``flows.tell.explanation``), words (``transforms.scoring.explain``).

Where a cell had fewer than ten reports in ninety days, there are no numbers, and drivers are ranked words.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

import polars as pl

from flows.nights.frozen import stored
from flows.stores import Context
from flows.tell.explanation import CategoryTold, Driver, Explanation, Move, MoveCause, MovedScores, Numbers, Part, SeriesPart, SurgeSeen
from flows.tell.insight import insight, published, seen
from infra.errors import SifangError, WrongNameError
from infra.warehouse.nights.models import ModelRecord, models_of
from infra.warehouse.nights.nights import PublishedNight
from infra.warehouse.nights.runs import run_summary
from infra.warehouse.nights.scores import scores_of
from infra.warehouse.nights.surges import district_surges_of
from transforms.panel.known import View
from transforms.schema import Score
from transforms.schema.night import NightSummary
from transforms.schema.plain import records
from transforms.scoring.category.counting import measured
from transforms.scoring.category.expected import escalated_harm, harm_by_series
from transforms.scoring.category.view import CategoryView
from transforms.scoring.explain import Insight, drivers, move_sentence
from transforms.scoring.rests_on import RestsOn, rests_on
from transforms.words import Category, State, Surge, SurgeArea
from transforms.words.harmless import quoted

_TOLD: Final = (Surge.WATCH, Surge.RED)


@dataclass(frozen=True)
class _Night:
    """A published night and what is known of it; ``then`` is the district as it was."""

    row: PublishedNight
    then: Context
    known: Insight
    view: View | None
    summary: NightSummary
    models: list[ModelRecord]
    area_surges: pl.DataFrame


def moves(context: Context, night: dt.date | None = None, category: Category | None = None) -> MovedScores:
    """Every score of a night (by default the last one) that moved, and why.

    Raises:
        SifangError: the night was never published, or nobody can say what moved it.
    """
    row = published(context, night)
    known = insight(context, row)
    if known.unknown is not None:
        raise SifangError(f"Why scores of night {row.night} moved cannot be said: {known.unknown.en}.", "Ask about another night.")
    chosen = known.moved if category is None else known.moved.filter(pl.col("category") == category)
    by = (pl.col("score") - pl.col("score_before")).abs()
    ordered = chosen.with_columns(by=by).sort("by", "category", "cell_id", descending=[True, False, False])
    names = _names(context.on(row.night))
    return MovedScores(context.code, row.night, _moves(known, ordered, names))


def explain(context: Context, night: dt.date | None, cell: str, category: Category | None = None) -> Explanation:
    """Everything that is known of a cell on a night (by default the last one), per category.

    Raises:
        SifangError: the night was never published, or the cell is none of the district's.
    """
    row = published(context, night)
    scores = scores_of(context.warehouse, row.night).filter(pl.col("cell_id") == cell)
    then = context.at_version(row.district_version)
    if scores.is_empty():
        raise _no_such_cell(then, cell, row.night)
    summary = run_summary(context.warehouse, row.run_id, row.night)
    models = models_of(context.warehouse, row.model_ids)
    name, subdistrict = then.folder.cells.filter(pl.col("cell_id") == cell).select("name", "subdistrict").row(0)
    area_surges = district_surges_of(context.warehouse, row.night).filter(pl.col("subdistrict") == pl.lit(subdistrict))
    told = _Night(row, then, insight(context, row, cell), seen(context, row), summary, models, area_surges)
    asked = scores.filter(pl.col("category") == category) if category else scores
    ordered = sorted(records(Score, asked), key=lambda score: list(Category).index(score.category))
    return Explanation(
        district=context.code,
        night=row.night,
        revision=row.revision,
        as_of=row.as_of,
        lake_seq=row.lake_seq,
        mode=row.mode,
        cell=cell,
        name=name,
        subdistrict=subdistrict,
        categories=tuple(_category(told, score) for score in ordered),
    )


def _category(told: _Night, score: Score) -> CategoryTold:
    category, cell, known = score.category, score.cell_id, told.known
    numbers = known.numbers(category, cell)
    models = {m.kind: m.model_id for m in told.models if m.category == category}
    own = known.moved.filter(pl.col("category") == category, pl.col("cell_id") == cell)
    return CategoryTold(
        category=category,
        state=score.state,
        reason=score.reason,
        level=score.level,
        sentence=known.sentence(score),
        numbers=_numbers(told, score) if numbers and score.state is not State.NOT_SCORED else None,
        drivers=tuple(Driver(source, source.words) for source in drivers(score)),
        surge=_surge(told, score),
        moved=next(iter(_moves(known, own, _names(told.then))), None),
        model_id=models.get("model"),
        reference_id=models.get("reference"),
        against_last_year=told.summary.against_last_year.get(category),
        rests_on=rests_on(told.view, told.then.district, category, cell, numbers=numbers) if told.view else RestsOn(),
    )


def _surge(told: _Night, score: Score) -> SurgeSeen | None:
    """The surge of the cell; of disputes, that of its subdistrict."""
    if score.surge in _TOLD:
        return SurgeSeen(score.surge, score.surge_series, score.surge_days, score.surge_area)
    of_area = told.area_surges.filter(pl.col("category") == score.category, pl.col("surge").is_in([s.value for s in _TOLD]))
    if of_area.is_empty():
        return None
    surge, series, days = of_area.sort("p", "series").select("surge", "series", "days").row(0)
    return SurgeSeen(Surge(surge), series, days, SurgeArea.SUBDISTRICT)


def _numbers(told: _Night, score: Score) -> Numbers:
    total = score.expected_harm or 0.0
    parts = sorted(score.contributions.items(), key=lambda item: -item[1])
    return Numbers(
        score=score.score,
        expected_harm=score.expected_harm,
        harm_low=score.harm_low,
        harm_high=score.harm_high,
        expected_count=score.expected_count,
        p_any=score.p_any,
        usual=told.known.usual.get(score.category, {}).get(score.cell_id),
        contributions=tuple(Part(source, source.words, harm, _share(harm, total)) for source, harm in parts),
        series=_series(told, score.category, score.cell_id),
    )


def _series(told: _Night, category: Category, cell: str) -> tuple[SeriesPart, ...]:
    made, view = stored(told.then, told.row.model_ids), told.view
    models = made.models
    if view is None or category not in models:
        return ()
    place = view.panel.cells["cell_id"].to_list().index(cell)
    district = told.then.district
    of_all = CategoryView(view.panel, view.reports, district, category, told.then.holidays(view.panel.night))
    own = measured(of_all, models[category], made.references[category])
    harm = {code: float(h[place]) for code, h in harm_by_series(own, models[category]).items()}
    overdue = {code: float(h[place]) for code, h in escalated_harm(own, models[category]).items()}
    total, shares = sum(harm.values()), models[category].escalation
    return tuple(
        SeriesPart(code, district.series[code].name, h, _share(h, total), shares.get(code), overdue.get(code, 0.0))
        for code, h in sorted(harm.items(), key=lambda item: -item[1])
    )


def _share(part: float, total: float) -> float:
    return part / total if total else 0.0


def _moves(known: Insight, moved: pl.DataFrame, names: dict[str, str | None]) -> tuple[Move, ...]:
    """The rows of ``MOVED`` with their causes."""
    rows = moved.select("category", "cell_id", "score_before", "score").iter_rows()
    return tuple(_move(known, Category(category), cell, names.get(cell), before, now) for category, cell, before, now in rows)


def _move(known: Insight, category: Category, cell: str, name: str | None, before: float, now: float) -> Move:
    numbers, causes = known.numbers(category, cell), known.causes_of(category, cell)
    ranked = sorted(causes.items(), key=lambda item: -abs(item[1]))
    return Move(
        category=category,
        cell=cell,
        name=name,
        direction="up" if now > before else "down",
        before=before if numbers else None,
        now=now if numbers else None,
        causes=tuple(MoveCause(cause, cause.words, points if numbers else None) for cause, points in ranked),
        sentence=move_sentence(causes, numbers=numbers),
    )


def _names(context: Context) -> dict[str, str | None]:
    return dict(context.folder.cells.select("cell_id", "name").iter_rows())


def _no_such_cell(context: Context, cell: str, night: dt.date) -> WrongNameError:
    cells = context.folder.cells
    named = cells.filter(pl.col("name") == cell)["cell_id"].to_list()
    near = named or get_close_matches(cell, cells["cell_id"].to_list(), n=3, cutoff=0.5)
    hint = f"Did you mean {', '.join(near)}?" if near else f"Its cells are named like {cells['cell_id'][0]}."
    return WrongNameError(f"{context.code} has no cell {quoted(cell)} on night {night}.", hint)
