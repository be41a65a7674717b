"""What a district says of handling alerts.

Belongs here: the one value that the machine is handed. Does not: when a place is hot or calm (``transforms.alerts.types``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from transforms.alerts.types import TYPES
from transforms.clocks.calendar import Calendar
from transforms.clocks.roster import Roster
from transforms.clocks.rules import AlertClock, rosters
from transforms.district.declaration import District


@dataclass(frozen=True)
class Rules:
    """A district's calendar, rosters by code and own clocks; how long one may wait, when an alert expires of which nothing is heard.

    ``paces`` are the levels whose clocks time the types that know no levels.
    """

    calendar: Calendar
    rosters: Mapping[str, Roster]
    clocks: tuple[AlertClock, ...] = ()
    longest_wait: dt.timedelta = dt.timedelta(days=30)
    expires_after: dt.timedelta = dt.timedelta(days=60)
    paces: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, district: District, calendar: Calendar) -> Rules:
        """The rules of a district on its calendar."""
        declared = district.alerts
        return cls(
            calendar,
            rosters(district.rosters),
            tuple(declared.clocks),
            dt.timedelta(days=declared.longest_wait_days),
            dt.timedelta(days=declared.expires_days),
            {kind.code: kind.pace.value for kind in TYPES.values()},
        )
