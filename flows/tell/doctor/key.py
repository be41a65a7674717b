"""The key under which report keys are hashed.

Belongs here: whether one is at hand. Does not: whether it is the one of before (``stores``).
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.tell.doctor.finding import Finding, sound
from flows.tell.doctor.patient import Patient
from infra.keys import fingerprint


def key(patient: Patient) -> Iterator[Finding]:
    """Its fingerprint. Raises what a night would be refused with."""
    yield sound("hash key", f"set, fingerprint {fingerprint(patient.settings.hash_key())}")
