"""Lake and warehouse, and whether they belong together.

Belongs here: asking each store whether it is whole, and both whether they agree. Does not: what follows from what they say
(``infra.accord.verdict``), rows (``deep``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flows.tell.doctor.finding import Finding, fault, note, sound
from flows.tell.doctor.patient import Patient
from infra.accord.pair import Pair
from infra.accord.sides import lake_alone
from infra.accord.verdict import compare
from infra.lake.faults import damaged
from infra.settings import key_at_hand
from infra.warehouse.database.engine import place
from infra.warehouse.keeping.adoptions import lost_since
from infra.warehouse.keeping.erasures import is_unfinished
from infra.warehouse.keeping.rotations import rotation_at, under_way
from infra.warehouse.nights.nights import latest_night, night_row
from transforms.words.counting import many

# Of a lake that lost much, the first files say where to look.
_NAMED: Final = 5


def lake(patient: Patient) -> Iterator[Finding]:
    """Whether every file is there, and those that nobody vouches for are as they were written."""
    yield _verified(patient, "lake", deep=False)


def lake_deep(patient: Patient) -> Iterator[Finding]:
    """Whether every file is as it was written."""
    yield _verified(patient, "lake, every file", deep=True)


def _verified(patient: Patient, what: str, *, deep: bool) -> Finding:
    own = patient.lake
    found = own.verify(deep=deep)
    if found.damaged:
        raise damaged(own.shelf.shown, f"{len(found.damaged)} of {found.files}: {', '.join(found.damaged[:_NAMED])}")
    unproved = f", {found.unproved:,} of them written before files bore digests" if found.unproved else ""
    return sound(
        what, f"commit {own.sequence()}: {many(found.rows, 'row')} in {many(found.files, 'file')}, {found.hashed:,} hashed now{unproved}"
    )


def lake_and_warehouse(patient: Patient) -> Iterator[Finding]:
    """Whether the two belong together, and what the next run settles of what a kill left."""
    if patient.warehouse is None and patient.is_begun:
        return
    what, where = "lake and warehouse", place(patient.settings.warehouse)
    if patient.warehouse is None:
        verdict = compare(lake_alone(patient.lake, patient.code, where))
    else:
        verdict = Pair(patient.lake, patient.warehouse, where).look(key_at_hand(patient.settings))
    cut_short = list(_cut_short(patient))
    if not verdict.goes_on and not any(finding.ok is False for finding in cut_short):
        yield fault(what, verdict.says, "no night is run, and what is shown may lack reports", verdict.remedy)
        return
    if not verdict.goes_on:
        # Half way from one key to another each of the two is another one.
        yield from cut_short
        return
    untold = f"; the next run settles {many(len(verdict.unsettled), 'commit')} that a killed one left" if verdict.unsettled else ""
    yield sound(what, f"{verdict.standing}{untold}")
    yield from cut_short
    yield from _begun_again(patient)


def _cut_short(patient: Patient) -> Iterator[Finding]:
    """What a kill left half done that concerns both stores."""
    if patient.warehouse is None:
        return
    if is_unfinished(patient.warehouse):
        remedy = "The next run that writes completes it: `sifang nightly`."
        yield note("erasure", "one was begun and has not come to its end", "rows of erased reports may still lie there", remedy)
    if (begun := under_way(patient.warehouse)) is not None:
        said = f"it is being changed since {begun.begun_at:%Y-%m-%d %H:%M} UTC, and not every file was read again"
        yield fault("change of keys", said, "no night is run", "Run the same `sifang key rotate` again; it goes on where it was cut short.")


def _begun_again(patient: Patient) -> Iterator[Finding]:
    """What went when a store was lost, as long as the last night was computed from it."""
    last = latest_night(patient.warehouse) if patient.warehouse else None
    row = night_row(patient.warehouse, last) if patient.warehouse and last else None
    if patient.warehouse is None or row is None or (lost := lost_since(patient.warehouse, row.lake_seq)) is None:
        return
    if (changed := rotation_at(patient.warehouse, lost.adopted_at)) is not None:
        said = f"it is another one since {lost.adopted_at:%Y-%m-%d}; backup {changed.backup} was made before"
        yield note("change of keys", said, "nights that were published before replay only there", "Keep that backup as you keep its key.")
        return
    said = f"the lake was begun again on {lost.adopted_at:%Y-%m-%d} without {many(lost.rows, 'row')} of {many(lost.batches, 'batch')}"
    remedy = "`sifang nightly` reads again what still lies in the inbox; a backup of before that day has the rest."
    yield note("lost store", said, "nights that were published before it cannot be replayed", remedy)
