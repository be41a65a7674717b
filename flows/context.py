"""What every run needs: settings, the district, its lake and the warehouse, opened once.

Belongs here: opening. Does not: doing anything with them (``flows.ingest``, ``flows.night``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import polars as pl
import sqlalchemy as sa

from infra import district_folder, holidays
from infra.district_folder import DistrictFolder
from infra.lake import Lake
from infra.settings import Settings
from infra.warehouse.engine import connect
from infra.warehouse.upgrade import current_revision, require_current, upgrade
from transforms.district import District


@dataclass
class Context:
    """One district, opened. ``versions`` keeps the lake in memory while its commit stays the same, so a backfill reads it once."""

    settings: Settings
    folder: DistrictFolder
    engine: sa.Engine
    lake: Lake
    _read: tuple[int, pl.DataFrame] | None = field(default=None, repr=False)

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
            self._read = sequence, self.lake.versions().collect()
        return self._read

    def holidays(self, night: dt.date) -> dict[dt.date, str]:
        """Public holidays of the years a night looks at."""
        first = night.year - self.district.history_days // 365 - 1
        return holidays.between(self.district.calendar, first, night.year + 1)

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
