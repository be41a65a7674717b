"""The shapes of a CAP message, as far as we use them.

Belongs here: fields and closed lists, by the names of the standard. Does not: filling them (``transforms.alerts.cap.chain``), writing them
(``transforms.alerts.cap.xml``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

# Latitude and longitude in WGS-84, as CAP writes them; closed, at least four points.
Ring = tuple[tuple[float, float], ...]


class CapStatus(StrEnum):
    """Whether anybody is to act on it."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    TEST = "Test"
    DRAFT = "Draft"


class CapKind(StrEnum):
    """What a message does to those before it."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"


class CapSeverity(StrEnum):
    """How severe; ``Extreme`` is for threats to life that somebody has seen, and never ours."""

    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"


@dataclass(frozen=True)
class Area:
    """A place: what it is called, its outline where it has one, its code."""

    description: str
    polygons: tuple[Ring, ...] = ()
    code: str | None = None


@dataclass(frozen=True)
class Info:
    """What is said in one language."""

    language: str
    category: str
    event: str
    response: str
    urgency: str
    severity: CapSeverity
    certainty: str
    expires: dt.datetime
    sender_name: str
    headline: str
    description: str
    area: Area
    instruction: str | None = None


@dataclass(frozen=True)
class CapMessage:
    """One message. ``references`` are those before it that it updates or cancels, oldest first."""

    identifier: str
    sender: str
    sent: dt.datetime
    status: CapStatus
    kind: CapKind
    restriction: str
    incident: str
    infos: tuple[Info, ...]
    references: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """How a later message names it."""
        return f"{self.sender},{self.identifier},{written(self.sent)}"


def written(moment: dt.datetime) -> str:
    """A moment as CAP has it: whole seconds, an offset and never ``Z``; of UTC, which says nothing of a place, ``-00:00``."""
    text = moment.replace(microsecond=0).isoformat()
    return text.replace("+00:00", "-00:00") if moment.utcoffset() == dt.timedelta(0) else text
