"""What was delivered and did not come all the way.

Belongs here: refusals that stand, batches that a kill left under way, landed files of rows that wait. Does not: files that nobody has
looked at yet (``sources``, ``files``), whether the counts add up (``deep``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import polars as pl

from flows.tell.doctor.finding import Finding, fault, note, sound
from flows.tell.doctor.patient import Patient
from infra.landing import landing
from infra.warehouse.intake.batches import landed_since
from infra.warehouse.intake.ledger import ledger
from infra.warehouse.intake.quarantine import waiting
from infra.warehouse.intake.refusals import refused_files
from transforms.words.counting import many
from transforms.words.reasons import REASONS

_NAMED: Final = 5
_MEANS: Final = "what of their rows was set aside cannot be tried again unless their files are still where they came from"
_RESTORE: Final = "Restore landing/ from a backup, or have the files delivered again; the lake does not hang on it."


def refusals(patient: Patient) -> Iterator[Finding]:
    """Files that were refused and neither entered nor went since."""
    assert patient.warehouse is not None
    stand = [r for r in refused_files(patient.warehouse) if r.state == "standing"]
    if not stand:
        yield sound("refusals", "none")
        return
    lines = [
        f"{r.file_name} of {r.source}, {many(max(0, (patient.now - r.first_seen).days), 'day')} ago: {REASONS[r.reason].words.en}"
        for r in stand[-_NAMED:]
    ]
    more = f"; and {len(stand) - _NAMED} more" if len(stand) > _NAMED else ""
    remedy = (
        "Mend the declaration, or have the file delivered again; then run `sifang nightly`. `sifang status` tells them by size and time."
    )
    yield note("refusals", f"{'; '.join(lines)}{more}", "nothing of these files counts", remedy)


def under_way(patient: Patient) -> Iterator[Finding]:
    """Batches that landed and did not enter the lake."""
    assert patient.warehouse is not None
    left = ledger(patient.warehouse).filter(pl.col("state") == "landed")
    if len(left):
        said = ", ".join(left["file_name"].head(_NAMED))
        yield note("batches under way", said, "a run is at them, or died over them", "The next run completes them: `sifang nightly`.")


def landed(patient: Patient) -> Iterator[Finding]:
    """Whether what landed lately is there, and of that what rows in quarantine would be read from again can be read."""
    assert patient.warehouse is not None
    wait = set(waiting(patient.warehouse).select("source", "batch_id").unique().iter_rows())
    # A day less: what lands while this looks, and what a purge takes at this very moment, is no fault.
    since = patient.now - dt.timedelta(days=landing.KEPT_DAYS - 1)
    lately = {(b.source, b.batch_id) for b in landed_since(patient.warehouse, since) if b.came_as_a_file}
    folder = patient.settings.landing(patient.code)
    there = landing.landed_batches(folder)
    lost = [f"{batch_id} of {source} is missing" for source, batch_id in sorted((wait | lately) - there)]
    for source, batch_id in sorted(wait & there):
        try:
            landing.landed_rows(folder, source, batch_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, these rows cannot be read
            lost.append(f"{batch_id} of {source} cannot be read ({type(error).__name__})")
    if not lost:
        yield sound(
            "landed files",
            f"those of {many(len(lately), 'batch')} of the last {many(landing.KEPT_DAYS, 'day')} are there; rows wait in {len(wait)}",
        )
        return
    said = f"{len(lost)} of {many(len(wait | lately), 'batch')}: {'; '.join(lost[:_NAMED])}"
    yield fault("landed files", said, _MEANS, _RESTORE)


def rotten(patient: Patient) -> Iterator[Finding]:
    """Whether every landed file holds the bytes that were written."""
    if lost := landing.rotten_files(patient.settings.landing(patient.code)):
        said = f"damaged, {many(len(lost), 'file')} with other bytes than were written: {', '.join(f.name for f in lost[:_NAMED])}"
        yield fault("bytes of landed files", said, _MEANS, _RESTORE)
    else:
        yield sound("bytes of landed files", "as they were written")
