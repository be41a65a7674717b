"""What tonight would make of the newest file of each source: `doctor --files`.

Belongs here: one finding per source. Does not: the rehearsal (``flows.intake.rehearsal``).
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.tell.doctor.finding import Finding
from flows.tell.doctor.patient import Patient
from infra.errors import SifangError
from infra.sources.fetching import Closed


def rehearsed(patient: Patient) -> Iterator[Finding]:
    """What would become of the newest file of each source that has one."""
    # The road takes Great Expectations, which nobody pays for who does not ask.
    from flows.intake.rehearsal import Rehearsed, rehearse

    assert patient.folder is not None
    for source in patient.folder.district.sources:
        if source.live is not None:
            # It has no newest file; `doctor --connect` tries its newest rows.
            continue
        try:
            if not (places := patient.folder.source_files(source.code)):
                continue
            # Where a folder is closed, nobody knows which file is the newest.
            found = rehearse(patient.folder, source, next((p for p in places if isinstance(p, Closed)), places[-1]), _key(patient))
        except SifangError as error:
            found = Rehearsed(False, str(error))
        yield Finding(f"newest file of {source.code}", found.well, found.said)


def _key(patient: Patient) -> bytes | None:
    """The key under which a night shows names; where there is none that can be used, another finding says so."""
    try:
        return patient.settings.hash_key()
    except SifangError:
        return None
