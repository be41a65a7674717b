from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.made import at, district, reports
from transforms.schema import Score
from transforms.scoring.explain import FEW_DAYS, FEW_REPORTS, amount, drivers, enough_reports, sentence
from transforms.words import CONTRIBUTIONS, Category, Contribution, State
from transforms.words.reasons import NotScored

NIGHT = dt.date(2025, 6, 4)
DAY = dt.timedelta(days=1)


def made(category: Category = Category.PUBLIC_ORDER, /, **parts: float) -> Score:
    """A score whose contributions are ``parts``."""
    given: dict[str, Any] = {**dict.fromkeys(CONTRIBUTIONS, 0.0), **parts}
    return Score(category, "c1", State.SCORED, expected_harm=sum(given.values()), **given)


def test_the_sentence_of_a_cell() -> None:
    said = sentence(made(neighbours=1.58, long_run=0.42, district=0.1), 0.9)
    assert said.en == "2.1 expected against 0.9 usual; three quarters from the cells around it"
    assert said.zh == "预期危害 2.1，常态 0.9；四分之三来自周边网格"


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"recent": 1.0}, "almost all from recent reports here"),
        ({"open_stock": 0.5, "recent": 0.5}, "half from recent reports here"),
        ({"long_run": 0.36, "recent": 0.34, "district": 0.3}, "a third from the long run here"),
        ({"district": 0.66, "recent": 0.34}, "two thirds from the district as a whole"),
        (dict.fromkeys(CONTRIBUTIONS, 1.0), "from all sides alike"),
        ({}, "from nothing at all"),
    ],
)
def test_the_leading_share_is_a_fraction_people_say(parts: dict[str, float], said: str) -> None:
    assert sentence(made(**parts), 1.0).en.endswith(said)


def test_nothing_usual_is_said_where_none_is_known() -> None:
    said = sentence(made(recent=0.04), None)
    assert said.en == "0.04 expected; what is usual is not known yet; almost all from recent reports here"
    assert "常态未知" in said.zh


@pytest.mark.parametrize(
    ("usual", "word"),
    [
        (0.4, "far more than usual"),
        (0.8, "more than usual"),
        (0.95, "as usual"),
        (1.1, "as usual"),
        (1.3, "less than usual"),
        (0.0, "far more than usual"),
    ],
)
def test_a_cell_with_few_reports_is_told_in_words(usual: float, word: str) -> None:
    said = sentence(made(recent=0.6, neighbours=0.4), usual, numbers=False)
    assert said.en == f"{word}; mostly from recent reports here, then the cells around it"
    assert not any(c.isdigit() for c in said.en + said.zh)


@given(st.lists(st.floats(0, 50), min_size=6, max_size=6), st.none() | st.floats(0, 100))
def test_words_hold_no_number_whatever_the_row(parts: list[float], usual: float | None) -> None:
    score = made(**dict(zip(CONTRIBUTIONS, parts, strict=True)))
    said = sentence(score, usual, numbers=False)
    assert not any(c.isdigit() for c in said.en + said.zh)
    named = drivers(score)
    assert [c for c in Contribution if c.words.en in said.en] == sorted(named, key=list(Contribution).index)


def test_duty_and_silence_have_sentences_of_their_own() -> None:
    duty = Score(Category.POLITICAL, "c1", State.SCORED, expected_harm=0.124, harm_low=0.081, expected_count=34.0)
    assert sentence(duty, None).en == "of 34 clocks of the department that stands worst here, 12% are expected to be missed, at least 8%"
    silent = Score(Category.SAFETY, "c1", State.NOT_SCORED, NotScored.NOT_COVERED)
    assert sentence(silent, 1.0).en == "not scored: no source covers this cell"
    assert sentence(silent, 1.0).zh == "未评分：无数据覆盖"


@pytest.mark.parametrize(
    ("value", "said"), [(0.0, "0"), (0.004, "0"), (0.04, "0.04"), (0.1, "0.1"), (2.14, "2.1"), (9.96, "10"), (1234.5, "1,234")]
)
def test_amounts(value: float, said: str) -> None:
    assert amount(value) == said


def test_ten_reports_in_ninety_days_are_enough() -> None:
    def some(kind: str, number: int, age: int, cell: str) -> list[dict[str, Any]]:
        return [{"kind": kind, "cell_id": cell, "occurred_at": at(NIGHT - age * DAY)} for _ in range(number)]

    rows = [
        *some("theft", FEW_REPORTS, FEW_DAYS, "c0000"),
        *some("theft", FEW_REPORTS, FEW_DAYS + 1, "c0001"),
        *some("theft", FEW_REPORTS - 1, 5, "c0002"),
        *some("domestic", FEW_REPORTS, 5, "c0002"),
        *some("dispute", FEW_REPORTS, 5, "c0003"),
    ]
    found = enough_reports(reports(rows), district(), NIGHT)
    assert found == {("public_order", "c0000"), ("stability", "c0003")}
    # A former zone's reports count by their share.
    halved = reports(rows).with_columns(pl.lit(500_000).alias("~parts"))
    assert enough_reports(halved, district(), NIGHT) == set()
