"""What is unusual about a batch as a whole: volume, age, mixtures, and the marks that fallback values leave.

Belongs here: the bounds, as data. Does not: the numbers (``transforms.reports.measures``), rows (``suites``). One table of one row is
asked, made of numbers of our own, so Polars asks it (``plain``).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import polars as pl

from expectations.plain import failing
from expectations.questions import Between, Check
from expectations.verdict import Finding, Verdict
from transforms.district.source import Source
from transforms.reports.measures import MAY_BE_MISSING, MAY_NOT_BE_CONSTANT, Measures, against
from transforms.schema import QUARANTINED
from transforms.words import Words
from transforms.words.reasons import Tier

HIGH_VOLUME: Final = 3.0
MAX_DAYS_BEHIND: Final = 3.0
MAX_BEYOND_USUAL_MISSING: Final = 0.1
MAX_DRIFT: Final = 0.2
MAX_NEW_CELLS: Final = 0.2
MAX_PILE: Final = 0.05
MAX_MIDNIGHT: Final = 0.05
# One day in thirty: twice that is no chance.
MAX_MONTH_START: Final = 0.066


def pattern_checks(source: Source) -> tuple[Check, ...]:
    """The suite for the measures of a batch. A number that is missing (too little history) passes."""
    low = source.min_share_of_usual
    return (
        Check(
            "rows_far_below_usual",
            None,
            Between("volume", low),
            Words(f"行数不少于以往同类日期的 {low:.0%}", f"at least {low:.0%} of the rows of other such days"),
        ),
        Check(
            "rows_above_usual",
            None,
            Between("volume", high=HIGH_VOLUME),
            Words(f"行数不超过以往同类日期的 {HIGH_VOLUME:g} 倍", f"at most {HIGH_VOLUME:g} times as many rows as on other such days"),
        ),
        Check(
            "not_fresh",
            "reported_at",
            Between("days_behind", high=MAX_DAYS_BEHIND),
            Words(
                f"最新一条上报最多比平常旧 {MAX_DAYS_BEHIND:g} 天",
                f"the newest report is at most {MAX_DAYS_BEHIND:g} days older than usual",
            ),
        ),
        *(
            Check(
                "share_missing",
                column,
                Between(f"missing:{column}", high=MAX_BEYOND_USUAL_MISSING),
                Words(
                    f"空缺的比例最多比平常高 {MAX_BEYOND_USUAL_MISSING * 100:.0f} 个百分点",
                    f"the share left empty is at most {MAX_BEYOND_USUAL_MISSING * 100:.0f} percentage points above the usual one",
                ),
            )
            for column in MAY_BE_MISSING
            if getattr(source.columns, column) is not None
        ),
        Check(
            "kind_drift",
            "kind",
            Between("kind_drift", high=MAX_DRIFT),
            Words(
                f"类别构成与平常的差异不超过 {MAX_DRIFT:.0%}",
                f"at most {MAX_DRIFT:.0%} of the rows have shifted from the usual kinds to others",
            ),
        ),
        Check(
            "hour_drift",
            "occurred_at",
            Between("hour_drift", high=MAX_DRIFT),
            Words(
                f"发生时段与平常的差异不超过 {MAX_DRIFT:.0%}",
                f"at most {MAX_DRIFT:.0%} of the rows have shifted from the usual hours of the day to others",
            ),
        ),
        Check(
            "cell_drift",
            None,
            Between("new_cells", high=MAX_NEW_CELLS),
            Words(f"落在从未有过上报的网格的不超过 {MAX_NEW_CELLS:.0%}", f"at most {MAX_NEW_CELLS:.0%} lie in cells never reported from"),
        ),
        *(
            Check(
                "column_constant",
                column,
                Between(f"distinct:{column}", 2),
                Words("整列不是同一个值", "the column does not hold one and the same value throughout"),
            )
            for column in MAY_NOT_BE_CONSTANT
            if getattr(source.columns, column, None) is not None
        ),
        Check(
            "point_pile",
            "lon",
            Between("pile", high=MAX_PILE),
            Words(f"同一点的行不超过 {MAX_PILE:.0%}", f"at most {MAX_PILE:.0%} of the rows lie on one point"),
        ),
        Check(
            "midnight_spike",
            "occurred_at",
            Between("midnight", high=MAX_MIDNIGHT),
            Words(f"零点整的时间不超过 {MAX_MIDNIGHT:.0%}", f"at most {MAX_MIDNIGHT:.0%} of the times are exactly midnight"),
        ),
        Check(
            "month_start_spike",
            "occurred_at",
            Between("month_start", high=MAX_MONTH_START),
            Words(f"每月一日不超过 {MAX_MONTH_START:.1%}", f"at most {MAX_MONTH_START:.1%} of the dates are the first of a month"),
        ),
    )


def judge_patterns(measures: Measures, history: Sequence[Measures], source: Source) -> Verdict:
    """What the pattern suite says about a batch; every finding carries the number that was measured."""
    started = time.perf_counter()
    checks = pattern_checks(source)
    numbers = against(measures, history)
    table = pl.DataFrame({name: [numbers.get(name)] for name in {c.asks.column for c in checks if isinstance(c.asks, Between)}})
    table = table.cast(dict.fromkeys(table.columns, pl.Float64))
    found = []
    for check in checks:
        assert isinstance(check.asks, Between)
        if table.select(failing(check.asks)).item():
            value = table[check.asks.column][0]
            found.append(Finding(check.reason, check.column, measures.rows, round(float(value), 4)))
    stops = tuple(f for f in found if f.tier is Tier.STOP)
    warnings = tuple(f for f in found if f.tier is Tier.WARN)
    return Verdict(stops, QUARANTINED.to_frame(), warnings, len(checks), time.perf_counter() - started)
