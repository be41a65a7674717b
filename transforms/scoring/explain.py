"""What a score says in words: one sentence per cell and category, in Chinese and English.

Belongs here: turning the numbers of a row of scores into a sentence and ranked words. Does not: those numbers (``transforms.scoring``),
single words of the page (``infra.pages.brief.labels``), reasons for no score (``transforms.words.reasons``).

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
from typing import Any, Final

import polars as pl

from transforms.district.declaration import District
from transforms.grids.succession import share
from transforms.schema import CONTRIBUTIONS, FEED_OF, MOVED, MOVES, Category, Cause, State
from transforms.words.reasons import NOT_SCORED

FEW_REPORTS = 10
FEW_DAYS = 90
MINUS = "\u2212"


@dataclass(frozen=True)
class Said:
    """One thing said twice."""

    zh: str
    en: str


# Where a part of the harm comes from, as it stands after "three quarters from".
SOURCES: Final = {
    "long_run": Said("本格的长期水平", "the long run here"),
    "recent": Said("本格近期报告", "recent reports here"),
    "neighbours": Said("周边网格", "the cells around it"),
    "other_series": Said("本格的其他事项", "other kinds here"),
    "district": Said("全区水平", "the district as a whole"),
    "open_stock": Said("未办结存量", "cases still open"),
}
# Why a score moved (``transforms.scoring.moves``).
CAUSES: Final = {
    Cause.RULES: Said("辖区规则变更", "changed rules"),
    Cause.LATE: Said("迟到或更正的数据", "late or corrected data"),
    Cause.SEASON: Said("时令", "season"),
    Cause.AGED_OUT: Said("旧报告淡出", "older reports fading"),
    Cause.NEW_REPORTS: Said("新报告", "new reports"),
    Cause.DISTRICT: Said("全区与周边走势", "the trend of the district and of this part of it"),
    Cause.OPEN_STOCK: Said("未办结存量", "open stock"),
    Cause.REFIT: Said("每周重新拟合", "weekly refit"),
    Cause.REFERENCE: Said("新的参考分布", "new reference"),
    Cause.CLOCKS: Said("时限", "clocks"),
}
_SHARES: Final = (
    (0.25, Said("四分之一", "a quarter")),
    (1 / 3, Said("三分之一", "a third")),
    (0.5, Said("一半", "half")),
    (2 / 3, Said("三分之二", "two thirds")),
    (0.75, Said("四分之三", "three quarters")),
    (0.9, Said("九成", "nine tenths")),
    (1.0, Said("几乎全部", "almost all")),
)
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
    unknown: Said | None = None

    def numbers(self, category: str, cell: str) -> bool:
        """Whether a cell may be told in numbers; duty is about departments and always may."""
        return category == Category.POLITICAL.value or (category, cell) in self.enough

    def sentence(self, row: Mapping[str, Any]) -> Said:
        """The sentence of a row of ``SCORES``."""
        category, cell = row["category"], row["cell_id"]
        return sentence(row, self.usual.get(category, {}).get(cell), numbers=self.numbers(category, cell))

    def causes_of(self, category: str, cell: str) -> dict[Cause, float]:
        """Points of score by cause; empty for a score that stood still."""
        own = self.causes.filter((pl.col("category") == category) & (pl.col("cell_id") == cell))
        return {Cause(cause): points for cause, points in own.select("cause", "score").iter_rows()}


def enough_reports(reports: pl.DataFrame, district: District, night_start: dt.datetime) -> frozenset[tuple[str, str]]:
    """The (category, cell) pairs that may be told in numbers: ``FEW_REPORTS`` or more in the ``FEW_DAYS`` before a night.

    Args:
        reports: reports as of the night, one row each, or apportioned (``transforms.grids.succession``).
        district: kinds; sensitive ones count nowhere.
        night_start: start of the night (UTC).
    """
    hidden = [k.code for k in district.kinds.values() if k.sensitive]
    categories = {feed.value: category.value for category, feed in FEED_OF.items()}
    recent = reports.filter(pl.col("occurred_at") >= night_start - dt.timedelta(days=FEW_DAYS), ~pl.col("kind").is_in(hidden))
    recent = recent.with_columns(category=pl.col("feed").replace_strict(categories, return_dtype=pl.String), part=share(reports))
    counted = recent.group_by("category", "cell_id").agg(pl.col("part").sum()).filter(pl.col("part") >= FEW_REPORTS)
    return frozenset(counted.select("category", "cell_id").iter_rows())


def sentence(row: Mapping[str, Any], usual: float | None, *, numbers: bool = True) -> Said:
    """What a row of ``SCORES`` says: how much is expected, against how much that is usual, and where most of it comes from.

    Args:
        row: one row of ``SCORES``, by column.
        usual: the cell's usual harm (``Reference.usual``); None where nothing is known of it.
        numbers: False where the cell had too few reports to be told in numbers.
    """
    if row["state"] == State.NOT_SCORED.value:
        why = NOT_SCORED[row["reason"]]
        return Said(f"未评分：{why.zh}", f"not scored: {why.en}")
    if row["category"] == Category.POLITICAL.value:
        missed, least, clocks = f"{row['expected_harm']:.0%}", f"{row['harm_low']:.0%}", f"{row['expected_count']:.0f}"
        return Said(
            f"所在街道近期 {clocks} 个时限，预计逾期 {missed}，至少 {least}",
            f"of {clocks} clocks of its subdistrict, {missed} are expected to be missed, at least {least}",
        )
    harm = row["expected_harm"]
    if numbers:
        beside = (
            Said("常态未知", "what is usual is not known yet") if usual is None else Said(f"常态 {amount(usual)}", f"{amount(usual)} usual")
        )
        start = Said(
            f"预期危害 {amount(harm)}，{beside.zh}",
            f"{amount(harm)} expected against {beside.en}" if usual is not None else f"{amount(harm)} expected; {beside.en}",
        )
        return _and(start, _leading(row))
    start = _compared(harm, usual)
    ranked = [SOURCES[name] for name in drivers(row)]
    if not ranked:
        return start
    return _and(start, Said("依次来自" + "、".join(s.zh for s in ranked), "mostly from " + ", then ".join(s.en for s in ranked)))


def move_sentence(causes: Mapping[Cause, float], *, numbers: bool = True) -> Said:
    """Why a score moved: the causes of at least a point, or a tenth of the largest, strongest first.

    Args:
        causes: points of score by cause.
        numbers: False where the cell had too few reports to be told in numbers; then directions alone are.
    """
    largest = max(map(abs, causes.values()), default=0.0)
    told = sorted((c for c, v in causes.items() if abs(v) >= min(1.0, 0.1 * largest) and v), key=lambda c: (-abs(causes[c]), c))
    parts = [(CAUSES[c], signed(causes[c]) if numbers else "↑" if causes[c] > 0 else "↓") for c in told]
    return Said("，".join(f"{s.zh} {v}" for s, v in parts), ", ".join(f"{s.en} {v}" for s, v in parts))


def signed(points: float) -> str:
    """Points of score with a real sign; what rounds to nothing has none."""
    text = f"{abs(points):.1f}" if abs(points) < 9.95 else f"{abs(points):.0f}"
    return f"{'+' if points > 0 else MINUS}{text}" if float(text) else text


def drivers(row: Mapping[str, Any], least_share: float = 0.1, most: int = 3) -> list[str]:
    """The contributions of a row that are worth naming, strongest first: at least ``least_share`` of the harm, at most ``most``."""
    parts = {name: row[name] for name in CONTRIBUTIONS if row[name] is not None and row[name] > 0}
    total = sum(parts.values())
    return [n for n in sorted(parts, key=lambda n: -parts[n]) if parts[n] >= least_share * total][:most]


def amount(value: float) -> str:
    """A quantity of harm as people say it: whole numbers from ten on, one decimal from one on, else one digit that counts."""
    if value >= 9.95:
        return f"{value:,.0f}"
    if value >= 0.095:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.005 else "0"


def _and(first: Said, second: Said) -> Said:
    return Said(f"{first.zh}；{second.zh}", f"{first.en}; {second.en}")


def _leading(row: Mapping[str, Any]) -> Said:
    """The largest contribution, as a fraction that people say."""
    named = drivers(row, least_share=_LEAST_SHARE, most=1)
    if not named:
        return Said("来自各方面", "from all sides alike") if row["expected_harm"] > 0 else Said("无来源", "from nothing at all")
    part = row[named[0]] / sum(row[n] for n in CONTRIBUTIONS)
    _, said = min(_SHARES, key=lambda s: abs(s[0] - part))
    return Said(f"{said.zh}来自{SOURCES[named[0]].zh}", f"{said.en} from {SOURCES[named[0]].en}")


def _compared(harm: float, usual: float | None) -> Said:
    """A harm against the usual one without a number."""
    if usual is None:
        return Said("常态未知", "what is usual is not known yet")
    if harm >= _FAR * usual and harm > usual:
        return Said("远高于常态", "far more than usual")
    if harm >= _SOME * usual and harm > usual:
        return Said("高于常态", "more than usual")
    if harm * _SOME <= usual and harm < usual:
        return Said("低于常态", "less than usual")
    return Said("与常态相当", "as usual")
