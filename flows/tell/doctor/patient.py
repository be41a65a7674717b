"""What the doctor looks at: a district as far as it can be opened, without making or changing anything.

Belongs here: opening, and saying what does not open. Does not: looking at what did (the checks).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flows.stores import Context, Stores
from flows.tell.doctor.finding import Finding, sound
from flows.tell.doctor.looking import Look, looked
from infra import clock
from infra.districts import folder as district_folder
from infra.districts.folder import DistrictFolder
from infra.lake.lake import Lake
from infra.settings import Settings
from infra.warehouse.database.engine import Warehouse, connect, is_begun, place
from infra.warehouse.upgrade import current_revision, require_current
from transforms.words.counting import many

_MEANS: Final = "no night can run"


@dataclass(frozen=True)
class Patient:
    """A district as far as it opens.

    ``code`` and ``settings`` are always there; ``folder`` is None where it does not load, ``warehouse`` where there is none yet
    (``is_begun`` is False) or it does not open.
    """

    code: str
    settings: Settings
    now: dt.datetime
    folder: DistrictFolder | None
    warehouse: Warehouse | None
    is_begun: bool

    @property
    def lake(self) -> Lake:
        """The district's lake, opened by whoever asks it."""
        return Lake(self.settings.lake(self.code), self.settings.lake_memory(self.code))

    @property
    def lake_folder(self) -> Path | None:
        """Where the lake lies; None in an object store."""
        address = self.settings.lake(self.code)
        return None if "://" in address else Path(address)

    @contextmanager
    def context(self) -> Iterator[Context]:
        """The district as every other verb opens it; both must have opened."""
        assert self.folder is not None
        assert self.warehouse is not None
        stores = Stores(self.settings, self.warehouse, self.lake, place(self.settings.warehouse))
        try:
            yield Context(stores, self.folder)
        finally:
            stores.threads.shutdown()


@contextmanager
def admitted(code: str, settings: Settings) -> Iterator[tuple[Patient, list[Finding]]]:
    """The patient, and what was found while opening it."""
    folders: list[DistrictFolder] = []
    warehouses: list[Warehouse] = []

    def folder() -> Iterator[Finding]:
        found = district_folder.load(district_folder.find(code, settings.district_roots))
        folders.append(found)
        premises = f", {len(found.district.premises):,} premises" if found.district.premises else ""
        holds = f"{many(len(found.cells), 'cell')}, {many(len(found.district.sources), 'source')}{premises}"
        yield sound("district folder", f"{found.district.name_en}: {holds}, version {found.version}")

    def warehouse() -> Iterator[Finding]:
        where = place(settings.warehouse)
        if not is_begun(settings.warehouse):
            yield sound("warehouse", f"empty; the first run makes it at {where}")
            return
        engine = connect(settings.warehouse, to_look=True)
        try:
            revision = current_revision(engine)
            if revision is None:
                yield sound("warehouse", f"empty; the first run makes its tables at {where}")
                return
            require_current(engine)
            warehouses.append(Warehouse(engine, code))
            yield sound("warehouse", f"up to date ({revision}) at {where}")
        finally:
            if not warehouses:
                engine.dispose()

    opening = Look("district folder", folder, _MEANS), Look("warehouse", warehouse, _MEANS)
    findings = [finding for look in opening for finding in looked(look)]
    begun = bool(warehouses) or findings[-1].ok is False
    try:
        yield Patient(code, settings, clock.now(), next(iter(folders), None), next(iter(warehouses), None), begun), findings
    finally:
        for opened in warehouses:
            opened.engine.dispose()
