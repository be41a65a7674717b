"""An alert on a source that fell silent, or of which a delivery was refused.

Belongs here: when one is hot and when calm, and what hangs on a silent one. Does not: states of days (``transforms.panel.arrivals``), why a
delivery is refused (``transforms.words.reasons``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Final

import polars as pl

from transforms.alerts.types.alert_type import AlertType, Seen, SourceStands, Tonight
from transforms.district.declaration import District
from transforms.panel.unheard import SILENT_DAYS
from transforms.words import Category, DayState, Level, Words
from transforms.words.feeds import FEEDS

SOURCE: Final = "source"
_SPEAKS: Final = (DayState.OK.value, DayState.PARTIAL.value)


def source_stands(district: District, days: pl.DataFrame, night: dt.date, refused: Collection[str]) -> tuple[SourceStands, ...]:
    """How each source stands on a night, of its days (``SOURCE_DAYS``) and the sources of which a delivery stands refused.

    A category hangs on every source that may tell of one of its series or of what stands open in it, and duties hang on every source whose
    reports have a deadline: that is declared, and nothing is guessed.
    """
    recent = days.filter(pl.col("day") >= night - dt.timedelta(days=SILENT_DAYS), pl.col("day") < night)
    states = dict(recent.group_by("source").agg("state").iter_rows())
    hang: dict[str, set[str]] = {source.code: set() for source in district.sources}
    for code, sources in district.told_kinds.items():
        if (kind := district.kinds[code]).series in district.series or kind.standing:
            for source in sources:
                hang[source].add(FEEDS[kind.feed].category.value)
    timed = {clock.feed for clock in district.clocks}
    owed = frozenset({Category.POLITICAL.value})
    return tuple(
        SourceStands(
            source.code,
            silent=DayState.MISSING.value in (known := states.get(source.code, [])) and not set(known) & set(_SPEAKS),
            speaks=bool(set(known) & set(_SPEAKS)),
            refused=source.code in refused,
            categories=frozenset(hang[source.code]) | (owed if source.feed in timed or source.columns.due_at else frozenset()),
        )
        for source in district.sources
    )


def _seen(tonight: Tonight, watched: Collection[str]) -> Iterator[Seen]:
    del watched
    for stands in tonight.sources:
        yield Seen(SOURCE, stands.source, None, stands.silent or stands.refused, stands.speaks and not stands.refused)


TYPE: Final[AlertType] = AlertType(
    SOURCE,
    Words("数据源预警", "source alert"),
    Words("数据源无数据或被拒收", "silent, or a delivery was refused"),
    _seen,
    pace=Level.YELLOW,
    budgeted=False,
)
