"""One alert on a desk, and everything that is done about it.

Belongs here: commands with their keys and numbers, in their order. Does not: expectations of any test.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from infra.districts.calendars import calendar
from transforms.alerts.alert import Subject
from transforms.alerts.machine.commands import SYSTEM, About, Actor, AlertEvent, Command
from transforms.alerts.machine.decide import Refusal, decide
from transforms.alerts.machine.handling import Alert, fold
from transforms.alerts.machine.rules import Rules
from transforms.clocks.rules import rosters
from transforms.words import Act, Event, Refused, Role

CN: Final = calendar("CN", "Asia/Shanghai")
RULES: Final = Rules(CN, rosters([]))
# A Tuesday morning on which a night was published.
START: Final = dt.datetime(2026, 3, 3, 5, 10, tzinfo=CN.zone)
NIGHT: Final = START.date()
ABOUT: Final = Subject("level", "cell", "c1", "safety")
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)

EAST, WEST = Actor(Role.SUBDISTRICT, "east"), Actor(Role.SUBDISTRICT, "west")
ABOVE = Actor(Role.DISTRICT)
FIRE, POLICE = Actor(Role.DEPARTMENT, "fire"), Actor(Role.DEPARTMENT, "police")


class Desk:
    """One alert and everything that happened to it; each command gets a key of its own unless it is told one."""

    def __init__(self, level: str = "red", subdistrict: str | None = "east", at: dt.datetime = START) -> None:
        self.events: list[AlertEvent] = []
        self.now = at
        self.count = 0
        self.do(Act.OPEN, level=level, about=About(ABOUT, NIGHT, subdistrict))

    @property
    def alert(self) -> Alert:
        found = fold(self.events)
        assert found is not None
        return found

    def do(self, act: Act, by: Actor = SYSTEM, *, later: dt.timedelta = dt.timedelta(0), **given: object) -> list[Event] | Refused:
        self.now += later
        self.count += 1
        standing = fold(self.events)
        seen = standing.seq if standing and by.role is not Role.SYSTEM else None
        asked = Command(**{"alert_id": "a", "act": act, "key": f"k{self.count}", "night": NIGHT, "by": by, "seen": seen, **given})  # type: ignore[arg-type]
        found = decide(standing, asked, RULES, self.now)
        if isinstance(found, Refusal):
            assert found.seq == (standing.seq if standing else None)
            return found.why
        self.events += found
        return [event.event for event in found]
