"""Whether the places of the sources can be reached, and hold files.

Belongs here: counting what lies there. Does not: reading it (``files``), asking live ones
(``flows.tell.connecting``), what became of it (``arrivals``).
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.tell.doctor.finding import Finding, fault, note, sound
from flows.tell.doctor.patient import Patient
from infra.districts.folder import DistrictFolder
from infra.sources.connectors.secrets import unset_in
from infra.sources.fetching import Closed
from transforms.district.source import Source
from transforms.words.counting import many


def sources(patient: Patient) -> Iterator[Finding]:
    """One finding per source."""
    assert patient.folder is not None
    for source in patient.folder.district.sources:
        yield _source(patient.folder, source)


def _source(folder: DistrictFolder, source: Source) -> Finding:
    what, means = f"source {source.code}", "nothing new is known of it tonight"
    if source.live is not None:
        # Looking takes no requests of the far side's quota; whoever wants to know more asks for it.
        where = f"asked at {source.live.shown} ({source.live.kind})"
        if unset := unset_in(source.live):
            return fault(what, f"{where}; {', '.join(unset)} is not set", means, "Set it where Sifang runs.")
        return sound(what, f"{where}; `sifang doctor --connect {source.code}` asks it")
    try:
        files = folder.source_files(source.code)
    except OSError as error:
        return fault(what, f"could not look: {error.strerror}", means, "Check the folder and its rights.")
    if closed := [f for f in files if isinstance(f, Closed)]:
        return fault(what, closed[0].why.detail, means, "Check the mount, its rights, and `files` of the source.")
    if not files:
        return note(what, f"no file matches {', '.join(source.files)}", means, "Check the path, and SIFANG_INBOX.")
    told = many(len(files), "file")
    if source.precision != "day":
        told += f"; it tells a {source.precision} and no day, so it is counted by the month and feeds no score, surge or alert"
    return sound(what, told)
