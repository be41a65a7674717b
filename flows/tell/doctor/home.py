"""The home: whether it is there and may be used, and whether its disks have room.

Belongs here: folders of this machine. Does not: what is in them (``stores``, ``arrivals``).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from flows.tell.doctor.finding import Finding, fault, note, sound
from flows.tell.doctor.patient import Patient
from infra.addresses import shown
from infra.private import open_to_others

# A night of a large city writes some dozen megabytes, and a home that is full stops in the middle of one.
_LEAST_MIB: Final = 200
_LITTLE_MIB: Final = 2048


def home(patient: Patient) -> Iterator[Finding]:
    """The home and the folders in it that a night writes."""
    own = patient.settings.home.resolve()
    if not os.path.lexists(own):
        yield from _absent(own)
        return
    if not own.is_dir():
        yield fault("home", f"{shown(own)} is no folder", "nothing can be read or written", "Correct SIFANG_HOME.")
        return
    folders = [own, *(p for p in _written(patient) if p.exists())]
    barred = [p for p in folders if not os.access(p, os.R_OK | os.X_OK)]
    locked = [p for p in folders if p not in barred and not os.access(p, os.W_OK)]
    remedy = "Give the user who runs Sifang the rights, or run this as the user who owns it; nothing is lost."
    if barred:
        yield fault("home", f"may not be read by this user: {_listed(barred)}", "no verb can answer", remedy)
    if locked:
        yield fault("home", f"may not be written by this user: {_listed(locked)}", "reading works, a night would stop", remedy)
    if odd := [p for p in folders if not p.is_dir()]:
        yield fault("home", f"is no folder: {_listed(odd)}", "a night would stop", "Move it out of the way.")
    if open_to_others(own):
        yield note("home", f"others may look into {shown(own)}", "what they find are areas, no persons", f"Run: chmod -R go= {shown(own)}")
    if not barred and not locked and not odd:
        yield sound("home", shown(own))


def _absent(own: Path) -> Iterator[Finding]:
    above = next(p for p in own.parents if p.exists())
    if not os.access(above, os.W_OK | os.X_OK):
        yield fault("home", f"{shown(own)} is not there, and cannot be made in {shown(above)}", "no night can run", "Correct SIFANG_HOME.")
        return
    yield note("home", f"{shown(own)} is not there; the first run makes it", "", "If there is one already, correct SIFANG_HOME.")


def _written(patient: Patient) -> list[Path]:
    settings, code = patient.settings, patient.code
    lake = [patient.lake_folder] if patient.lake_folder else []
    return [settings.landing(code), settings.outbox(code), settings.briefs / code, settings.docs, *lake]


def disks(patient: Patient) -> Iterator[Finding]:
    """The room on the disks of home and lake."""
    places = [patient.settings.home.resolve(), *([patient.lake_folder] if patient.lake_folder else [])]
    free: dict[int, int] = {}
    for path in places:
        there = next(p for p in (path, *path.parents) if p.exists())
        free[there.stat().st_dev] = shutil.disk_usage(there).free >> 20
    least = min(free.values())
    said, remedy = f"{least:,} MiB free", "Make room, or run `sifang db purge`."
    if least < _LEAST_MIB:
        yield fault("disk", said, "the disk is nearly full: a night may stop in the middle", remedy)
    elif least < _LITTLE_MIB:
        yield note("disk", said, "the disk will be full before long", remedy)
    else:
        yield sound("disk", said)


def _listed(paths: list[Path]) -> str:
    return ", ".join(shown(p) for p in paths)
