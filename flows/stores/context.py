"""The value that rooms hand around: the stores of a district, the district as it is or was, and what its nights share.

Belongs here: the three together, and the district at another time. Does not: opening and closing (``opening``), what the memory holds
(``memory``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from flows.stores.memory import LakeRead, Memory, OfDistrict
from infra.districts import folder as district_folder
from infra.districts import holidays
from infra.errors import SifangError
from infra.warehouse.keeping.districts import cells_of, district_version
from infra.warehouse.keeping.erasures import erased

if TYPE_CHECKING:
    from flows.stores.stores import Stores
    from infra.accord.erasing import Stored
    from infra.accord.pair import Pair
    from infra.districts.folder import DistrictFolder
    from infra.lake.lake import Lake
    from infra.settings import Settings
    from infra.warehouse.database.engine import Warehouse
    from transforms.district.declaration import District
    from transforms.scoring.category.view import Each


@dataclass(frozen=True)
class Context:
    """One district, opened. Copies under another folder share stores and memory; only stores are ever closed, by who opened them."""

    stores: Stores
    folder: DistrictFolder
    memory: Memory = field(default_factory=Memory, repr=False)

    @property
    def settings(self) -> Settings:
        """Of this process."""
        return self.stores.settings

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse as this district sees it."""
        return self.stores.warehouse

    @property
    def lake(self) -> Lake:
        """The district's lake."""
        return self.stores.lake

    @property
    def pair(self) -> Pair:
        """Lake and warehouse together: whatever is committed to the lake goes through it."""
        return self.stores.pair

    @property
    def stored(self) -> Stored:
        """Wherever rows of reports lie."""
        from infra.accord.erasing import Stored

        return Stored(self.pair, self.settings.landing(self.code))

    def erased(self) -> frozenset[str]:
        """The reports that must not come back; asked anew each time, for another process may have erased one."""
        return erased(self.warehouse)

    @property
    def each(self) -> Each:
        """Works on the series of a category, several at a time."""
        return self.stores.threads.map

    @property
    def district(self) -> District:
        """The district's declaration."""
        return self.folder.district

    @property
    def code(self) -> str:
        """The district's code."""
        return self.folder.district.code

    @property
    def remembered(self) -> OfDistrict:
        """What is remembered of this version of the district."""
        return self.memory.of(self.folder.version)

    def under(self, folder: DistrictFolder) -> Context:
        """The same stores and memory under another version of the district."""
        return replace(self, folder=folder)

    def on(self, night: dt.date) -> Context:
        """Under the district as it is on a night; this context itself where its zones have no versions."""
        folder = self.folder.at(night)
        return self if folder is self.folder else self.under(folder)

    def at_version(self, version: str) -> Context:
        """Under a stored version of the district; this context itself when that is today's.

        Raises:
            SifangError: the version was never stored, or is not understood any more.
        """
        if version == self.folder.version:
            return self
        found = district_version(self.warehouse, version)
        if found is None:
            raise SifangError(f"Version {version} of {self.code} is not in the warehouse.", "Restore the warehouse that held it.")
        return self.under(district_folder.stored(self.code, found.canonical, cells_of(self.warehouse, found.cells_digest)))

    def read_lake(self) -> LakeRead:
        """The lake as it stands; it is read once while its commit stays the same, and all that was made of another one is forgotten."""
        sequence = self.lake.sequence()
        if self.memory.lake is None or self.memory.lake.sequence != sequence:
            self.memory.forget()
            self.memory.lake = LakeRead(sequence, self.lake.read(), self.lake.visits())
        return self.memory.lake

    def holidays(self, night: dt.date) -> dict[dt.date, str]:
        """Public holidays of the years a night looks at."""
        first = night.year - self.district.history_days // 365 - 1
        return holidays.between(self.district.calendar, first, night.year + 1)
