"""What is sent to the API, and how it says that something was refused.

Belongs here: shapes. Does not: answers, which are the values of ``flows.alerts``.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from transforms.district.codes import CODE_PATTERN
from transforms.words import Act, AlertState, Category, Level, Outcome, SilenceReason

Identity = Annotated[str, Field(pattern=r"^[0-9a-f]{8,20}$")]
Code = Annotated[str, Field(pattern=CODE_PATTERN, max_length=64)]
# As the cells of a grid are called (``transforms.district.codes``).
Place = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,39}$")]
Text = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
# As the document says, and nothing that only could be read so: a number is no moment, and neither a number nor a word is a yes.
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE | re.ASCII)

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _written(value: object) -> object:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("a moment is written as in RFC 3339")
    return value


def _in_query(value: object) -> object:
    if not isinstance(value, bool) and value not in ("true", "false"):
        raise ValueError("true or false")
    return value


def _day(value: object) -> object:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("a day is written as in RFC 3339")
    return value


Day = Annotated[dt.date, BeforeValidator(_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written)]
# What people do; the rest is the system's.
Deed = Literal[
    Act.ACKNOWLEDGE,
    Act.ASSIGN,
    Act.WHISTLE,
    Act.ACCEPT,
    Act.DECLINE,
    Act.ARRIVE,
    Act.REPORT_BACK,
    Act.WAIT,
    Act.HAND_UP,
    Act.RESOLVE,
    Act.VERIFY,
    Act.CLOSE,
    Act.REOPEN,
]


class _Body(BaseModel):
    """What is not asked for is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AskedAlerts(_Body):
    """Which alerts a list shows; what is left out does not narrow it."""

    state: AlertState | None = None
    type: Text | None = None
    category: Category | None = None
    level: Level | None = None
    subdistrict: Text | None = None
    department: Text | None = None
    every: Annotated[bool, BeforeValidator(_in_query)] = False


class ActBody(_Body):
    """One act on one alert, by the role of the token."""

    act: Deed
    departments: list[Code] = Field([], max_length=20)
    outcome: Outcome | None = None
    until: Moment | None = None


class SilenceBody(_Body):
    """A silence over an alert, or over alerts that have all that is named."""

    reason: SilenceReason
    until: Moment
    alert: Identity | None = None
    type: Code | None = None
    category: Category | None = None
    subdistrict: Text | None = None
    until_calm: StrictBool = False


class VisitBody(_Body):
    """What came of going to a place on a day."""

    day: Day
    cell: Place
    outcome: Outcome


class Problem(BaseModel):
    """Why something was not done, and what to do about it. ``seq`` is the number at which the alert stands, where it moved on."""

    why: str
    message: str
    remedy: str = ""
    seq: int | None = None
