"""Which column of an unknown file numbers its reports.

Belongs here: the key and whether rows of one key are merged. Does not: the other columns (``propose``).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import polars as pl

from transforms.reports.shapes import present
from transforms.workshop.proposal.draft import Draft
from transforms.workshop.proposal.words import toml

# Names of columns that number reports, the more telling first.
KEY_NAMES: Final = (
    r"incident.?(no|num|id)|case.?(id|no|num|enq)|工单|案件编号|事件编号|编号|单号|案号",
    r"^id$|unique.?key|_id$|id$|number|num$|nummer|key|no\.?$",
)
SAME: Final = 0.999
# A key that tells fewer rows apart than this is no key.
_TELLS_APART = 0.9
_ANEW: Final = '   # UNSURE: it counts from 1; if it begins anew in each file, say key_scope = "day", "month" or "year" as well'


def draft_key(draft: Draft, rows: pl.DataFrame, named: Sequence[str], moments: Collection[str]) -> None:
    """Add the key to a draft.

    Args:
        draft: what the other columns hold.
        rows: the columns that may be shown.
        named: the columns that are named like a key, the more telling first; what they hold is hashed, and never shown.
        moments: the columns of times.
    """
    taken = {*moments, *draft.columns.values()}
    counted = [(c, present(draft.sample.rows[c])) for c in named if c not in taken]
    # Very few numbers for very many rows name a group, not a report.
    useful = [(c, t.n_unique() / len(t), 1 - len(t) / len(rows)) for c, t in counted if _may_number(t, len(rows))]
    if useful:
        column, share, empty = useful[0]
        again = share < SAME
        unique = [c for c, s, _ in useful if s >= SAME and c != column]
        counts = not again and _counts_rows(present(draft.sample.rows[column]))
        doubt = '   # UNSURE: it counts from 1; if it begins anew in each file, add key_scope = "day" or such' if counts else ""
        draft.lines += [
            f"key = [{toml(column)}]{doubt}",
            *([f"row_key = [{toml(unique[0])}]"] if again and unique else []),
            *(["merge = true"] if again else []),
        ]
        why = f"named so; {share:.1%} of its values are different"
        why += ", so rows of one number are merged into one report" if again else ""
        why += f"; {empty:.1%} of the rows have none and will be quarantined" if empty else ""
        draft.take("key", column, 0.4 if counts else 0.6 if again or empty else 0.9, why)
        return
    if numbering := [c for c in rows.columns if c not in taken and _numbers_rows(rows[c])]:
        counts = _counts_rows(present(rows[numbering[0]]))
        draft.lines.append(f"key = [{toml(numbering[0])}]{_ANEW if counts else ''}")
        draft.take("key", numbering[0], 0.4 if counts else 0.7, "short, without blanks, and another one in every row")
        return
    parts = [draft.columns[f] for f in ("occurred_at", "hour", "kind", "lon", "lat", "point", "zone") if f in draft.columns]
    different = rows.select(parts).n_unique() / len(rows) if parts else 0.0
    if different < _TELLS_APART:
        # Merged by such a key, reports of many incidents would become one.
        why = f"no column numbers the reports, and by time, place and kind only {different:.0%} of the rows differ"
        draft.lines.append(f'rows = "each"   # UNSURE: {why}: so each row is taken for a report of its own')
        draft.take("key", 'none: rows = "each"', 0.4, why)
        return
    draft.lines += [f"key = [{', '.join(map(toml, parts))}]", "merge = true"]
    draft.take("key", " + ".join(parts), 0.5, "no column numbers the reports: time, place and kind together tell them apart")


def _counts_rows(texts: pl.Series) -> bool:
    """Whether a column counts the rows of its file: from 1 on, each number once."""
    numbers = texts.cast(pl.Int64, strict=False).drop_nulls()
    return len(numbers) == len(texts) > 1 and numbers.min() in (0, 1) and int(numbers.max() or 0) < 2 * len(numbers)  # type: ignore[arg-type]


def _may_number(texts: pl.Series, rows: int) -> bool:
    return len(texts) > 0.9 * rows and texts.n_unique() > 0.1 * len(texts)


def _numbers_rows(column: pl.Series) -> bool:
    """Whether a column holds another short text without blanks in each row, as numbers of reports are and measurements seldom."""
    texts = present(column)
    short = bool(texts.str.contains(r"^[\w\-/#:]{1,40}$").all())
    return short and len(texts) == len(column) > 1 and texts.n_unique() == len(texts)
