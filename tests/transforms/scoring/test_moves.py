from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.made import at, cells, district, events, known_days, reports
from tests.helpers.one_night import panel_of
from transforms.panel.panel import Panel
from transforms.schema import MOVES
from transforms.scoring.category.steps import steps
from transforms.scoring.category.view import CategoryView
from transforms.scoring.frozen import Frozen
from transforms.scoring.moves import LEAST_POINTS, moved, why_moved
from transforms.scoring.risk import score_night
from transforms.words import Category, Cause

DAY = dt.timedelta(days=1)
# A Friday, so that neither night brings new models of its own.
NIGHT = dt.date(2025, 6, 6)
FIRST = NIGHT - 130 * DAY


@lru_cache(maxsize=1)
def past() -> tuple[dict[str, Any], ...]:
    """Reports up to the day before the night before."""
    ids, days = cells(), (NIGHT - FIRST).days - 1
    place = np.random.default_rng(5).gamma(0.8, 1.0, (16, 1))
    kinds = {"fire_building": 0.03, "theft": 0.3, "assault": 0.08, "dispute": 0.1}
    rows = [row for n, (k, rate) in enumerate(kinds.items()) for row in events(k, np.broadcast_to(place * rate, (16, days)), FIRST, n, ids)]
    for row in rows:
        if row["kind"] == "dispute":
            row["due_at"], row["closed_at"] = row["occurred_at"] + 10 * DAY, row["occurred_at"] + 8 * DAY
    return tuple(r | {"closed_at": r["closed_at"] if r["closed_at"] and r["closed_at"] < at(NIGHT - DAY, 0) else None} for r in rows)


@dataclass(frozen=True)
class Seen:
    """A night as it was scored."""

    panel: Panel
    rows: pl.DataFrame
    scores: pl.DataFrame
    frozen: Frozen


def seen(
    rows: list[dict[str, Any]], night: dt.date, frozen: Frozen | None = None, share: float = 1.0, silent_from: dt.date = NIGHT
) -> Seen:
    found = reports([r for r in rows if r["occurred_at"] < at(night, 0)])
    arrived = pl.when(pl.col("day") >= silent_from).then(0.0).when(pl.col("day") == NIGHT - 2 * DAY).then(share).otherwise(1.0)
    days = known_days(FIRST, night - DAY).with_columns(share_arrived=arrived)
    panel = panel_of(found, days, district(), cells(), night)
    result = score_night(panel, found, district(), {}, frozen)
    return Seen(panel, found, result.scores, result.frozen)


@lru_cache(maxsize=1)
def before() -> Seen:
    return seen(list(past()), NIGHT - DAY)


def why(now: Seen, then: Seen | None = None, least: float = 0.0, *, same_rules: bool = True) -> pl.DataFrame:
    then = then or before()
    moves = moved(then.scores, now.scores, least)
    found: pl.DataFrame = why_moved(moves, now.panel, now.rows, district(), {}, then.frozen if same_rules else None)
    assert found.schema == MOVES
    adds_up(found, moves)
    return found


def adds_up(found: pl.DataFrame, moves: pl.DataFrame) -> None:
    """The causes of every move are the whole of it."""
    told = found.group_by("category", "cell_id").agg(h=pl.col("harm").sum(), s=pl.col("score").sum())
    both = moves.join(told, on=["category", "cell_id"], how="left").fill_null(0.0)
    harm = both["expected_harm"] - both["expected_harm_before"] - both["h"]
    points = both["score"] - both["score_before"] - both["s"]
    assert (harm.abs() < 1e-9).all()
    assert (points.abs() < 1e-9).all()


def of(found: pl.DataFrame, cause: Cause, cell: str = "c0101", category: str = "public_order") -> tuple[float, float]:
    own = found.filter((pl.col("category") == category) & (pl.col("cell_id") == cell) & (pl.col("cause") == cause.value))
    return (own["harm"][0], own["score"][0]) if len(own) else (0.0, 0.0)


def assaults(cell: str, day: dt.date, number: int) -> list[dict[str, Any]]:
    return [{"kind": "assault", "cell_id": cell, "occurred_at": at(day), "closed_at": None} for _ in range(number)]


def test_new_reports_raise_their_own_cell() -> None:
    now = seen([*past(), *assaults("c0101", NIGHT - DAY, 4)], NIGHT, before().frozen)
    found = why(now)
    harm, points = of(found, Cause.NEW_REPORTS)
    assert harm > 0.8
    assert points > 0
    residents = found.filter(pl.col("category") != "political")
    assert set(residents["cause"]) <= {"season", "aged_out", "new_reports", "district"}
    # A cell without news is told of little: what comes next door, and how alike the cells of the district still look.
    others = [abs(of(found, Cause.NEW_REPORTS, cell)[0]) for cell in ("c0102", "c0202", "c0303")]
    assert max(others) < harm / 3


def test_a_quiet_day_only_ages() -> None:
    then = seen([*past(), *assaults("c0101", NIGHT - 2 * DAY, 6)], NIGHT - DAY, before().frozen)
    now = seen([*past(), *assaults("c0101", NIGHT - 2 * DAY, 6)], NIGHT, before().frozen)
    found = why(now, then)
    assert of(found, Cause.AGED_OUT)[0] < 0
    assert "new_reports" not in set(found["cause"])
    assert "late" not in set(found["cause"])


