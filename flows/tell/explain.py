"""Why a score is what it is and why it moved: a published night, looked at again with what was known then.

Belongs here: reading what an explanation rests on, for `sifang explain` and the brief. Does not: words (``transforms.scoring.explain``),
the decomposition (``transforms.scoring.moves``), drawing (``flows.cli.draw.explain``).

Nothing of this is stored with a night: it follows from two published revisions, so it can be told again as long as both can be replayed,
and a backfill, which nobody reads a brief of, does not pay for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import polars as pl
from threadpoolctl import threadpool_limits

from flows.nights.frozen import stored
from flows.nights.look import look
from flows.stores import Context
from infra.errors import SifangError
from infra.warehouse.models import models_of
from infra.warehouse.nights import PublishedNight, latest_night, night_row
from infra.warehouse.runs import run_summary
from infra.warehouse.scores import scores_of
from transforms.clocks.nights import day_start
from transforms.panel.known import View
from transforms.schema import Score
from transforms.schema.night import NightSummary
from transforms.schema.plain import records
from transforms.scoring.category.expected import escalated_harm, harm_by_series
from transforms.scoring.category.view import CategoryView
from transforms.scoring.explain import Insight, drivers, enough_reports, move_sentence
from transforms.scoring.moves import moved, why_moved
from transforms.scoring.rests_on import RestsOn, rests_on
from transforms.words import Category, State, Words

NUMBERS = ("score", "expected_harm", "expected_count", "harm_low", "harm_high", "p_any")
_DAY = dt.timedelta(days=1)
_PURGED = Words("该夜的输入已过保存期", "the inputs of this night are past their time")
_ALONE = Words("前一夜没有发布", "the night before was not published")


def published(context: Context, night: dt.date | None = None) -> PublishedNight:
    """The row of a night's latest revision; without a night, that of the last one.

    Raises:
        SifangError: it was never published.
    """
    last = latest_night(context.warehouse)
    if last is None:
        raise SifangError(f"{context.code} has no published night.", "Run `sifang nightly` first.")
    row = night_row(context.warehouse, night or last)
    if row is None:
        raise SifangError(f"Night {night} of {context.code} was never published.", f"The last one that was is {last}.")
    return row


def insight(context: Context, night: dt.date) -> Insight:
    """What is known of a published night beyond its rows.

    Raises:
        SifangError: it was never published.
    """
    row = published(context, night)
    view = _view(context, row)
    usual = _usual(context, row)
    if view is None:
        return Insight(usual, unknown=_PURGED)
    then = context.at_version(row.district_version)
    enough = enough_reports(view.reports, then.district, day_start(night, then.district.zone))
    before = night_row(context.warehouse, night - _DAY)
    if before is None:
        return Insight(usual, enough, unknown=_ALONE)
    moves = moved(scores_of(context.warehouse, night - _DAY), scores_of(context.warehouse, night))
    frozen = stored(context, before.model_ids) if before.scoring_hash == row.scoring_hash else None
    with threadpool_limits(limits=1, user_api="blas"):
        causes = why_moved(moves, view.panel, view.reports, then.district, then.holidays(night), frozen)
    return Insight(usual, enough, moves, causes)


def moves(context: Context, night: dt.date, category: Category | None = None) -> list[dict[str, Any]]:
    """Every score of a night that moved, and why, the farthest first; without numbers where a cell had too few reports.

    Raises:
        SifangError: the night was never published, or nobody can say what moved it.
    """
    known = insight(context, night)
    if known.unknown is not None:
        raise SifangError(f"Why scores of night {night} moved cannot be said: {known.unknown.en}.", "Ask about another night.")
    names = dict(context.on(night).folder.cells.select("cell_id", "name").iter_rows())
    chosen = known.moved if category is None else known.moved.filter(pl.col("category") == category.value)
    ordered = chosen.with_columns(by=(pl.col("score") - pl.col("score_before")).abs()).sort(
        "by", "category", "cell_id", descending=[True, False, False]
    )
    return [{"name": names.get(row["cell_id"]), **_move(known, row)} for row in ordered.iter_rows(named=True)]


def explain(context: Context, night: dt.date, cell: str, category: Category | None = None) -> dict[str, Any]:
    """Everything that is known of a cell on a night, per category, as plain values.

    Where a cell had fewer than ten reports in ninety days, every number is None and drivers are ranked words.

    Raises:
        SifangError: the night was never published, or the cell is none of the district's.
    """
    row = published(context, night)
    scores = scores_of(context.warehouse, night).filter(pl.col("cell_id") == cell)
    then = context.at_version(row.district_version)
    if scores.is_empty():
        raise _no_such_cell(then, cell, night)
    place = then.folder.cells.row(by_predicate=pl.col("cell_id") == cell, named=True)
    known = insight(context, night)
    view = _view(context, row)
    summary = run_summary(context.warehouse, row.run_id, night)
    asked = scores.filter(pl.col("category") == category.value) if category else scores
    ordered = sorted(records(Score, asked), key=lambda score: list(Category).index(score.category))
    return {
        "district": context.code,
        "night": night.isoformat(),
        "revision": row.revision,
        "cell": cell,
        "name": place["name"],
        "subdistrict": place["subdistrict"],
        "as_of": row.as_of.isoformat(),
        "lake_seq": row.lake_seq,
        "mode": row.mode,
        "categories": [_category(then, row, known, view, summary, each) for each in ordered],
    }


def _category(
    context: Context, row: PublishedNight, known: Insight, view: View | None, summary: NightSummary, score: Score
) -> dict[str, Any]:
    category, cell = score.category, score.cell_id
    numbers = known.numbers(category, cell)
    scored = score.state is not State.NOT_SCORED
    said = known.sentence(score)
    models = {m.kind: m.model_id for m in models_of(context.warehouse, row.model_ids) if m.category == category}
    total = score.expected_harm or 0.0
    own = known.moved.filter((pl.col("category") == category) & (pl.col("cell_id") == cell))
    return {
        "category": category.value,
        "state": score.state,
        "reason": score.reason,
        "level": score.level,
        "sentence": vars(said),
        "told_in_numbers": numbers,
        **{name: getattr(score, name) if numbers else None for name in NUMBERS},
        "usual": known.usual.get(category, {}).get(cell) if numbers and scored else None,
        "contributions": [
            {"from": c.value, **vars(c.words), "harm": v, "share": v / total if total else 0.0}
            for c, v in sorted(score.contributions.items(), key=lambda item: -item[1])
        ]
        if numbers
        else [],
        "drivers": [{"from": c.value, **vars(c.words)} for c in drivers(score)],
        "series": _series(context, row, view, category, cell) if numbers and scored else [],
        **{name: getattr(score, name) for name in ("surge", "surge_series", "surge_days", "surge_area")},
        "moved": _move(known, own.row(0, named=True)) if len(own) else None,
        "model_id": models.get("model"),
        "reference_id": models.get("reference"),
        "against_last_year": summary.against_last_year.get(category),
        **vars(rests_on(view, context.district, category, cell, numbers=numbers) if view else RestsOn()),
    }


def _move(known: Insight, row: Mapping[str, Any]) -> dict[str, Any]:
    category, cell = row["category"], row["cell_id"]
    numbers = known.numbers(category, cell)
    causes = known.causes_of(category, cell)
    said = move_sentence(causes, numbers=numbers)
    ranked = sorted(causes.items(), key=lambda item: -abs(item[1]))
    return {
        "category": category,
        "cell": cell,
        "direction": "up" if row["score"] > row["score_before"] else "down",
        "from": row["score_before"] if numbers else None,
        "to": row["score"] if numbers else None,
        "causes": [{"cause": c.value, **vars(c.words), "points": v if numbers else None} for c, v in ranked],
        "sentence": vars(said),
    }


def _series(context: Context, row: PublishedNight, view: View | None, category: Category, cell: str) -> list[dict[str, Any]]:
    """What each series brings to a cell's harm, computed again from what was known; empty where that is past its time."""
    models = stored(context, row.model_ids).models
    if view is None or category not in models:
        return []
    place = view.panel.cells["cell_id"].to_list().index(cell)
    seen = CategoryView(view.panel, view.reports, context.district, category, context.holidays(view.panel.night))
    harm = {code: float(h[place]) for code, h in harm_by_series(seen, models[category]).items()}
    overdue = {code: float(h[place]) for code, h in escalated_harm(seen, models[category]).items()}
    total = sum(harm.values())
    named = context.district.series
    return [
        {
            "code": code,
            "zh": named[code].name_zh,
            "en": named[code].name_en,
            "harm": h,
            "share": h / total if total else 0.0,
            # 民转刑: the share of the series that overdue disputes predict, and what it brings here; None where it is not declared.
            "escalation": models[category].escalation.get(code),
            "from_overdue_disputes": overdue.get(code, 0.0),
        }
        for code, h in sorted(harm.items(), key=lambda item: -item[1])
    ]


def _view(context: Context, row: PublishedNight) -> View | None:
    """What a published night saw; None once its inputs are past their time."""
    newest = latest_night(context.warehouse)
    if newest is not None and newest > row.replayable_until:
        return None
    return look(context.at_version(row.district_version), row.night, row.as_of, row.lake_seq)


def _usual(context: Context, row: PublishedNight) -> dict[str, Mapping[str, float]]:
    return {c.value: reference.usual for c, reference in stored(context, row.model_ids).references.items()}


def _no_such_cell(context: Context, cell: str, night: dt.date) -> SifangError:
    cells = context.folder.cells
    named = cells.filter(pl.col("name") == cell)["cell_id"].to_list()
    near = named or get_close_matches(cell, cells["cell_id"].to_list(), n=3, cutoff=0.5)
    hint = f"Did you mean {', '.join(near)}?" if near else f"Its cells are named like {cells['cell_id'][0]}."
    return SifangError(f"{context.code} has no cell {cell!r} on night {night}.", hint)
