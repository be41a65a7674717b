"""Whether everything that a night needs is there and sound: `sifang doctor`.

Belongs here: what is looked at, and one finding per thing. Does not: what the status of a running district is (``flows.tell.status``),
proposing a declaration (``flows.tell.proposal``), drawing (``flows.cli.draw.doctor``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.intake.rehearsal import Rehearsed, rehearse
from flows.stores import has_warehouse
from infra import clock
from infra.accord.pair import Pair
from infra.accord.sides import lake_alone
from infra.accord.verdict import compare
from infra.districts import folder as district_folder
from infra.districts import holidays
from infra.districts.drafting import unfilled
from infra.districts.folder import DistrictFolder
from infra.errors import SifangError
from infra.lake.faults import damaged
from infra.lake.lake import Lake
from infra.settings import Settings, fingerprint, key_at_hand
from infra.warehouse.engine import Warehouse, connect, place
from infra.warehouse.upgrade import current_revision, head_revision, require_current
from transforms.district.source import Source

# Of a lake that lost much, the first files say where to look.
NAMED = 5


@dataclass(frozen=True)
class Finding:
    """One thing the doctor looked at. ``ok`` is None for something worth knowing that is no fault."""

    what: str
    ok: bool | None
    detail: str


def is_sound(findings: Iterable[Finding]) -> bool:
    """Whether a night can run."""
    return all(finding.ok is not False for finding in findings)


def examine(code: str, settings: Settings, *, deep: bool = False) -> tuple[Finding, ...]:
    """Look at everything a night needs: folder, files (the newest of each source is read), calendar, key, warehouse, lake.

    ``deep`` proves every file of the lake, otherwise those that nobody vouches for.

    Never raises for what it finds, and keeps nothing of what it reads.
    """
    loaded: list[DistrictFolder] = []

    def folder() -> str:
        found = district_folder.load(district_folder.find(code, settings.district_roots))
        loaded.append(found)
        return f"{found.district.name_en}: {len(found.cells)} cells, {len(found.district.sources)} sources, version {found.version}"

    findings = [_looked("district folder", folder)]
    for found in loaded:
        findings += _of_folder(found)
    findings.append(_looked("hash key", lambda: f"set, fingerprint {fingerprint(settings.hash_key())}"))
    stores = [_looked("warehouse", lambda: _warehouse(settings)), _looked("lake", lambda: _lake(code, settings, deep=deep))]
    if all(store.ok for store in stores):
        stores.append(_looked("lake and warehouse", lambda: _pair(code, settings)))
    return (*findings, *stores)


def _looked(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except SifangError as error:
        return Finding(what, False, str(error))
    except OSError as error:
        return Finding(what, False, f"{error.strerror or error}: {Path(str(error.filename)).name}")


def _of_folder(folder: DistrictFolder) -> Iterator[Finding]:
    if left := unfilled(folder.path):
        yield Finding("district.toml", None, f"still says FILL IN in line {', '.join(map(str, left))}")
    for source in folder.district.sources:
        yield _source(folder, source)
    year = clock.now().year
    yield _looked(
        "holiday calendar",
        lambda: f"{len(holidays.between(folder.district.calendar, year, year + 1))} holidays in {year} and {year + 1}",
    )


def _source(folder: DistrictFolder, source: Source) -> Finding:
    what = f"source {source.code}"
    try:
        files = folder.source_files(source.code)
    except SifangError as error:
        return Finding(what, False, str(error))
    if not files:
        return Finding(what, None, f"no file matches {', '.join(source.files)}")
    try:
        found = rehearse(folder, source, files[-1])
    except SifangError as error:
        found = Rehearsed(False, str(error))
    return Finding(what, found.well, f"{len(files)} files; {found.said}")


def _warehouse(settings: Settings) -> str:
    if not has_warehouse(settings):
        return "empty; the first run makes it"
    engine = connect(settings.warehouse)
    try:
        here, head = current_revision(engine), head_revision()
    finally:
        engine.dispose()
    if here != head:
        raise SifangError(f"The warehouse is at {here}, this version needs {head}.", "Run `sifang db upgrade`.")
    return f"up to date ({head})"


def _lake(code: str, settings: Settings, *, deep: bool) -> str:
    lake = Lake(settings.lake(code), settings.lake_memory(code))
    found = lake.verify(deep=deep)
    if found.damaged:
        raise damaged(lake.shelf.shown, f"{len(found.damaged)} of {found.files}: {', '.join(found.damaged[:NAMED])}")
    unproved = f", {found.unproved:,} of them written before files bore digests" if found.unproved else ""
    return f"commit {lake.sequence()}: {found.rows:,} rows in {found.files:,} files, {found.hashed:,} hashed now{unproved}"


def _pair(code: str, settings: Settings) -> str:
    """Whether the two belong together; of what a kill left, what the next run settles."""
    lake = Lake(settings.lake(code))
    if not has_warehouse(settings):
        verdict = compare(lake_alone(lake, code, place(settings.warehouse)))
    else:
        engine = connect(settings.warehouse)
        try:
            require_current(engine)
            verdict = Pair(lake, Warehouse(engine, code)).look(key_at_hand(settings))
        finally:
            engine.dispose()
    if not verdict.goes_on:
        raise SifangError(verdict.says, verdict.remedy)
    untold = f"; the next run settles {len(verdict.unsettled)} commits that a killed one left" if verdict.unsettled else ""
    return f"{verdict.standing}{untold}"
