"""What people say of visits, as they write it: a day, a place or an alert, an outcome.

Belongs here: reading one row of such a table. Does not: the file (``infra.sources.outcomes``), storing what it says (``flows.alerts``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from transforms.words import Outcome, Unfit

# What nobody has said of a visit after two months is not known any more.
OLDEST_DAYS: Final = 60
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
# What a spreadsheet makes of a code of digits alone: without its zeros in front, or with its last digits gone.
_AS_NUMBER: Final = re.compile(r"\d{1,40}(\.(?P<kept>\d{1,20}))?(?P<shortened>E\+?\d{1,3})?", re.ASCII | re.IGNORECASE)
_TURN: Final = re.compile(r"\d{1,6}", re.ASCII)
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
    """What a row may name: ``cells`` of the district, the alert and its cell that something written stands for, if it does for one, and the
    cell that had a turn on the list of a day."""

    cells: frozenset[str]
    alert: Callable[[str], tuple[str, str] | None]
    turn: Callable[[dt.date, int], str | None]
    today: dt.date


def read_return(row: Mapping[str, str], known: Known) -> Said | Unfit | None:
    """What a row says, by its columns ``day``, ``cell`` or ``alert``, and ``outcome``; None where its outcome was left empty.

    Where a spreadsheet took the code of a cell for a number, ``turn`` tells which place of the day's list it was.
    """
    written = {name: (row.get(name) or "").strip() for name in ("day", "cell", "alert", "outcome", "turn")}
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
        same = written["cell"] in {"", found[1]} or _shown_as(found[1], written["cell"])
        return Said(day, found[1], outcome, found[0]) if same else Unfit.ELSEWHERE
    place = _place(written["cell"], written["turn"], day, known)
    return place if isinstance(place, Unfit) else Said(day, place, outcome)


def _place(cell: str, turn: str, day: dt.date, known: Known) -> str | Unfit:
    """The cell that was written, or that had the turn beside it and that a spreadsheet would show so."""
    if cell in known.cells:
        return cell
    number = _AS_NUMBER.fullmatch(cell)
    if number is None:
        return Unfit.PLACE
    listed = known.turn(day, int(turn)) if _TURN.fullmatch(turn) else None
    if listed in known.cells and _shown_as(listed, cell):
        return listed
    return Unfit.SHORTENED if number["shortened"] else Unfit.PLACE


def _shown_as(code: str, written: str) -> bool:
    """Whether a spreadsheet that takes a code for a number may have written it so."""
    number = _AS_NUMBER.fullmatch(written)
    if number is None or not (code.isascii() and code.isdecimal()):
        return False
    if number["shortened"] is None:
        return Decimal(written) == Decimal(code)
    return Decimal(written) == Decimal(f"{Decimal(code):.{len(number['kept'] or '')}E}")


def _day(text: str) -> dt.date | None:
    """A day as people and spreadsheets write it."""
    found = _DAY.fullmatch(text)
    try:
        return dt.date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None
