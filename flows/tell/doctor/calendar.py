"""The calendar of the year to come, day by day: a wrong day off is seen here, or by who stands before a closed door.

Belongs here: what it says, and whether all of it is known. Does not: working it out (``transforms.clocks.coming``), what a holiday does to
a score (``transforms.scoring.season``).
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.tell.doctor.finding import Finding, note, sound
from flows.tell.doctor.patient import Patient
from transforms.clocks.coming import Off, coming
from transforms.words import NoDue


def calendar(patient: Patient) -> Iterator[Finding]:
    """The coming year's days off and worked weekends, and whether it is known which days are moved."""
    assert patient.folder is not None
    days = patient.folder.calendar
    year = coming(days, patient.now.astimezone(days.zone).date())
    moved = f"; weekends worked: {', '.join(map(str, year.moved))}" if year.moved else ""
    yield sound("calendar", f"{days.code}, version {year.version}, off: {', '.join(map(_said, year.off)) or 'no holiday'}{moved}")
    if year.unknown:
        yield note(
            "working days",
            f"which working days are moved to weekends in {', '.join(map(str, year.unknown))} is not known",
            f"due times counted in working time that reach into it stay open ({NoDue.CALENDAR_UNKNOWN})",
            f"Once they are announced write them into calendar.csv, below a first line day,is and with a line {year.unknown[0]},announced.",
        )


def _said(off: Off) -> str:
    return f"{off.first}" if off.first == off.last else f"{off.first} to {off.last}"
