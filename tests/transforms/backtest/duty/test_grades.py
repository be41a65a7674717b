"""Grades of chances, and the challenger, against clocks whose true chances are known."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from tests.helpers.lives import world
from transforms.backtest.duty import hazard
from transforms.backtest.duty.cases import CASES
from transforms.backtest.duty.grades import AGES, auc, graded
from transforms.duty.halves import FEWEST_LINES, halves
from transforms.duty.survival import Survival
from transforms.words.backtests import Chance

FIRST = dt.date(2026, 1, 5)


def cases() -> pl.DataFrame:
    """Forty thousand cases of eight origins; the simple ways know the departments alone."""
    past, true, yearly, draw, now = world(5)
    columns = {
        "origin": pl.Series([FIRST + dt.timedelta(days=7 * (k % 8)) for k in range(len(true))]),
        "lived": now["lived"],
        "missed": draw(),
        Chance.FORECAST: Survival.fitted(past).missed(now),
        Chance.DEPARTMENT: yearly,
        Chance.KIND: np.full(len(true), yearly.mean()),
        Chance.HAZARD: hazard.missed(past, now),
    }
    return pl.DataFrame(columns, schema=CASES)


def test_gains_are_paired_and_surer_than_chance() -> None:
    rows = cases()
    grades = graded(rows)
    assert tuple(g.age for g in grades) == AGES
    assert sum(g.cases for g in grades) == len(rows)
    for grade in grades:
        own, other = grade.losses[Chance.FORECAST], grade.losses[Chance.DEPARTMENT]
        gain = grade.gains[Chance.DEPARTMENT]
        assert gain.brier == pytest.approx(other.brier - own.brier)
        assert gain.log == pytest.approx(other.log - own.log)
        assert gain.log_se is not None
        assert gain.log > 5 * gain.log_se > 0
        # The model that made these clocks is no regression, but near one: it comes close, and no closer than chance.
        near = grade.gains[Chance.HAZARD]
        assert near.log_se is not None
        assert -2 * near.log_se < near.log < gain.log
        assert sum(b.cases for b in grade.reliability) == grade.cases
        assert max(abs(b.chance - b.missed) for b in grade.reliability) < 0.06


def test_one_origin_has_gains_and_no_error_of_them() -> None:
    (grade, *_) = graded(cases().filter(pl.col("origin") == FIRST))
    assert grade.gains[Chance.KIND].brier_se is None
    assert graded(CASES.to_frame()) == ()


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    pick = np.random.default_rng(2)
    chance, missed = pick.integers(0, 8, 200) / 8, pick.random(200) < 0.3
    pairs = [(a > b) + (a == b) / 2 for a in chance[missed] for b in chance[~missed]]
    assert auc(chance, missed) == pytest.approx(np.mean(pairs))
    assert auc(chance, np.zeros(200, bool)) is None


def test_the_challenger_counts_who_was_never_seen_as_any_other() -> None:
    past, _, _, _, now = world(5)
    some = now.head(50)
    unknown = some.with_columns(department=pl.lit("x"), kind=pl.lit("x"))
    found = hazard.missed(past, unknown)
    assert found == pytest.approx(hazard.missed(past, unknown.reverse())[::-1])
    assert ((found > 0) & (found < 1)).all()
    assert hazard.missed(past, some.with_columns(lived=pl.lit(1.0))) == pytest.approx(1)


@pytest.mark.parametrize(("spread", "least", "most"), [(0.3, 0.85, 1.0), (0.0, 0.0, 0.75)])
def test_halves_agree_where_lines_differ_and_only_there(spread: float, least: float, most: float) -> None:
    pick = np.random.default_rng(9)
    line = np.repeat(np.arange(40), 80)
    share = 0.4 + spread * pick.uniform(-1, 1, 40)
    missed = (pick.random(len(line)) < share[line]).astype(float)
    clocks = pl.DataFrame({"report_id": [f"{k:06}" for k in pick.permutation(len(line))], "department": line.astype(str), "missed": missed})
    found = halves(clocks, ["department"])
    assert found.lines == 40
    assert found.reliability is not None
    assert least <= found.reliability <= most
    assert halves(clocks.filter(pl.col("department").is_in(["1", "2", "3"])), ["department"]) == (3, None)
    assert FEWEST_LINES > 3
