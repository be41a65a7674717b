"""Whether what was taken in was read as it would be read now, and at premises that the register knows.

Belongs here: one note per source of which it was not. Does not: which batches those are (``flows.tell.readings``), reading them again
(``flows.intake.reread``).
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.tell.doctor.finding import Finding, note, sound
from flows.tell.doctor.patient import Patient
from flows.tell.readings import read_otherwise, unregistered
from infra import clock
from transforms.words.counting import many


def readings(patient: Patient) -> Iterator[Finding]:
    """Batches that were read under a declaration that reads otherwise; rows that name premises of no register."""
    assert patient.warehouse is not None
    assert patient.folder is not None
    found = read_otherwise(patient.warehouse, patient.folder)
    if not found:
        yield sound("readings", "every batch was read under a declaration that reads as today's")
    for one in found:
        means = "its reports stand as they were read then"
        remedy = f"`sifang source reread {one.source} --reason mended --dry-run` says what would change, without --dry-run it does."
        yield note("readings", f"{many(one.batches, 'batch')} of {one.source} read under another declaration", means, remedy)
    for named in unregistered(patient.warehouse, clock.now()):
        detail = f"{many(named.rows, 'row')} of {named.source} in the last 14 days name premises that are not in the register"
        remedy = f"Add their lines to premises.csv, then `sifang source reread {named.source} --reason mended`."
        yield note("readings", detail, "a major hazard there opens no alert", remedy)
