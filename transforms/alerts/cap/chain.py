"""What the events of an alert are as CAP: an Alert where it opens or returns, Updates while it changes, a Cancel where it ends.

The chain follows from the events alone, so it is the same whoever makes it and however often. A Cancel closes it; a return opens another
one of the same incident. What came of a night that was taken back was said, and is cancelled or updated by what was said after it.

Belongs here: the chain, and what each message says. Does not: the XML (``transforms.alerts.cap.xml``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from transforms.alerts.cap.message import Area, CapKind, CapMessage, CapSeverity, CapStatus, Info
from transforms.alerts.machine.commands import AlertEvent
from transforms.alerts.machine.handling import fold
from transforms.alerts.types import TYPES
from transforms.alerts.visible import SHORT
from transforms.words import Category, Event, Level, Words

KINDS: Final = {
    Event.OPENED: CapKind.ALERT,
    Event.REOPENED: CapKind.ALERT,
    Event.RAISED: CapKind.UPDATE,
    Event.EASED: CapKind.UPDATE,
    Event.UNDONE: CapKind.UPDATE,
    Event.ENDED: CapKind.CANCEL,
    Event.CLOSED: CapKind.CANCEL,
    Event.LISTED: CapKind.CANCEL,
    Event.EXPIRED: CapKind.CANCEL,
    Event.RETRACTED: CapKind.CANCEL,
}
# Of what departments owe and of what a source lacks nothing leaves as CAP.
CATEGORIES: Final = {Category.SAFETY.value: "Fire", Category.PUBLIC_ORDER.value: "Security"}
SEVERITIES: Final = {Level.RED.value: CapSeverity.SEVERE, Level.ORANGE.value: CapSeverity.MODERATE}
# A forecast reaches so far; what is said of it holds no longer.
HOLDS: Final = dt.timedelta(days=7)
RESTRICTION: Final = "内部关注信息，仅限本区值守人员 internal attention level, for duty staff of the district only"
_LANGUAGES: Final[Mapping[str, Callable[[Words], str]]] = {"zh-CN": attrgetter("zh"), "en-US": attrgetter("en")}
_NOT_PUBLIC: Final = Words("内部关注等级，不是公众预警。", "An internal attention level, no public warning.")
_LOOK: Final = Words("请按预警编号在系统中查看并处置。", "Look it up by its number and act on it.")


@dataclass(frozen=True)
class Common:
    """What every message of a chain has.

    ``sender`` is a code without blanks and ``name`` what it is called; ``status`` says whether anybody is to act, ``area`` is the place as
    far as it may be seen, in ``zone`` moments are written.
    """

    sender: str
    name: Words
    status: CapStatus
    area: Area
    zone: dt.tzinfo


# What was counted or reported is there; the others say what is likely.
_OBSERVED: Final = frozenset({"surge", "major_hazard"})


def cap_chain(events: Sequence[AlertEvent], common: Common) -> tuple[CapMessage, ...]:
    """The messages of one alert from all its events, in their order; none for what does not leave as CAP, or is told in the digest only."""
    if not events or events[0].about.subject.category not in CATEGORIES or events[0].about.quiet:
        return ()
    return tuple(_chain(events, common))


def _chain(events: Sequence[AlertEvent], common: Common) -> Iterator[CapMessage]:
    standing: list[str] = []
    for number, event in enumerate(events, start=1):
        kind = KINDS.get(event.event)
        if kind is None or (kind is not CapKind.ALERT and not standing):
            continue
        if kind is CapKind.ALERT and standing:
            kind = CapKind.UPDATE
        said = _Said(event, kind, _level(events[:number]), common)
        message = said.message(tuple(standing))
        yield message
        standing = [] if kind is CapKind.CANCEL else [*standing, message.reference]


def _level(events: Sequence[AlertEvent]) -> str | None:
    """The level after these events; of a night that was taken back, as it stands without it."""
    alert = fold(events)
    return alert.level if alert else None


@dataclass(frozen=True)
class _Said:
    """One event, and what it is in CAP."""

    event: AlertEvent
    kind: CapKind
    level: str | None
    common: Common

    def message(self, references: tuple[str, ...]) -> CapMessage:
        """The message, in every language."""
        event, common = self.event, self.common
        mark = "" if common.status is CapStatus.ACTUAL else f"-{common.status.lower()}"
        return CapMessage(
            identifier=f"{event.alert_id}-{event.seq}{mark}",
            sender=common.sender,
            sent=event.at.astimezone(common.zone),
            status=common.status,
            kind=self.kind,
            restriction=RESTRICTION,
            incident=event.alert_id,
            infos=tuple(self._info(language, tongue) for language, tongue in _LANGUAGES.items()),
            references=references,
        )

    def _info(self, language: str, tongue: Callable[[Words], str]) -> Info:
        subject, over = self.event.about.subject, self.kind is CapKind.CANCEL
        assert subject.category is not None
        known = TYPES.get(subject.type)
        named = tongue(known.words) if known else subject.type
        level = f"{tongue(Level(self.level).words)} " if self.level and not over else ""
        return Info(
            language=language,
            category=CATEGORIES[subject.category],
            event=f"{tongue(Category(subject.category).words)} {named}",
            response="AllClear" if over else "Assess",
            urgency="Past" if over else "Future",
            severity=SEVERITIES.get(self.level or (known.pace if known else Level.ORANGE).value, CapSeverity.MINOR),
            certainty="Observed" if subject.type in _OBSERVED else "Possible",
            expires=self.event.at.astimezone(self.common.zone) + HOLDS,
            sender_name=tongue(self.common.name),
            headline=f"{self.event.alert_id[:SHORT]} {level}{tongue(self.event.event.words)}",
            description=tongue(_NOT_PUBLIC),
            area=self.common.area,
            instruction=None if over else tongue(_LOOK),
        )
