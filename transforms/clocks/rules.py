"""How long a clock runs: limits with their unit, their roster and the day from which they hold, of reports and of alerts.

A rule holds for the clocks that start on its day or later. So a changed rule leaves what is past under the rule of its time.

Belongs here: what a district may declare of clocks, what ships, and which rule is in force. Does not: when a clock ends
(``transforms.clocks.working``), which report a deadline is for (``transforms.reports.mapping``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final, Literal, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from transforms.clocks.roster import DESK, OFFICE, Roster
from transforms.district.codes import Code, FeedCode, Strict
from transforms.words import DutyClock, Level, Unit, Urgency, Waited
from transforms.words.clocks import WHISTLE

ClockSet = Literal["formal_request", "formal_request_routing", "hotline", "hotline_by_urgency", "fire_rectification"]
AlertLevel = Literal[Level.RED, Level.ORANGE, Level.YELLOW]


# The column by which each clock is seen to be met; a deadline is by the case that is closed.
MET_BY: Final = {
    DutyClock.FIRST_CONTACT: "first_contact_at",
    DutyClock.ACCEPTANCE: "accepted_at",
    DutyClock.RECHECK: "recheck_at",
}


class Limit(Strict):
    """An amount of a unit. ``roster`` says whose time counts: hours and working days run while it is staffed, natural days begin then."""

    limit: float = Field(gt=0, le=3650)
    unit: Unit
    roster: Code = OFFICE.code
    since: dt.date | None = None


class Clock(Strict):
    """A clock of reports: ``limit`` after the report was made, a ``recheck`` after its deadline, of clocks that begin from ``since`` on.

    A deadline is for reports whose source gives none; the other clocks are for those whose source tells when they are met. It may be for
    one kind, department or urgency alone. Hours and days run day and night unless a ``roster`` is named; working days without one are
    those of the office.
    """

    clock: DutyClock = DutyClock.DEADLINE
    feed: FeedCode
    kind: Code | None = None
    department: Code | None = None
    urgency: Urgency | None = None
    limit: float = Field(gt=0)
    unit: Unit = Unit.NATURAL_DAY
    roster: Code | None = None
    since: dt.date | None = None

    @property
    def precedence(self) -> tuple[bool, bool, bool, dt.date]:
        """A clock of one kind beats one of a department, that one of an urgency, and of two alike the newer: the greatest rules."""
        return self.kind is not None, self.department is not None, self.urgency is not None, self.since or dt.date.min

    @property
    def works(self) -> Limit | None:
        """What has to pass, where it is counted in time that somebody works; None where it is counted day and night."""
        if self.roster is None and self.unit is not Unit.WORKING_DAY:
            return None
        return Limit(limit=self.limit, unit=self.unit, roster=self.roster or OFFICE.code)

    @model_serializer(mode="wrap")
    def _as_ever(self, told: SerializerFunctionWrapHandler) -> dict[str, object]:
        """A deadline is written down as before there were other clocks, so that no stored version of a district changes its hash."""
        written: dict[str, object] = told(self)
        return {key: value for key, value in written.items() if key != "clock" or value != DutyClock.DEADLINE}


class AlertClock(Limit):
    """A clock of alerts: acknowledge and act per level, the three of a whistle for all. Blue is told in the digest only and has none."""

    clock: Waited
    level: AlertLevel | None = None

    @model_validator(mode="after")
    def _of_a_level(self) -> Self:
        if self.clock in WHISTLE and self.level:
            raise ValueError(f"{self.clock} is a clock of a whistle, whatever the level; leave out 'level'")
        if self.clock not in WHISTLE and not self.level:
            raise ValueError(f"{self.clock} needs a level: red, orange or yellow")
        return self

    @property
    def name(self) -> str:
        """What it is called where one is named."""
        return f"{self.clock}.{self.level}" if self.level else self.clock.value


def _clock(clock: Waited, level: AlertLevel | None, limit: float, unit: Unit, who: Roster) -> AlertClock:
    return AlertClock(clock=clock, level=level, limit=limit, unit=unit, roster=who.code)


# What is red is somebody's by day and by night; the rest waits for the office.
SHIPPED: Final = (
    _clock(Waited.ACKNOWLEDGE, Level.RED, 2, Unit.HOUR, DESK),
    _clock(Waited.ACT, Level.RED, 24, Unit.HOUR, DESK),
    _clock(Waited.ACKNOWLEDGE, Level.ORANGE, 8, Unit.HOUR, OFFICE),
    _clock(Waited.ACT, Level.ORANGE, 3, Unit.WORKING_DAY, OFFICE),
    _clock(Waited.ACKNOWLEDGE, Level.YELLOW, 1, Unit.WORKING_DAY, OFFICE),
    _clock(Waited.ACT, Level.YELLOW, 7, Unit.NATURAL_DAY, OFFICE),
    _clock(Waited.ACCEPT, None, 2, Unit.HOUR, OFFICE),
    _clock(Waited.ARRIVE, None, 1, Unit.WORKING_DAY, OFFICE),
    _clock(Waited.REPORT_BACK, None, 3, Unit.WORKING_DAY, OFFICE),
)


_UTILITIES: Final = ("service_water", "service_heating", "service_power")
# Deadlines that many Chinese cities share, by the name under which a district takes them.
CLOCK_SETS: Final[dict[ClockSet, tuple[Clock, ...]]] = {
    "formal_request": (Clock(feed="stability", kind="formal_request", limit=60),),
    # A set of its own, for whoever took the deadline alone is not to be judged by more than that.
    "formal_request_routing": (Clock(clock=DutyClock.ACCEPTANCE, feed="stability", kind="formal_request", limit=15),),
    "hotline": (Clock(feed="stability", limit=5, unit=Unit.WORKING_DAY),),
    "hotline_by_urgency": (
        Clock(feed="stability", limit=7),
        Clock(feed="stability", urgency=Urgency.GENERAL, limit=7),
        Clock(feed="stability", urgency=Urgency.COMPLEX, limit=15),
        Clock(feed="stability", urgency=Urgency.URGENT, limit=2, unit=Unit.HOUR),
        *(Clock(feed="stability", kind=kind, limit=24, unit=Unit.HOUR) for kind in _UTILITIES),
        *(Clock(feed="stability", kind=kind, urgency=Urgency.URGENT, limit=2, unit=Unit.HOUR) for kind in _UTILITIES),
    ),
    "fire_rectification": (Clock(clock=DutyClock.RECHECK, feed="fire_hazard", limit=3, unit=Unit.WORKING_DAY),),
}


def in_force(declared: Iterable[AlertClock], on: dt.date) -> dict[str, AlertClock]:
    """The clocks of alerts that start on a local day, by name: of each the newest declared by then, else the one that ships."""
    found = {rule.name: rule for rule in SHIPPED}
    for rule in sorted(declared, key=lambda r: r.since or dt.date.min):
        if rule.since is None or rule.since <= on:
            found[rule.name] = rule
    return found


def rosters(declared: Iterable[Roster]) -> dict[str, Roster]:
    """The rosters of a district by code: those that ship, and its own over them."""
    return {roster.code: roster for roster in (OFFICE, DESK, *declared)}


def wrong_clocks(deadlines: Sequence[Clock], declared: Sequence[AlertClock], own: Sequence[Roster]) -> list[str]:
    """What is wrong with the clocks of reports and of alerts, and with rosters, that are declared together."""
    known, codes = rosters(own), [roster.code for roster in own]
    twice = [(rule.name, rule.since) for rule in declared]
    replaced = {rule.name for rule in declared if rule.since is None}
    in_use = [*(rule for rule in SHIPPED if rule.name not in replaced), *declared]
    named: list[tuple[str, Limit]] = [(f"the clock {rule.name}", rule) for rule in in_use]
    named += [(f"a clock of feed {clock.feed}", limit) for clock in deadlines if (limit := clock.works)]
    return [
        *(f"roster {code!r} stands twice" for code in sorted({c for c in codes if codes.count(c) > 1})),
        *(f"{who} names the roster {limit.roster!r}; there are: {', '.join(known)}" for who, limit in named if limit.roster not in known),
        *(
            f"{who} counts working days, and nobody of the roster {limit.roster!r} is there on one"
            for who, limit in named
            if limit.unit is Unit.WORKING_DAY and limit.roster in known and not known[limit.roster].has_working_days
        ),
        *(
            f"the clock {name} stands twice{f' since {since}' if since else ''}"
            for name, since in dict.fromkeys(t for t in twice if twice.count(t) > 1)
        ),
    ]
