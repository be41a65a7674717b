"""What was delivered and did not come all the way.

Belongs here: refusals that stand, batches that a kill left under way, landed files of rows that wait. Does not: files that nobody has
looked at yet (``sources``, ``files``), whether the counts add up (``deep``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from flows.tell.doctor.finding import Finding, fault, note, sound
from flows.tell.doctor.patient import Patient
from infra.landing.landing import landed_rows
from infra.warehouse.ledger import ledger
from infra.warehouse.quarantine import waiting
from infra.warehouse.refusals import refused_files
from transforms.words.reasons import REASONS

_NAMED: Final = 5


def refusals(patient: Patient) -> Iterator[Finding]:
    """Files that were refused and neither entered nor went since."""
    assert patient.warehouse is not None
    stand = [r for r in refused_files(patient.warehouse) if r.state == "standing"]
    if not stand:
        yield sound("refusals", "none")
        return
    lines = [
        f"{r.file_name} of {r.source}, {max(0, (patient.now - r.first_seen).days)} days ago: {REASONS[r.reason].words.en}"
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
    """Whether what rows in quarantine would be read from again is there and whole."""
    assert patient.warehouse is not None
    wait = waiting(patient.warehouse).select("source", "batch_id").unique().sort("source", "batch_id")
    folder = patient.settings.landing(patient.code)
    lost = []
    for source, batch_id in wait.iter_rows():
        try:
            if landed_rows(folder, source, batch_id) is None:
                lost.append(f"{batch_id} of {source} is missing")
        except Exception as error:  # noqa: BLE001 - whatever it is, these rows cannot be read
            lost.append(f"{batch_id} of {source} cannot be read ({type(error).__name__})")
    if not lost:
        yield sound("landed files", f"those of {len(wait)} batches with rows that wait are there")
        return
    said = f"{len(lost)} of {len(wait)} batches with rows that wait: {'; '.join(lost[:_NAMED])}"
    remedy = "Restore landing/ from a backup, or have the files delivered again."
    yield fault("landed files", said, "their rows cannot be tried again", remedy)
