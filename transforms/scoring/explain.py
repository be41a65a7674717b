"""What a score says in words: one sentence per cell and category, in Chinese and English.

Belongs here: turning the numbers of a score into a sentence and ranked words. Does not: those numbers (``transforms.scoring``),
names of contributions and causes, reasons for no score (``transforms.words``).

*Usual* is the median harm forecast for the same cell at the weekly origins of the frozen reference, 52 of them where history allows: what
the same method said of this place in an ordinary week. It stands still for a quarter, as the reference does, so that a growing year is
seen; a long-run rate would be a forecast nobody ever made, and last week's a number that moves with what it should measure.

Where a cell had fewer than ten reports in ninety days, a number would say who they were about: there the sentence has none, and the
drivers are words in their order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from transforms.district.declaration import District
from transforms.grids.succession import share
from transforms.schema import MOVED, MOVES, Score
from transforms.words import Category, Cause, Contribution, State, Words
from transforms.words.feeds import FEEDS

FEW_REPORTS = 10
FEW_DAYS = 90
MINUS = "\u2212"

_SHARES: Final = (
    (0.25, Words("四分之一", "a quarter")),
    (1 / 3, Words("三分之一", "a third")),
    (0.5, Words("一半", "half")),
    (2 / 3, Words("三分之二", "two thirds")),
    (0.75, Words("四分之三", "three quarters")),
    (0.9, Words("九成", "nine tenths")),
    (1.0, Words("几乎全部", "almost all")),
)
_UNKNOWN: Final = Words("常态未知", "what is usual is not known yet")
# Less than this is no share that leads: it comes from everywhere.
_LEAST_SHARE = 0.2
# How far from usual, as a factor, and what that is called. In between it is as usual.
_FAR, _SOME = 2.0, 1.2


@dataclass(frozen=True)
class Insight:
    """What is known of a night beyond its rows.

    ``usual``: harm by category and cell; ``enough``: the (category, cell) pairs that may be told in numbers; ``moved``: scores that moved
    (``category, cell_id, score_before, score``), ``causes``: why (``MOVES``); ``unknown``: why nobody can say why, None where it is said.
    """

    usual: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    enough: frozenset[tuple[str, str]] = frozenset()
    moved: pl.DataFrame = field(default_factory=lambda: MOVED.to_frame())
    causes: pl.DataFrame = field(default_factory=lambda: MOVES.to_frame())
    unknown: Words | None = None

    def numbers(self, category: str, cell: str) -> bool:
        """Whether a cell may be told in numbers; duty is about departments and always may."""
        return category == Category.POLITICAL.value or (category, cell) in self.enough

    def sentence(self, score: Score) -> Words:
        """The sentence of a score."""
        usual = self.usual.get(score.category, {}).get(score.cell_id)
        return sentence(score, usual, numbers=self.numbers(score.category, score.cell_id))

    def causes_of(self, category: str, cell: str) -> dict[Cause, float]:
        """Points of score by cause; empty for a score that stood still."""
        own = self.causes.filter((pl.col("category") == category) & (pl.col("cell_id") == cell))
        return {Cause(cause): points for cause, points in own.select("cause", "score").iter_rows()}


def enough_reports(reports: pl.DataFrame, district: District, night: dt.date) -> frozenset[tuple[str, str]]:
    """The (category, cell) pairs that may be told in numbers: ``FEW_REPORTS`` or more in the ``FEW_DAYS`` before a night.

    Args:
        reports: reports as of the night, one row each, or apportioned (``transforms.grids.succession``).
        district: kinds; sensitive ones count nowhere.
        night: its local date.
    """
    hidden = [k.code for k in district.kinds.values() if k.sensitive]
    categories = {feed.code: feed.category.value for feed in FEEDS.values()}
    recent = reports.filter(pl.col("occurred_on") >= night - dt.timedelta(days=FEW_DAYS), ~pl.col("kind").is_in(hidden))
    recent = recent.with_columns(category=pl.col("feed").replace_strict(categories, return_dtype=pl.String), part=share(reports))
    counted = recent.group_by("category", "cell_id").agg(pl.col("part").sum()).filter(pl.col("part") >= FEW_REPORTS)
    return frozenset(counted.select("category", "cell_id").iter_rows())


def sentence(score: Score, usual: float | None, *, numbers: bool = True) -> Words:
    """What a score says: how much is expected, against how much that is usual, and where most of it comes from.

    Args:
        score: of one cell in one category.
        usual: the cell's usual harm (``Reference.usual``); None where nothing is known of it.
        numbers: False where the cell had too few reports to be told in numbers.
    """
    if score.reason is not None:
        state, why = State.NOT_SCORED.words, score.reason.words
        return Words(f"{state.zh}：{why.zh}", f"{state.en}: {why.en}")
    harm = score.expected_harm or 0.0
    if score.category is Category.POLITICAL:
        missed, least, clocks = f"{harm:.0%}", f"{score.harm_low or 0.0:.0%}", f"{score.expected_count or 0.0:.0f}"
        return Words(
            f"所在街道情况最差的部门有 {clocks} 个时限，预计逾期 {missed}，至少 {least}",
            f"of {clocks} clocks of the department that stands worst here, {missed} are expected to be missed, at least {least}",
        )
    if numbers:
        beside = _UNKNOWN if usual is None else Words(f"常态 {amount(usual)}", f"{amount(usual)} usual")
        start = Words(
            f"预期危害 {amount(harm)}，{beside.zh}",
            f"{amount(harm)} expected against {beside.en}" if usual is not None else f"{amount(harm)} expected; {beside.en}",
        )
        return _and(start, _leading(score))
    start = _compared(harm, usual)
    ranked = [c.words for c in drivers(score)]
    if not ranked:
        return start
    return _and(start, Words("依次来自" + "、".join(s.zh for s in ranked), "mostly from " + ", then ".join(s.en for s in ranked)))


def move_sentence(causes: Mapping[Cause, float], *, numbers: bool = True) -> Words:
    """Why a score moved: the causes of at least a point, or a tenth of the largest, strongest first.

    Args:
        causes: points of score by cause.
        numbers: False where the cell had too few reports to be told in numbers; then directions alone are.
    """
    largest = max(map(abs, causes.values()), default=0.0)
    told = sorted((c for c, v in causes.items() if abs(v) >= min(1.0, 0.1 * largest) and v), key=lambda c: (-abs(causes[c]), c))
    parts = [(c.words, signed(causes[c]) if numbers else "↑" if causes[c] > 0 else "↓") for c in told]
    return Words("，".join(f"{s.zh} {v}" for s, v in parts), ", ".join(f"{s.en} {v}" for s, v in parts))


def signed(points: float) -> str:
    """Points of score with a real sign; what rounds to nothing has none."""
    text = f"{abs(points):.1f}" if abs(points) < 9.95 else f"{abs(points):.0f}"
    return f"{'+' if points > 0 else MINUS}{text}" if float(text) else text


def drivers(score: Score, least_share: float = 0.1, most: int = 3) -> list[Contribution]:
    """The contributions to a score that are worth naming, strongest first: at least ``least_share`` of the harm, at most ``most``."""
    parts = {c: part for c, part in score.contributions.items() if part > 0}
    total = sum(parts.values())
    return [c for c in sorted(parts, key=lambda c: -parts[c]) if parts[c] >= least_share * total][:most]


def amount(value: float) -> str:
    """A quantity of harm as people say it: whole numbers from ten on, one decimal from one on, else one digit that counts."""
    if value >= 9.95:
        return f"{value:,.0f}"
    if value >= 0.095:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.005 else "0"


def _and(first: Words, second: Words) -> Words:
    return Words(f"{first.zh}；{second.zh}", f"{first.en}; {second.en}")


def _leading(score: Score) -> Words:
    """The largest contribution, as a fraction that people say."""
    named = drivers(score, least_share=_LEAST_SHARE, most=1)
    if not named:
        return Words("来自各方面", "from all sides alike") if score.expected_harm else Words("无来源", "from nothing at all")
    leading = named[0]
    part = score.contributions[leading] / sum(score.contributions.values())
    _, said = min(_SHARES, key=lambda s: abs(s[0] - part))
    return Words(f"{said.zh}来自{leading.words.zh}", f"{said.en} from {leading.words.en}")


def _compared(harm: float, usual: float | None) -> Words:
    """A harm against the usual one without a number."""
    if usual is None:
        return _UNKNOWN
    if harm >= _FAR * usual and harm > usual:
        return Words("远高于常态", "far more than usual")
    if harm >= _SOME * usual and harm > usual:
        return Words("高于常态", "more than usual")
    if harm * _SOME <= usual and harm < usual:
        return Words("低于常态", "less than usual")
    return Words("与常态相当", "as usual")
