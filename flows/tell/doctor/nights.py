"""Which nights are missing, and how the last attempt ended.

Belongs here: the last published night against today, the newest run. Does not: running anything (``flows.nights``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from flows.tell.doctor.finding import Finding, fault, note, sound
from flows.tell.doctor.patient import Patient
from infra.warehouse.nights import latest_night
from infra.warehouse.runs import runs_of

_DAY = dt.timedelta(days=1)


def nights(patient: Patient) -> Iterator[Finding]:
    """Whether every night up to today's is published."""
    assert patient.folder is not None
    assert patient.warehouse is not None
    last, today = latest_night(patient.warehouse), patient.now.astimezone(patient.folder.district.zone).date()
    newest = runs_of(patient.warehouse, 1)
    if len(newest) and newest["status"].item() == "failed":
        said = f"the last attempt, at night {newest['night'].item()}, failed: {newest['error'].item()}"
        yield fault("last run", said, "what was published before stays", "Run `sifang nightly` again, and do what it says.")
    if last is None:
        yield sound("nights", "none published yet")
    elif last >= today - _DAY:
        yield sound("nights", f"the last published one is {last}")
    else:
        said = f"{last + _DAY} to {today - _DAY} were not run" if last + _DAY < today - _DAY else f"{last + _DAY} was not run"
        remedy = f"Run `sifang nightly`, or `sifang backfill --from {last + _DAY} --to {today - _DAY} --reason missed`."
        yield note("nights", f"{said}; the last published one is {last}", "alerts and levels are as old as that", remedy)
