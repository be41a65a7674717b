"""What somebody who signed in may do from the page of alerts: an act about an alert, the outcome of a visit.

Belongs here: these values as blocks of a page. Does not: who may do what (``transforms.alerts.machine.choices``), doing it (``flows.api``),
who signed in (``flows.serving``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from transforms.alerts.machine.choices import Choice
from transforms.alerts.visible import Line
from transforms.words import Outcome, Refused, Unfit, Words


@dataclass(frozen=True)
class Ask:
    """An alert that somebody may do something about, its number as they see it, and what."""

    line: Line
    kind: Words
    seq: int
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Visit:
    """A place of today's list, and what was said of going there; None where nothing was."""

    day: dt.date
    cell_id: str
    name: str
    subdistrict: str | None
    outcome: Outcome | None


@dataclass(frozen=True)
class SignedIn:
    """Who signed in, when this was so, and all that they may do: about alerts that go on, about those that were over lately, and visits.

    ``departments`` are those of the district by code, ``waits`` the moments until which an alert may wait, ``api`` is where acts are sent,
    relative to the page.
    """

    role: Words
    at: dt.datetime
    api: str
    asks: tuple[Ask, ...]
    over: tuple[Ask, ...]
    visits: tuple[Visit, ...]
    departments: Mapping[str, Words]
    waits: tuple[tuple[dt.datetime, Words], ...]


@dataclass(frozen=True)
class Desk:
    """Alerts with their buttons, those that are over lately behind the others."""

    title: Words
    view: str
    asks: tuple[Ask, ...]
    over: tuple[Ask, ...]
    note: Words | None = None


@dataclass(frozen=True)
class Returns:
    """Today's visits with a button for each outcome."""

    title: Words
    view: str
    visits: tuple[Visit, ...]
    note: Words | None = None


# What the API says why something was not done, beside the codes of its vocabularies, for people.
_ELSE: Final = {
    "refused": Words("办理被拒绝", "it was refused"),
    "busy": Words("今夜的计算正在写入，请稍后再试", "a night is being written; try again in a while"),
    "away": Words("数据库暂时无法访问，请稍后再试", "a store does not answer; try again in a while"),
    "declaration": Words("辖区设置正在修改，请稍后再试", "the district's declaration is being changed; try again in a while"),
    "too_often": Words("操作过于频繁，请稍候", "too often; wait a little"),
    "signed_out": Words("令牌无效或已过期，请重新登录", "the token is no longer good; sign in again"),
    "elsewhere_from": Words("请求不是从本页发出的", "it was not sent from this page"),
    "no_answer": Words("没有连上服务器，未办理；请重试", "nobody answered; nothing is known to be done, try again"),
}


def refusals() -> dict[str, tuple[str, str]]:
    """What is said of each code that an act may be answered with, in both languages."""
    known = {**{code.value: code.words for code in (*Unfit, *Refused)}, **_ELSE}
    return {code: (words.zh, words.capital.en) for code, words in known.items()}
