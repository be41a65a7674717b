"""What people say of visits, as they write it: a day, a place or an alert, an outcome.

Belongs here: reading one row of such a table. Does not: the file (``infra.sources.outcomes``), storing what it says (``flows.alerts``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from transforms.words import Outcome, Unfit

# What nobody has said of a visit after two months is not known any more.
OLDEST_DAYS: Final = 60
_DAY: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_OUTCOMES: Final = {written.casefold(): code for code in Outcome for written in (code.value, code.words.zh, code.words.en)}


@dataclass(frozen=True)
class Said:
    """One outcome: on that day somebody was in that cell, for the sake of an alert where one was named."""

    day: dt.date
    cell_id: str
    outcome: Outcome
    alert_id: str | None = None


@dataclass(frozen=True)
class Known:
    """What a row may name: ``cells`` of the district, and the alert and its cell that something written stands for, if it does for one."""

    cells: frozenset[str]
    alert: Callable[[str], tuple[str, str] | None]
    today: dt.date


def read_return(row: Mapping[str, str], known: Known) -> Said | Unfit | None:
    """What a row says, by its columns ``day``, ``cell`` or ``alert``, and ``outcome``; None where its outcome was left empty."""
    written = {name: (row.get(name) or "").strip() for name in ("day", "cell", "alert", "outcome")}
    if not written["outcome"]:
        return None
    outcome = _OUTCOMES.get(written["outcome"].casefold())
    if outcome is None:
        return Unfit.OUTCOME
    day = _day(written["day"])
    if day is None or not known.today - dt.timedelta(days=OLDEST_DAYS) <= day <= known.today:
        return Unfit.DAY
    if written["alert"]:
        found = known.alert(written["alert"])
        if found is None:
            return Unfit.ALERT
        return Said(day, found[1], outcome, found[0]) if written["cell"] in {"", found[1]} else Unfit.ELSEWHERE
    return Said(day, written["cell"], outcome) if written["cell"] in known.cells else Unfit.PLACE


def _day(text: str) -> dt.date | None:
    """A day as people and spreadsheets write it."""
    found = _DAY.fullmatch(text)
    try:
        return dt.date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None