def test_what_came_late_is_told_from_what_is_new() -> None:
    now = seen([*past(), *assaults("c0101", NIGHT - 9 * DAY, 3)], NIGHT, before().frozen)
    found = why(now)
    assert of(found, Cause.LATE)[0] > 0.5
    assert of(found, Cause.NEW_REPORTS) == (0.0, 0.0)


def test_a_withdrawn_report_is_a_correction() -> None:
    last = [k for k, row in enumerate(past()) if row["kind"] == "assault"][-1]
    gone = past()[last]
    now = seen([row for k, row in enumerate(past()) if k != last], NIGHT, before().frozen)
    assert of(why(now), Cause.LATE, gone["cell_id"])[0] < 0


def test_a_day_that_was_still_arriving_counts_as_late() -> None:
    then = seen(list(past()), NIGHT - DAY, before().frozen, share=0.4)
    now = seen(list(past()), NIGHT, before().frozen)
    found = why(now, then)
    assert "late" in set(found["cause"])


def test_nothing_moves_in_silence_and_what_ends_it_is_told() -> None:
    then, now = (seen(list(past()), n, before().frozen, silent_from=NIGHT - 3 * DAY) for n in (NIGHT - DAY, NIGHT))
    # A rounding of the week's sum is all that its season is.
    assert why(now, then)["harm"].abs().max() in (None, pytest.approx(0, abs=1e-12))
    heard = why(seen(list(past()), NIGHT, before().frozen), then)
    assert {"late", "aged_out", "district"} <= set(heard["cause"])


def test_cases_that_open_or_fall_due_are_open_stock() -> None:
    case = {"kind": "service", "cell_id": "c0101", "occurred_at": at(NIGHT - 20 * DAY), "closed_at": None}
    rows = [*past(), *[case | {"due_at": at(NIGHT - DAY, 1)} for _ in range(5)]]
    then, now = seen(rows, NIGHT - DAY, before().frozen), seen(rows, NIGHT, before().frozen)
    found = why(now, then)
    assert of(found, Cause.OPEN_STOCK, category="stability")[0] == pytest.approx(5 * 2 * 0.05 * (1 + 23 / 24 / 60))
    assert of(found, Cause.LATE, category="stability") == (0.0, 0.0)


def test_another_fit_and_another_reference_are_told_apart() -> None:
    then = before()
    models = {c: replace(m, series=dict(m.series)) for c, m in then.frozen.models.items()}
    theft = models[Category.PUBLIC_ORDER].series["theft"]
    models[Category.PUBLIC_ORDER].series["theft"] = replace(theft, weights=tuple(1.3 * w for w in theft.weights))  # type: ignore[index]
    references = dict(then.frozen.references)
    references[Category.SAFETY] = replace(references[Category.SAFETY], quantiles=references[Category.SAFETY].quantiles * 0.7)
    found = why(seen(list(past()), NIGHT, Frozen(models, references)))
    causes = {c: set(own["cause"]) for (c,), own in found.group_by("category")}
    assert {"refit"} <= causes["public_order"]
    assert "refit" not in causes["safety"] | causes["stability"]
    assert "reference" in causes["safety"]
    assert "reference" not in causes["public_order"] | causes["stability"]
    assert (found.filter(pl.col("cause") == "reference")["harm"] == 0).all()
    refit = found.filter((pl.col("cause") == "refit") & (pl.col("category") == "public_order"))
    assert (refit["harm"] > 0).all()


def test_other_rules_take_the_whole_move_and_so_do_clocks() -> None:
    rows = list(past())
    clocks = [{"kind": "service", "cell_id": "c0000", "occurred_at": at(NIGHT - 20 * DAY), "due_at": at(NIGHT - DAY, 2), "closed_at": None}]
    found = why(seen(rows + 40 * clocks, NIGHT, before().frozen), same_rules=False)
    causes = {c: set(own["cause"]) for (c,), own in found.group_by("category")}
    assert causes["public_order"] == {"rules"}
    then = seen(rows + 40 * clocks, NIGHT - DAY, before().frozen)
    found = why(seen(rows + 40 * clocks, NIGHT, before().frozen), then)
    assert set(found.filter(pl.col("category") == "political")["cause"]) == {"clocks"}


def test_only_what_moved_is_computed_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    now = seen([*past(), *assaults("c0101", NIGHT - DAY, 6)], NIGHT, before().frozen)
    worked: list[Category] = []

    def counted(view: CategoryView, model: Any) -> Any:
        worked.append(view.category)
        return steps(view, model)

    monkeypatch.setattr("transforms.scoring.moves.steps", counted)
    found = why(now, least=LEAST_POINTS)
    assert worked == [Category.PUBLIC_ORDER]
    assert ("public_order", "c0101") in found.select("category", "cell_id").unique().rows()
    assert why(now, least=101.0).is_empty()
    assert worked == [Category.PUBLIC_ORDER]


@settings(max_examples=8, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(["theft", "assault", "fire_building"]), st.integers(0, 15), st.integers(1, 40)), max_size=25))
def test_the_causes_add_up_whatever_came(came: list[tuple[str, int, int]]) -> None:
    ids = cells()["cell_id"]
    rows = [{"kind": k, "cell_id": ids[c], "occurred_at": at(NIGHT - d * DAY), "closed_at": None} for k, c, d in came]
    why(seen([*past(), *rows], NIGHT, before().frozen))
