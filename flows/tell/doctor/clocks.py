"""Whether the clock of this machine can be believed.

Belongs here: telling it. Does not: the rules (``infra.clock``), stopping writers for it (``flows.stores.clock``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from flows.tell.doctor.finding import Finding, fault, sound
from flows.tell.doctor.patient import Patient
from infra.clock import ClockError, Recorded, require_no_leap, require_not_behind, require_together
from infra.warehouse.database import clocks
from infra.warehouse.nights.nights import latest_night
from infra.warehouse.recorded import newest_recorded

# No version of this program is older.
_BUILT: Final = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
_REMEDY: Final = "Set the clock of this machine, best by a time service; then run this again."


def clock_on_its_own(patient: Patient) -> Iterator[Finding]:
    """Whether it is later than the program is old."""
    said = f"{patient.now:%F %H:%M} UTC"
    if patient.now < _BUILT:
        yield fault("clock", f"{said}, which is before this program was written", "every night would be run as another", _REMEDY)
    else:
        yield sound("clock", said)


def clock_and_records(patient: Patient) -> Iterator[Finding]:
    """Whether a writer would be stopped by it, and whether nights were published ahead of it."""
    assert patient.folder is not None
    assert patient.warehouse is not None
    last, newest = latest_night(patient.warehouse), newest_recorded(patient.warehouse)
    ahead, limit = clocks.apart(patient.warehouse), patient.folder.district.catch_up
    today = patient.now.astimezone(patient.folder.district.zone).date()
    wrong = list(_wrong(patient.now, newest, ahead, limit))
    for error in wrong:
        yield fault("clock and records", error.message, "nothing is written by it", error.remedy)
    if last is not None and last > today:
        said = f"night {last} is published, and today is {today} in {patient.folder.district.timezone}"
        remedy = f"Take them back: `sifang nights retract --from {today + dt.timedelta(days=1)} --reason clock-ahead`."
        yield fault("nights ahead", said, "every night until then is refused", remedy)
    if not wrong and not (last and last > today):
        yield sound("clock and records", "nothing was recorded later than now")


def _wrong(now: dt.datetime, newest: Recorded | None, ahead: dt.timedelta | None, limit: int) -> Iterator[ClockError]:
    """By what a writer would be stopped."""
    rules: list[Callable[[], None]] = [partial(require_together, ahead), partial(require_not_behind, now, newest)]
    if ahead is None:
        rules.append(partial(require_no_leap, now, newest, limit))
    for rule in rules:
        try:
            rule()
        except ClockError as error:
            yield error
