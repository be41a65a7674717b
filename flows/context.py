"""What every run needs: settings, the district, its lake and the warehouse, opened once.

Belongs here: opening. Does not: doing anything with them (``flows.ingest``, ``flows.night``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import sqlalchemy as sa

from infra import district_folder, holidays
from infra.district_folder import DistrictFolder
from infra.errors import SifangError
from infra.lake import Lake
from infra.settings import Settings
from infra.warehouse.districts import cells_of, district_version
from infra.warehouse.engine import connect
from infra.warehouse.read import latest_night, night_row
from infra.warehouse.upgrade import current_revision, require_current, upgrade
from transforms.district import District
from transforms.neighbours import Neighbours


@dataclass
class Context:
    """One district, opened. ``versions`` keeps the lake in memory while its commit stays the same, so a backfill reads it once.

    ``memo`` keeps what several nights of one command share; its keys name everything that their values depend on.
    """

    settings: Settings
    folder: DistrictFolder
    engine: sa.Engine
    lake: Lake
    memo: dict[Any, Any] = field(default_factory=dict, repr=False)
    _read: tuple[int, pl.DataFrame] | None = field(default=None, repr=False)
    _neighbours: Neighbours | None = field(default=None, repr=False)

    @property
    def district(self) -> District:
        """The district's declaration."""
        return self.folder.district

    @property
    def code(self) -> str:
        """The district's code."""
        return self.folder.district.code

    def versions(self) -> tuple[int, pl.DataFrame]:
        """The lake's newest commit and every version in it."""
        sequence = self.lake.sequence()
        if self._read is None or self._read[0] != sequence:
            self.memo.clear()
            self._read = sequence, self.lake.read()
        return self._read

    def at_version(self, version: str) -> Context:
        """The same stores under a stored version of the district; this context itself when that is today's.

        Raises:
            SifangError: the version was never stored, or is not understood any more.
        """
        if version == self.folder.version:
            return self
        found = district_version(self.engine, self.code, version)
        if found is None:
            raise SifangError(f"Version {version} of {self.code} is not in the warehouse.", "Restore the warehouse that held it.")
        cells = cells_of(self.engine, self.code, found.cells_digest)
        other = district_folder.stored(self.code, found.canonical, cells)
        self.versions()
        return Context(self.settings, other, self.engine, self.lake, {}, self._read)

    def require_same_grid(self) -> None:
        """Pass when the cells are those of the last published night: reports in the lake lie in cells, and cells in views.

        Raises:
            SifangError: cells were added, removed or redrawn. New names, tags or household counts are no other grid.
        """
        night = latest_night(self.engine, self.code)
        row = night_row(self.engine, self.code, night) if night else None
        if row is None or row["district_version"] == self.folder.version:
            return
        used = district_version(self.engine, self.code, row["district_version"])
        if used is None or used.cells_digest == self.folder.cells_digest:
            return
        drawn = ["cell_id", "outline"]
        if not cells_of(self.engine, self.code, used.cells_digest).select(drawn).equals(self.folder.cells.select(drawn)):
            raise SifangError(
                f"The grid of {self.code} is not the one that night {night} was scored on; its reports lie in the former cells.",
                "Either put the former grid back, or give the district another code and fill a new lake from its files.",
            )

    def holidays(self, night: dt.date) -> dict[dt.date, str]:
        """Public holidays of the years a night looks at."""
        first = night.year - self.district.history_days // 365 - 1
        return holidays.between(self.district.calendar, first, night.year + 1)

    def neighbours(self) -> Neighbours:
        """Neighbourhoods of the district's cells, made once."""
        if self._neighbours is None:
            cells = self.folder.cells
            self._neighbours = Neighbours(cells["x_m"].to_numpy(), cells["y_m"].to_numpy())
        return self._neighbours

    def close(self) -> None:
        """Let go of the warehouse."""
        self.engine.dispose()


def open_context(code: str, settings: Settings | None = None) -> Context:
    """Open a district by its code. A warehouse that does not exist yet is made; one that is behind is not touched.

    Raises:
        SifangError: no such district, a faulty folder, a warehouse that cannot be reached or needs `sifang db upgrade`.
    """
    settings = settings or Settings()
    folder = district_folder.load(district_folder.find(code, settings.district_roots))
    engine = connect(settings.warehouse)
    if current_revision(engine) is None:
        upgrade(engine)
    require_current(engine)
    return Context(settings, folder, engine, Lake(settings.lake(code)))


@contextmanager
def looking(code: str, settings: Settings | None = None) -> Iterator[Context]:
    """Open a district only to look at it. Where no warehouse is, an empty one that vanishes stands in, so that nothing is written.

    Raises:
        SifangError: as ``open_context``.
    """
    settings = settings or Settings()
    with TemporaryDirectory(prefix="sifang-") as folder:
        if not has_warehouse(settings):
            settings = settings.model_copy(update={"warehouse_url": f"sqlite:///{Path(folder) / 'warehouse.db'}"})
        context = open_context(code, settings)
        try:
            yield context
        finally:
            context.close()


def has_warehouse(settings: Settings) -> bool:
    """Whether there is a warehouse with tables. A SQLite file that does not exist is not made by asking.

    Raises:
        SifangError: it cannot be reached.
    """
    url = settings.warehouse
    file = url.removeprefix("sqlite:///")
    if file not in {url, "", ":memory:"} and not Path(file).is_file():
        return False
    engine = connect(url)
    try:
        return current_revision(engine) is not None
    finally:
        engine.dispose()
