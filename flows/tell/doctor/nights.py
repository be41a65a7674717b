"""Which nights are missing, and how the last attempt ended.

Belongs here: the last published night against today, the newest run. Does not: running anything (``flows.nights``).
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.nights.absence import Absence, absence
from flows.tell.doctor.finding import Finding, fault, note, sound
from flows.tell.doctor.patient import Patient
from infra.warehouse.nights.nights import latest_night
from infra.warehouse.nights.runs import runs_of


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
        return
    missed = absence(patient.warehouse, patient.folder.district, today)
    if missed == Absence():
        yield sound("nights", f"the last published one is {last}")
    if missed.caught_up:
        first, until = missed.caught_up[0], missed.caught_up[-1]
        said = f"{first} to {until} were not run" if first < until else f"{first} was not run"
        remedy = "`sifang nightly` runs them before its own."
        yield note("nights", f"{said}; the last published one is {last}", "alerts and levels are as old as that", remedy)
    for gap in missed.left:
        said = f"{gap.first} to {gap.last} were not run" if gap.nights > 1 else f"{gap.first} was not run"
        yield note("nights", said, "their scores are nowhere", f"Run `{gap.command}`.")
