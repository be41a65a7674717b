"""When the clocks of an alert would end, were it published at some moment: `sifang clocks`.

Belongs here: asking the rooms that know, as values. Does not: counting (``transforms.clocks``), drawing (``flows.cli.draw.clocks``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from infra.districts.folder import DistrictFolder
from infra.errors import SifangError
from transforms.clocks.calendar import FIRST_YEAR, LAST_YEAR
from transforms.clocks.rules import AlertClock, in_force, rosters
from transforms.clocks.working import Pause, begins, due, dues, elapsed
from transforms.schema import UTC
from transforms.words import NoDue, Unit, Waited, Words

Stretch = tuple[dt.datetime, dt.datetime | None]


@dataclass(frozen=True)
class ClockLine:
    """One clock: its rule, when it begins and ends (local times of the district), or why it has no end yet.

    ``passed`` is the share of its limit that has passed at the asked moment; it is not known where a year of the way is not.
    """

    clock: Waited
    level: str | None
    limit: float
    unit: Unit
    roster: Words
    begins: dt.datetime | None
    due: dt.datetime | None
    no_due: NoDue | None
    passed: float | None


@dataclass(frozen=True)
class Clocks:
    """The clocks in force at ``start``, each as it stands at ``at``, counted on this version of the calendar."""

    district: str
    start: dt.datetime
    at: dt.datetime
    calendar_version: str
    clocks: tuple[ClockLine, ...]


def clocks(folder: DistrictFolder, start: dt.datetime, at: dt.datetime, pauses: Sequence[Stretch]) -> Clocks:
    """Every clock that would begin with an alert published at ``start`` (aware), with pauses of which the last may go on.

    Raises:
        SifangError: the calendar does not reach so far, or is unknown.
    """
    zone = folder.calendar.zone
    local = start.astimezone(zone)
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise SifangError(f"The calendar knows nothing of {local.year}.", f"Ask for a moment from {FIRST_YEAR} to {LAST_YEAR}.")
    rules = in_force(folder.district.alerts.clocks, local.date())
    stops = [Pause(*stretch) for stretch in pauses]
    lines = tuple(_line(rule, folder, start, at, stops) for rule in rules.values())
    return Clocks(folder.district.code, local, at.astimezone(zone), folder.calendar.version, lines)


def _line(rule: AlertClock, folder: DistrictFolder, start: dt.datetime, at: dt.datetime, pauses: Sequence[Pause]) -> ClockLine:
    calendar, roster = folder.calendar, rosters(folder.district.rosters)[rule.roster]
    column = pl.Series([start], dtype=UTC)
    began: dt.datetime | None = begins(column, calendar, roster)[0]
    ends = due(start, rule, calendar, roster, pauses) if pauses else dues(column, rule, calendar, roster)[0] or NoDue.CALENDAR_UNKNOWN
    return ClockLine(
        clock=rule.clock,
        level=rule.level,
        limit=rule.limit,
        unit=rule.unit,
        roster=roster.name,
        begins=began.astimezone(calendar.zone) if began else None,
        due=None if isinstance(ends, NoDue) else ends.astimezone(calendar.zone),
        no_due=ends if isinstance(ends, NoDue) else None,
        passed=None if began is None or pauses else _passed(rule, folder, began, at),
    )


def _passed(rule: AlertClock, folder: DistrictFolder, began: dt.datetime, at: dt.datetime) -> float | None:
    roster = rosters(folder.district.rosters)[rule.roster]
    firsts, lasts = (pl.Series([moment], dtype=UTC) for moment in (began, max(began, at)))
    counted: float | None = elapsed(firsts, lasts, rule.unit, folder.calendar, roster)[0]
    return None if counted is None else counted / rule.limit
