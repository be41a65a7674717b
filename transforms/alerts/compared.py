"""Two histories of alerts over the same nights: which opened in both, in one alone, on another night, and who is told how often.

Belongs here: comparing events. Does not: where the second history comes from (``flows.nights.rehearse``).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from transforms.alerts.routing import Matter, Table
from transforms.words import Category, Event

# What tells somebody of something that he has to look at; an end asks for nothing.
_TELLS: Final = (Event.OPENED.value, Event.REOPENED.value, Event.RAISED.value)


@dataclass(frozen=True)
class Opened:
    """An alert as it opened; a ``quiet`` one is only counted in the digest."""

    night: dt.date
    type: str
    category: str | None
    subject_kind: str
    subject: str
    subdistrict: str | None
    level: str | None
    quiet: bool


@dataclass(frozen=True)
class Count:
    """How often something is, before and after."""

    what: str
    before: int
    after: int


@dataclass(frozen=True)
class Moved:
    """An alert of the same subject that opens on another night."""

    alert: Opened
    becomes: Opened


@dataclass(frozen=True)
class Compared:
    """What becomes of the alerts of some nights: how many opened, by type, those ``lost``, ``gained`` and ``moved``; how often each
    receiver is told that something opened, came back or rose."""

    opened: Count
    by_type: tuple[Count, ...]
    lost: tuple[Opened, ...]
    gained: tuple[Opened, ...]
    moved: tuple[Moved, ...]
    told: tuple[Count, ...]


def compared(before: pl.DataFrame, after: pl.DataFrame, tables: tuple[Table, Table]) -> Compared:
    """Compare two histories.

    Args:
        before: events of the nights in question, schema ``ALERT_EVENTS``.
        after: those of the same nights in the other history.
        tables: who is told of what, in each of the two.
    """
    was, is_ = _openings(before), _openings(after)
    lost, gained, moved = _paired(_rest(was, is_), _rest(is_, was))
    return Compared(
        opened=Count("alerts", len(was), len(is_)),
        by_type=_counts(Counter(one.type for one in was.values()), Counter(one.type for one in is_.values())),
        lost=tuple(lost),
        gained=tuple(gained),
        moved=tuple(moved),
        told=_counts(_told(before, tables[0]), _told(after, tables[1])),
    )


def _openings(events: pl.DataFrame) -> Mapping[str, Opened]:
    rows = events.filter(pl.col("event") == Event.OPENED.value, ~pl.col("taken_back")).sort("night", "type", "subject", "alert_id")
    return {row["alert_id"]: Opened(**{name: row[name] for name in Opened.__dataclass_fields__}) for row in rows.iter_rows(named=True)}


def _rest(of: Mapping[str, Opened], without: Mapping[str, Opened]) -> list[Opened]:
    return [one for identity, one in of.items() if identity not in without]


def _paired(lost: Sequence[Opened], gained: Sequence[Opened]) -> tuple[list[Opened], list[Opened], list[Moved]]:
    """What is lost, what is gained, and pairs of the same subject, each of the nearest nights that are left."""
    gone, come, moved = [], list(gained), []
    for one in lost:
        same = sorted((other for other in come if _place(other) == _place(one)), key=lambda other: abs(other.night - one.night))
        if same:
            come.remove(same[0])
            moved.append(Moved(one, same[0]))
        else:
            gone.append(one)
    return gone, come, moved


def _place(one: Opened) -> tuple[str | None, ...]:
    return one.type, one.category, one.subject_kind, one.subject


def _told(events: pl.DataFrame, table: Table) -> Counter[str]:
    told: Counter[str] = Counter()
    loud = events.filter(pl.col("event").is_in(_TELLS), ~pl.col("quiet"), ~pl.col("taken_back"))
    for kind, category, subdistrict in loud.select("type", "category", "subdistrict").iter_rows():
        routed = table.route(Matter(kind, Category(category) if category else None, None, subdistrict))
        told.update(f"{one.receiver}:{one.subdistrict}" if one.subdistrict else one.receiver for one in (routed.at_once if routed else ()))
    return told


def _counts(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[Count, ...]:
    return tuple(Count(what, before.get(what, 0), after.get(what, 0)) for what in sorted({*before, *after}))
