"""Whether the clock of this machine can be believed.

Belongs here: the clock against what was recorded under it. Does not: stopping writers for it (whoever writes).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from flows.tell.doctor.finding import Finding, fault, sound
from flows.tell.doctor.patient import Patient
from infra.warehouse.ledger import ledger
from infra.warehouse.nights import latest_night, night_row

TOLERANCE: Final = dt.timedelta(minutes=10)
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
    """Whether it is behind the newest recorded moment, or nights were published ahead of it."""
    assert patient.folder is not None
    assert patient.warehouse is not None
    last = latest_night(patient.warehouse)
    row = night_row(patient.warehouse, last) if last else None
    recorded = [m for m in (ledger(patient.warehouse)["landed_at"].max(), row.published_at if row else None) if isinstance(m, dt.datetime)]
    newest, today = max(recorded, default=None), patient.now.astimezone(patient.folder.district.zone).date()
    if newest is not None and patient.now < newest - TOLERANCE:
        said = f"it is {patient.now:%F %H:%M} UTC, and something was recorded at {newest:%F %H:%M} UTC: it is behind, or was ahead then"
        yield fault("clock and records", said, "what lands now would count as older than it is", _REMEDY)
    if last is not None and last > today:
        said = f"night {last} is published, and today is {today} in {patient.folder.district.timezone}"
        yield fault("nights ahead", said, "every night until then is refused", "Take them back: `sifang nights retract`.")
    if newest is None or (patient.now >= newest - TOLERANCE and not (last and last > today)):
        yield sound("clock and records", "nothing was recorded later than now")
