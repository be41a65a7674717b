"""The tiles at the head of a brief: what is new, why, whether last night can be trusted, what is missing.

Belongs here: choosing what they say. Does not: the facts (``model``), the rest of the page (``render``).
"""

from __future__ import annotations

from collections import Counter

from infra.pages.brief.model import BriefData, SourceHealth
from transforms.words import Category, DayState, Level, State, Words


def headline(data: BriefData) -> dict[str, object]:
    """What the tiles say."""
    # Duty alerts are counted apart: their levels mean something else.
    levels = Counter(a.level for a in data.alerts_new if a.level and a.category is not Category.POLITICAL)
    residents = [c for c in data.categories if c.code is not Category.POLITICAL]
    listed = [c.cells[t.cell_id] for c in residents for t in c.top]
    leading = Counter(cell.drivers[0] for cell in listed if cell.drivers)
    newest = Counter(s.days[-1] for s in data.health.sources)
    gaps = [s for s in data.health.sources if _is_silent(s)]
    uncovered = [s for s in data.health.sources if s.share_covered < 0.995]
    unbalanced = [line.source for line in data.health.ledger if line.difference]
    return {
        "new_levels": [(level, levels[level]) for level in reversed(Level) if levels[level]],
        "new_duty": sum(a.category is Category.POLITICAL for a in data.alerts_new),
        "new_other": sum(a.level is None and a.category is not Category.POLITICAL for a in data.alerts_new),
        "drivers": [(d.words, n) for d, n in sorted(leading.items(), key=lambda item: (-item[1], item[0]))[:3]],
        "listed": sum(bool(cell.drivers) for cell in listed),
        "verdict": verdict(data, unbalanced),
        "states": [(state, newest[state]) for state in DayState if newest[state]],
        "unbalanced": unbalanced,
        "gaps": gaps,
        "short": [(s, [c.words.capital for c in s.categories]) for s in data.health.sources if s.short and not _is_silent(s)],
        "uncovered": uncovered,
        "not_scored": [(c.code.words.capital, sum(c.not_scored_counts.values())) for c in data.categories if c.not_scored_counts],
        "not_scored_any": len({i for c in residents for i, s in c.cells.items() if s.state is State.NOT_SCORED}),
    }


def verdict(data: BriefData, unbalanced: list[str]) -> tuple[str, Words]:
    """One phrase on the data of last night: the worst thing that is true of it."""
    if unbalanced:
        return "bad", Words("账目不平", "The ledger does not balance")
    if not data.health.sources:
        return "bad", Words("无数据源记录", "No record of any source")
    if any(_is_silent(s) for s in data.health.sources) or data.health.stopped:
        return "bad", Words("有数据缺失", "Data is missing")
    if any(s.short for s in data.health.sources):
        return "fair", Words("到达少于往常此时", "Less has come than is usual at this hour")
    return "good", Words("到达如常", "As much has come as is usual at this hour")


def _is_silent(source: SourceHealth) -> bool:
    """Whether a source brings nothing, for longer than what is late may take."""
    return source.days[-1] is DayState.MISSING or (source.days[-1] is DayState.LATE and DayState.MISSING in source.days)
