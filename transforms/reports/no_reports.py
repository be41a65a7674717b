"""Rows of a table that report nothing: its header once more, totals, notes below it.

Belongs here: telling them from reports that lack a time. Does not: lines with another number of values (``infra.sources.ragged``), titles
above a header, of which a source says where it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from transforms.words.totals import sums_up

# A file with more rows without a time has another fault than a few lines that are none.
_MOST = 10_000


def no_reports(rows: pl.DataFrame, times: Collection[str], names: Mapping[str, Collection[str]]) -> list[int]:
    """The places of rows that report nothing, counted from 0.

    A row with a digit where it tells its time is none of them. Of the others those are that say the names of their columns, that hold a
    word for a total and little else, or that hold one text at most and stand below the last report.

    Args:
        rows: columns of text.
        times: those that tell when it happened; without any, no row can be told from a report.
        names: what each column may be called.
    """
    known = [c for c in times if c in rows.columns]
    if not known:
        return []
    dated = rows.select(pl.any_horizontal(pl.col(c).str.contains(r"\d").fill_null(value=False) for c in known)).to_series()
    undated = (~dated).arg_true()
    if not len(undated) or len(undated) > _MOST:
        return []
    last = int(dated.arg_true()[-1]) if dated.any() else -1
    found = []
    for at, row in zip(undated, rows[undated].iter_rows(), strict=True):
        texts = {name: text.strip() for name, text in zip(rows.columns, row, strict=True) if text and text.strip()}
        again = len(texts) > 1 and all(text in names.get(name, (name,)) for name, text in texts.items())
        below = at > last >= 0 and len(texts) <= 1 < len(row) - 1
        total = 2 * len(texts) <= len(row) + 1 and any(map(sums_up, texts.values()))
        if again or below or total:
            found.append(int(at))
    return found
