"""The same questions asked with Polars alone, for tables of our own making.

Belongs here: answering the seven words. Does not: deciding what to ask (``outputs``, ``patterns``), what strangers deliver: that is put to
Great Expectations (``judge``).

Why there are two: what a night computed is checked before every publication, also in a backfill of a thousand nights, and measures are one
row of numbers. Great Expectations would add its import and then a tenth of a second to each (figures in ``expectations/README.md``).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import assert_never

import polars as pl

from expectations.questions import Between, Check, HasColumns, NotBefore, OneOf, Present, Question, RowCount, Unique
from expectations.verdict import Finding, Verdict
from transforms.reports.hashes import all_differ
from transforms.schema import QUARANTINED
from transforms.words.reasons import Tier


def failing(asks: Question) -> pl.Expr:
    """For each row whether it fails a question about rows. A null fails ``Present`` alone, and NaN lies between no bounds.

    Raises:
        TypeError: the question is about the table as a whole.
    """
    match asks:
        case Present(column):
            return pl.col(column).is_null()
        case Between(column, low, high, above_low):
            value = pl.col(column)
            under = pl.lit(value=False) if low is None else value <= low if above_low else value < low
            over = pl.lit(value=False) if high is None else value > high
            return (under | over).fill_null(value=False)
        case OneOf(column, values):
            return pl.col(column).is_not_null() & ~pl.col(column).is_in(list(values)).fill_null(value=False)
        case Unique(column):
            return pl.col(column).is_not_null() & pl.col(column).is_duplicated()
        case NotBefore(later, earlier):
            return (pl.col(later) < pl.col(earlier)).fill_null(value=False)
        case HasColumns() | RowCount():
            raise TypeError(f"{asks} is about a table, not about its rows")
        case _:
            assert_never(asks)


def judge_plainly(frame: pl.DataFrame, checks: Sequence[Check]) -> Verdict:
    """What a suite says about a table of our own: stops and warnings, each with the number of rows that fail.

    Fails closed as ``judge`` does: a suite without checks, a table without rows and a question that cannot be asked all stop. No row is set
    aside: what we made ourselves is either right or not published.

    Raises:
        ValueError: a check of the suite would set rows aside.
    """
    started = time.perf_counter()
    if aside := [c.reason for c in checks if c.tier is Tier.QUARANTINE]:
        raise ValueError(f"checks of our own tables stop or warn; these would set rows aside: {', '.join(aside)}")
    found = [Finding("check_failed_to_run", None, len(frame))] if not checks else []
    if checks and frame.is_empty():
        found = [Finding("no_rows", None, 0)]
    if not found:
        found = _asked(frame, checks)
    stops = tuple(f for f in found if f.tier is Tier.STOP)
    warnings = tuple(f for f in found if f.tier is Tier.WARN)
    return Verdict(stops, QUARANTINED.to_frame(), warnings, len(checks), time.perf_counter() - started)


def _asked(frame: pl.DataFrame, checks: Sequence[Check]) -> list[Finding]:
    """The findings of the checks that fail."""
    try:
        return _found(frame, checks)
    except pl.exceptions.PolarsError:
        # Its message may quote a value. Of several checks, each is asked alone, so that only those which cannot be asked have not run.
        if len(checks) == 1:
            return [Finding("check_failed_to_run", checks[0].column, len(frame))]
        return [found for check in checks for found in _asked(frame, [check])]


def _found(frame: pl.DataFrame, checks: Sequence[Check]) -> list[Finding]:
    asks = [check.asks for check in checks]
    of_rows = {k: failing(a) for k, a in enumerate(asks) if not isinstance(a, HasColumns | RowCount) and not _all_differ(frame, a)}
    # One pass over the table for all of them.
    failed = dict(zip(of_rows, frame.select(e.sum().alias(str(k)) for k, e in of_rows.items()).row(0), strict=True)) if of_rows else {}
    rows = [_rows_told(frame, asked, int(failed.get(k) or 0)) for k, asked in enumerate(asks)]
    return [Finding(check.reason, check.column, n) for check, n in zip(checks, rows, strict=True) if n]


def _all_differ(frame: pl.DataFrame, asks: Question) -> bool:
    """Whether a question for repeats is answered by hashes already."""
    return isinstance(asks, Unique) and all_differ(frame[asks.column])


def _rows_told(frame: pl.DataFrame, asks: Question, failed: int) -> int:
    """How many rows a finding is about, ``failed`` of which fail when each is asked alone; 0 where the question is passed."""
    match asks:
        case HasColumns(names):
            return 0 if set(names) <= set(frame.columns) else len(frame)
        case RowCount(at_least, at_most):
            return 0 if at_least <= len(frame) and (at_most is None or len(frame) <= at_most) else len(frame)
        case Present(_, mostly):
            return failed if len(frame) - failed < mostly * len(frame) else 0
        case _:
            return failed
