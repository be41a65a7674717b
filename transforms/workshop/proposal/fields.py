"""Which columns of an unknown file say what happened, who handles it and how it stands: words that repeat.

Belongs here: kind, status, department, discovery, severity, and for how many a row stands. Does not: what their words mean (``words``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from transforms.reports.shapes import present
from transforms.words.how_many import tells_how_many
from transforms.workshop.proposal.columns import share_matching
from transforms.workshop.proposal.draft import Draft
from transforms.workshop.proposal.naming import called, ranked
from transforms.workshop.proposal.words import share_of_kinds

_KIND = (
    *(
        "call.?type|complaint.?type|incident.?(class|type)|primary.?type|事项类型|警情类别|案类|类别|类型|案由",
        "^(type|category|mci|kind)$",
    ),
    *("offen[cs]e|crime|性质|分类|category|title|class", "reason|descript|type|service.?name|topic|subject|einsatzart|delikt|delito"),
)
_STATUS, _DEPARTMENT = ("status|状态",), ("department|agency|承办|责任|部门|单位",)
_DISCOVERY, _SEVERITY = ("discover|渠道|来源|发现|^source$|channel",), ("severity|等级|级别",)
_SOME_KINDS = 0.3
_NEARLY = 0.5
# Where it happened and when are no kinds, whatever else their names say.
_NO_KIND = r"premis|locat|place|date|day|time|hour|month|year|处所|地点|场所|时间|日期"


def draft_kind(draft: Draft, rows: pl.DataFrame) -> pl.DataFrame | None:
    """Add the column of the kind; its words with their ``count``, None where none was found."""
    likely = rows.select(c for c in rows.columns if not _no_kind(draft, c))
    column, sure, why = _telling_most(draft, likely, _few(draft, likely, _KIND, 500, "kind", 2)), 0.8, "named so"
    if column is None:
        # Whatever it is called: the column whose words mean kinds.
        free = [c for c in likely.columns if c not in draft.columns.values() and 2 <= present(rows[c]).n_unique() <= 500]
        meant = {c: share_of_kinds(present(rows[c]), draft.known.glossary) for c in free}
        column = max(meant, key=lambda c: meant[c], default=None)
        if column is None or meant[column] < _SOME_KINDS:
            draft.take("kind", "?", 0.0, "no column with a few words that repeat is named like a kind, or holds words for kinds")
            return None
        sure, why = 0.6, f"{meant[column]:.0%} of its rows hold words that mean a kind"
    draft.columns["kind"] = column
    words = draft.words("kind")
    share = len(present(rows[column])) / len(rows)
    draft.take("kind", column, min(share, sure), f"{why}; {len(words)} words, filled in {share:.1%} of rows")
    return words


def draft_others(draft: Draft, rows: pl.DataFrame) -> None:
    """Add the columns of status, department, discovery and severity."""
    for what, patterns, most in (
        ("status", _STATUS, 20),
        ("department", _DEPARTMENT, 500),
        ("discovery", _DISCOVERY, 40),
        ("severity", _SEVERITY, 10),
    ):
        column = next(iter(_few(draft, rows, patterns, most, what)), None)
        if what == "status":
            column = next((c for c in ranked(rows.columns, patterns, draft.languages, what) if _tells_status(draft, rows, c)), None)
        if column is not None:
            draft.columns[what] = column
            number = present(rows[column]).n_unique()
            draft.take(what, column, 0.7, f"named so, with {number} words")


def draft_count(draft: Draft) -> None:
    """Add the column that says for how many events each row stands, as in tables that were summed up."""
    rows, taken = draft.sample.rows, {*draft.columns.values(), *draft.parts.values(), *(g.value for g in draft.guesses if g.what == "key")}
    column = next((c for c in rows.columns if c not in taken and tells_how_many(c) and _counts_several(rows[c])), None)
    if column is not None:
        draft.columns["count"] = column
        total = int(present(rows[column]).cast(pl.Float64).sum())
        draft.take("count", column, 0.4, f"named so, and whole numbers: {len(rows):,} rows stand for {total:,} reports")


def _counts_several(column: pl.Series) -> bool:
    """Whether a column holds whole numbers that a report may count, and not one alone."""
    texts = present(column)
    return len(texts) == len(column) > 1 and texts.n_unique() > 1 and share_matching(column, r"^\d{1,4}(?:\.0+)?$") == 1.0


def _no_kind(draft: Draft, column: str) -> bool:
    """Whether a column is named as where or when things happened, and not as what did."""
    elsewhere = called(column, draft.languages, "premises", "moment", "personal", "zone") and not called(column, draft.languages, "kind")
    return elsewhere or re.search(_NO_KIND, column, re.IGNORECASE) is not None


def _telling_most(draft: Draft, rows: pl.DataFrame, columns: Sequence[str]) -> str | None:
    """Of columns that are all named like kinds the first, unless words for kinds stand in another one."""
    if len(columns) < 2:
        return next(iter(columns), None)
    meant = {c: share_of_kinds(present(rows[c]), draft.known.glossary) for c in columns}
    return next(c for c in columns if meant[c] >= _NEARLY * max(meant.values()))


def _few(draft: Draft, rows: pl.DataFrame, patterns: Sequence[str], most: int, role: str, least: int = 1) -> list[str]:
    """The columns so named that repeat few words."""
    taken = {*draft.columns.values(), *draft.parts.values()}
    named = ranked([n for n in rows.columns if n not in taken], patterns, draft.languages, role)
    few = [c for c in named if least <= present(rows[c]).n_unique() <= most]
    return [c for c in few if share_matching(rows[c], r"^[\d.]+$") <= 0.9]


def _tells_status(draft: Draft, rows: pl.DataFrame, column: str) -> bool:
    words = present(rows[column]).unique()
    return 0 < len(words) <= 20 and sum(draft.known.glossary.state_of(w) is not None for w in words) >= 0.5 * len(words)
