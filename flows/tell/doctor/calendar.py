"""The calendar of the year to come.

Belongs here: whether it is known. Does not: what a holiday does to a day (``transforms.scoring.season``).
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.tell.doctor.finding import Finding, note, sound
from flows.tell.doctor.patient import Patient
from infra.districts import holidays


def calendar(patient: Patient) -> Iterator[Finding]:
    """The holidays of this year and the next, and whether it is known which days are moved."""
    assert patient.folder is not None
    code, year = patient.folder.district.calendar, patient.now.year
    found = holidays.between(code, year, year + 1)
    yield sound("holiday calendar", f"{len(found)} holidays in {year} and {year + 1}")
    if unknown := [y for y in (year, year + 1) if not holidays.moved_days_known(code, y)]:
        yield note(
            "working days",
            f"which working days are moved to weekends in {', '.join(map(str, unknown))} is not known",
            "due times counted in working days that reach into it have no result",
            "Install the version of Sifang that knows them once they are announced, or declare them in the district.",
        )
