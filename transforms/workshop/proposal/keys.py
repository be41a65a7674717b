"""Which column of an unknown file numbers its reports.

Belongs here: the key and whether rows of one key are merged. Does not: the other columns (``propose``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import polars as pl

from transforms.reports.shapes import present
from transforms.workshop.proposal.columns import share_of_numbers
from transforms.workshop.proposal.draft import Draft
from transforms.workshop.proposal.words import toml

# Names of columns that number reports, the more telling first.
KEY_NAMES: Final = (
    r"incident.?(no|num|id)|case.?(id|no|num|enq)|工单|案件编号|事件编号|编号|单号|案号",
    r"^id$|unique.?key|_id$|id$|number|num$|nummer|key|no\.?$",
)
SAME: Final = 0.999
# A number of an incident stands in several rows where each is of one offence, of one vehicle.
_NEARLY_ALL: Final = 0.9
_COUNTING: Final = 'it counts from 1; if it begins anew in each file, add key_scope = "day" or such'
_ANEW: Final = '   # UNSURE: it counts from 1; if it begins anew in each file, say key_scope = "day", "month" or "year" as well'


def draft_key(draft: Draft, rows: pl.DataFrame, named: Sequence[str], moments: Collection[str]) -> None:
    """Add the key to a draft.

    Args:
        draft: what the other columns hold.
        rows: the columns that may be shown.
        named: the columns that are named like a key, the more telling first; what they hold is hashed, and never shown.
        moments: the columns of times.
    """
    taken = {*moments, *draft.columns.values(), *draft.parts.values()}
    counted = {c: present(draft.sample.rows[c]) for c in named if c not in taken}
    useful = _useful(draft, counted, len(rows))
    if useful:
        column, share, empty = useful[0]
        again = share < SAME
        unique = [c for c, s, _ in useful if s >= SAME and c != column]
        counts = not again and _counts_rows(counted[column])
        draft.lines += [
            f"key = [{toml(column)}]{f'   # UNSURE: {_COUNTING}' if counts else ''}",
            *([f"row_key = [{toml(unique[0])}]"] if again and unique else []),
            *(["merge = true"] if again else []),
        ]
        why = f"named so; {share:.1%} of its values are different"
        why += ", so rows of one number are merged into one report" if again else ""
        why += f"; {empty:.1%} of the rows have none and will be quarantined" if empty else ""
        why += f"; {_COUNTING}" if counts else ""
        draft.take("key", column, 0.4 if counts else 0.6 if again or empty else 0.9, why)
        return
    if numbering := [c for c in rows.columns if c not in taken and _numbers_rows(rows[c])]:
        counts = _counts_rows(present(rows[numbering[0]]))
        draft.lines.append(f"key = [{toml(numbering[0])}]{_ANEW if counts else ''}")
        draft.take("key", numbering[0], 0.4 if counts else 0.7, "short, without blanks, and another one in every row")
        return
    if nearly := [c for c in rows.columns if c not in taken and _numbers_nearly(rows[c])]:
        share = present(rows[nearly[0]]).n_unique() / len(rows)
        why = f"it numbers the reports, though {1 - share:.1%} of the rows repeat a number; where those are of one incident they are merged"
        draft.lines += [f"key = [{toml(nearly[0])}]", f"merge = true   # UNSURE: {why}"]
        draft.take("key", nearly[0], 0.5, why)
        return
    fields = ("occurred_at", "hour", "kind", "lon", "lat", "point", "zone")
    parts = [*draft.parts.values(), *(draft.columns[f] for f in fields if f in draft.columns)]
    alike = 1 - rows.select(parts).n_unique() / len(rows) if parts else 1.0
    # Merged by time, place and kind, reports of several incidents would become one, which no night could tell from quiet.
    why = f"no column numbers the reports, so each row is taken for one; {alike:.1%} of them share time, place and kind with another"
    draft.lines.append(f'rows = "each"   # UNSURE: {why}')
    draft.take("key", 'none: rows = "each"', 0.4, why)


def _useful(draft: Draft, counted: Mapping[str, pl.Series], rows: int) -> list[tuple[str, float, float]]:
    """The columns that may number reports, the likelier first, each with the share of its values that differ and that of rows without."""
    # Very few numbers for very many rows name a group, not a report.
    useful = [(c, t.n_unique() / len(t), 1 - len(t) / rows) for c, t in counted.items() if _may_number(t, rows)]
    # One that tells the rows apart before one that does not: a number of a house or of an inspector has a name of a key too.
    # But a number of incidents whose rows agree in time and place says that several rows, of units or charges, are one.
    # And what only counts the rows of its file comes last: the next file begins anew.
    return sorted(useful, key=lambda each: (not _unites(draft, each[0], each[1]), each[1] < _NEARLY_ALL, _counts_rows(counted[each[0]])))


def _unites(draft: Draft, column: str, share: float) -> bool:
    """Whether a column is named like the number of an incident, and the rows of one number are of one moment and one place."""
    if share >= _NEARLY_ALL or re.search(KEY_NAMES[0], column, re.IGNORECASE) is None:
        return False
    moment = [draft.columns["occurred_at"]] if "occurred_at" in draft.columns else list(draft.parts.values())
    place = [draft.columns[f] for f in ("lon", "lat", "point", "zone") if f in draft.columns]
    if not moment or not place:
        return False
    several = draft.sample.rows.drop_nulls(column).group_by(column).agg(rows=pl.len(), said=pl.struct(*moment, *place).n_unique())
    several = several.filter(pl.col("rows") > 1)
    return len(several) > 0 and int((several["said"] == 1).sum()) >= _NEARLY_ALL * len(several)


def _counts_rows(texts: pl.Series) -> bool:
    """Whether a column counts the rows of its file: from 1 on, each number once."""
    numbers = texts.cast(pl.Int64, strict=False).drop_nulls()
    return len(numbers) == len(texts) > 1 and numbers.min() in (0, 1) and int(numbers.max() or 0) < 2 * len(numbers)  # type: ignore[arg-type]


def _may_number(texts: pl.Series, rows: int) -> bool:
    return len(texts) > 0.9 * rows and texts.n_unique() > 0.1 * len(texts)


def _numbers_nearly(column: pl.Series) -> bool:
    """Whether a column holds a short number without blanks in each row, most of them once."""
    texts = present(column)
    short = bool(texts.str.contains(r"^[\w\-/#:]{4,40}$").all()) and bool(texts.str.contains(r"\d").all())
    measured = share_of_numbers(column, 1e3, 1e8) > 0.5
    return short and not measured and len(texts) == len(column) > 1 and texts.n_unique() >= _NEARLY_ALL * len(texts)


def _numbers_rows(column: pl.Series) -> bool:
    """Whether a column holds another short text without blanks in each row, as numbers of reports are and measurements seldom."""
    texts = present(column)
    short = bool(texts.str.contains(r"^[\w\-/#:]{1,40}$").all())
    return short and len(texts) == len(column) > 1 and texts.n_unique() == len(texts)
