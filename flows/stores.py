"""What every run needs: settings, the district, its lake and the warehouse, opened once.

Belongs here: opening. Does not: doing anything with them (``flows.intake.ingest``, ``flows.nights.night``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from infra.districts import folder as district_folder
from infra.districts import holidays
from infra.districts.folder import DistrictFolder
from infra.errors import SifangError
from infra.lake.lake import Lake
from infra.settings import Settings
from infra.warehouse.districts import DistrictVersion, cells_of, district_version, record_district_version
from infra.warehouse.engine import Warehouse, connect
from infra.warehouse.nights import latest_night, night_row
from infra.warehouse.upgrade import current_revision, require_current, upgrade
from transforms.district.declaration import District

if TYPE_CHECKING:
    from transforms.grids.neighbours import Neighbours
    from transforms.scoring.category.view import Each

# Series are worked on side by side. Each one of a large city holds a quarter of a GiB while it is fitted, so no more than two.
WORKERS = 2


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
    _threads: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, WORKERS, "series"), repr=False)

    @property
    def district(self) -> District:
        """The district's declaration."""
        return self.folder.district

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse as this district sees it."""
        return Warehouse(self.engine, self.code)

    @property
    def each(self) -> Each:
        """Works on the series of a category, several at a time."""
        return self._threads.map

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

    def remember(self, now: dt.datetime) -> None:
        """Store this version of the district: batches and nights name the one under which they were made."""
        folder = self.folder
        version = DistrictVersion(self.code, folder.version, folder.scoring_hash, folder.canonical, folder.cells_digest, now)
        record_district_version(self.warehouse, version, folder.cells)

    def at_version(self, version: str) -> Context:
        """The same stores under a stored version of the district; this context itself when that is today's.

        Raises:
            SifangError: the version was never stored, or is not understood any more.
        """
        if version == self.folder.version:
            return self
        found = district_version(self.warehouse, version)
        if found is None:
            raise SifangError(f"Version {version} of {self.code} is not in the warehouse.", "Restore the warehouse that held it.")
        cells = cells_of(self.warehouse, found.cells_digest)
        other = district_folder.stored(self.code, found.canonical, cells)
        self.versions()
        return Context(self.settings, other, self.engine, self.lake, {}, self._read, _threads=self._threads)

    def on(self, night: dt.date) -> Context:
        """The same stores under the district as it is on a night; this context itself where its zones have no versions."""
        folder = self.folder.at(night)
        if folder is self.folder:
            return self
        # Asked first: it forgets what was remembered of another state of the lake.
        self.versions()
        key = ("on", folder.version)
        if key not in self.memo:
            self.memo[key] = Context(self.settings, folder, self.engine, self.lake, {}, self._read, _threads=self._threads)
        kept: Context = self.memo[key]
        return kept

    def require_same_grid(self) -> None:
        """Pass when the cells are those of the last published night: reports in the lake lie in cells, and cells in views.

        Zones may end and others begin, as long as those that ended stay in the file as they were drawn.

        Raises:
            SifangError: cells were added, removed or redrawn. New names, tags or household counts are no other grid.
        """
        night = latest_night(self.warehouse)
        row = night_row(self.warehouse, night) if night else None
        if night is None or row is None or row["district_version"] == self.folder.at(night).version:
            return
        used = district_version(self.warehouse, row["district_version"])
        if used is None or used.cells_digest == self.folder.at(night).cells_digest:
            return
        then, now = (
            {tuple(row) for row in cells.select("cell_id", "outline").iter_rows()}
            for cells in (cells_of(self.warehouse, used.cells_digest), self.folder.cells)
        )
        begun_later = {z.cell_id for z in self.folder.zones.zones if z.valid_from}
        ended_before = {z.cell_id for z in self.folder.zones.zones if z.valid_to and z.valid_to < night}
        if then - now or {code for code, _ in now - then} - begun_later - ended_before:
            raise SifangError(
                f"The grid of {self.code} is not the one that night {night} was scored on; its reports lie in the former cells.",
                "Either put the former grid back, or give the district another code and fill a new lake from its files. Zones can also "
                "follow one another: keep the former ones with their valid_to, and give the new ones valid_from and predecessors.",
            )

    def holidays(self, night: dt.date) -> dict[dt.date, str]:
        """Public holidays of the years a night looks at."""
        first = night.year - self.district.history_days // 365 - 1
        return holidays.between(self.district.calendar, first, night.year + 1)

    def neighbours(self) -> Neighbours:
        """Neighbourhoods of the district's cells, made once."""
        if self._neighbours is None:
            # SciPy's sparse matrices and trees: what only reads does without.
            from transforms.grids.neighbours import Neighbours

            cells = self.folder.cells
            self._neighbours = Neighbours(cells["x_m"].to_numpy(), cells["y_m"].to_numpy())
        return self._neighbours

    def close(self) -> None:
        """Let go of the warehouse."""
        self._threads.shutdown()
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
