"""Who holds the district's lock.

Belongs here: naming the holder. Does not: taking the lock over, which whoever needs it does (``infra.warehouse.keeping.locks``).
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.tell.doctor.finding import Finding, note, sound
from flows.tell.doctor.patient import Patient
from infra.warehouse.keeping.locks import holding


def lock(patient: Patient) -> Iterator[Finding]:
    """Whether somebody writes, and who."""
    assert patient.warehouse is not None
    held = holding(patient.warehouse)
    if held is None:
        yield sound("lock", "nobody writes")
        return
    who = f"process {held.owner.pid} on {held.owner.host}"
    if held.owner.is_gone():
        yield note("lock", f"left by {who}, which runs no more", "the next run takes it over at once")
    elif held.lease_until < patient.now:
        yield note("lock", f"left by {who}, whose lease ended at {held.lease_until:%F %H:%M} UTC", "the next run takes it over")
    else:
        means = "another run waits for it"
        yield note("lock", f"held by {who} until {held.lease_until:%F %H:%M} UTC, unless it goes on", means, "Wait for it, or stop it.")
