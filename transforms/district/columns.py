"""Which column of a file feeds which field of a report, and what is the same in every row.

Belongs here: the shapes of that. Does not: the source whose files these are (``source``), reading them (``transforms.reports.mapping``).
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from transforms.district.codes import Strict
from transforms.words import Discovery

Severity = Annotated[int, Field(ge=1, le=4)]


class DateAndTime(Strict):
    """A moment whose date and time of day stand in two columns; ``time`` holds ``8``, ``8.0``, ``0830``, ``08:30``, ``08:30:15`` or
    ``8:30 PM``. With ``clock = "hhmm"`` it is hours and minutes as one number, without the zeros before it: ``5`` is 00:05."""

    date: str
    time: str
    clock: Literal["hours", "hhmm"] = "hours"


class DateParts(Strict):
    """A moment in up to six columns. The month may be a number or its name in any language known; ``time`` holds a time of day as above,
    instead of an hour and what follows it."""

    year: str
    month: str
    day: str
    hour: str | None = None
    minute: str | None = None
    second: str | None = None
    time: str | None = None

    @model_validator(mode="after")
    def _one_clock(self) -> Self:
        if self.time is not None and self.hour is not None:
            raise ValueError("'time' is the whole time of day: declare it, or 'hour' and what follows it")
        if (self.minute is not None and self.hour is None) or (self.second is not None and self.minute is None):
            raise ValueError("a minute needs its 'hour', and a second its 'minute'")
        return self

    @property
    def clock(self) -> list[str]:
        """The columns of the time of day; none where there is only a date."""
        return [c for c in (self.time, self.hour, self.minute, self.second) if c is not None]


class Joined(Strict):
    """A kind told by several columns, such as class and subclass: their words with ``/`` between, empty ones left out."""

    join: list[str] = Field(min_length=2)


TELLING = "occurred_at", "reported_at", "kind", "severity", "lon", "lat", "point", "zone"


def _shape(value: object) -> str:
    if isinstance(value, DateParts) or (isinstance(value, dict) and "year" in value):
        return "parts"
    return "table" if isinstance(value, dict | DateAndTime | Joined) else "name"


_Name = Annotated[str, Tag("name")]
# Columns that landing adds to the declared ones.
LANDING_COLUMNS = "_row", "_key_hash", "_withdrawn"
# One column, or several; told apart by their shape, so that a mistake in one is not explained as a mistake in the other.
Moment = Annotated[_Name | Annotated[DateAndTime, Tag("table")] | Annotated[DateParts, Tag("parts")], Discriminator(_shape)]
KindColumns = Annotated[_Name | Annotated[Joined, Tag("table")], Discriminator(_shape)]


class Columns(Strict):
    """Which column of the file feeds which field."""

    occurred_at: Moment
    reported_at: Moment | None = None
    kind: KindColumns | None = None
    severity: str | None = None
    discovery: str | None = None
    lon: str | None = None
    lat: str | None = None
    point: str | None = None
    zone: str | None = None
    premises: str | None = None
    department: str | None = None
    first_department: str | None = None
    status: str | None = None
    due_at: Moment | None = None
    first_contact_at: Moment | None = None
    accepted_at: Moment | None = None
    recheck_at: Moment | None = None
    closed_at: Moment | None = None
    extended_until: Moment | None = None
    confirmed: str | None = None
    urgency: str | None = None
    callers: str | None = None
    count: str | None = None
    paused_days: str | None = None
    transfers: str | None = None
    reopens: str | None = None

    @model_validator(mode="after")
    def _both_coordinates(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("'lon' and 'lat' go together")
        if self.lon is not None and self.point is not None:
            raise ValueError("'point' holds both coordinates: declare it, or 'lon' and 'lat'")
        return self

    def of(self, field: str) -> list[str]:
        """The columns that feed one field, none where it is not declared."""
        declared = getattr(self, field)
        if isinstance(declared, DateAndTime):
            return [declared.date, declared.time]
        if isinstance(declared, DateParts):
            return [declared.year, declared.month, declared.day, *declared.clock]
        if isinstance(declared, Joined):
            return list(declared.join)
        return [] if declared is None else [declared]


class Constants(Strict):
    """What is the same in every row, as a code or in the words of the source."""

    severity: Severity | None = None
    discovery: Discovery | None = None
    zone: str | None = None
    department: str | None = None
    first_department: str | None = None
    status: Literal["open", "closed"] | None = None
