"""Whether a backup was made of what nobody can deliver again.

Belongs here: telling how old the newest is. Does not: making one, or what it holds (``infra.backup``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from flows.tell.doctor.finding import Finding, note, sound
from flows.tell.doctor.patient import Patient
from infra.backup.known import known
from infra.warehouse.nights.nights import latest_night
from transforms.words.counting import many

# One a week, and a day for the week that it is late.
_OLD: Final = dt.timedelta(days=8)
_REMEDY: Final = "sifang backup FOLDER, on another disk"


def backups(patient: Patient) -> Iterator[Finding]:
    """The newest backup that this home knows of. An invented district can be invented again; one without a night has nothing to lose."""
    assert patient.folder is not None
    assert patient.warehouse is not None
    if patient.folder.district.synthetic or latest_night(patient.warehouse) is None:
        return
    newest = max((backup.made_at for backup in known(patient.settings)), default=None)
    means = "what people did about alerts, and what was known each night, is nowhere else"
    if newest is None:
        yield note("backup", "none was made of this home", means, _REMEDY)
    elif patient.now - newest > _OLD:
        yield note("backup", f"the newest is {many((patient.now - newest).days, 'day')} old, of {newest:%F}", means, _REMEDY)
    else:
        yield sound("backup", f"{newest:%F %H:%M} UTC")
