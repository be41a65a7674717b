"""Of what the doctor looks at, that which changes what a status is worth: a home that is not there, a damaged lake, a wrong clock;
and what will stop a later night or lose it: a disk that fills, a year whose working days nobody knows, no backup.

Belongs here: choosing the checks. Does not: the checks. Whether lake and warehouse agree every reader says by itself (``flows.stores``).
"""

from __future__ import annotations

from functools import partial
from typing import Final

from flows.stores import Context
from flows.tell.doctor import backups, calendar, clocks, home, stores
from flows.tell.doctor.finding import Finding
from flows.tell.doctor.looking import Look, looked
from flows.tell.doctor.patient import Patient
from infra import clock

_CHECKS: Final = {
    "home": home.home,
    "disk": home.disks,
    "lake": stores.lake,
    "clock and records": clocks.clock_and_records,
    "calendar": calendar.calendar,
    "backup": backups.backups,
}


def troubles(context: Context) -> tuple[Finding, ...]:
    """What is not as it should be, of what a status rests on."""
    patient = Patient(context.code, context.settings, clock.now(), context.folder, context.warehouse, True)
    found = (finding for what, check in _CHECKS.items() for finding in looked(Look(what, partial(check, patient))))
    return tuple(finding for finding in found if finding.ok is not True)
