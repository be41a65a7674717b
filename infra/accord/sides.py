"""What lake and warehouse say of themselves and of each other.

Belongs here: asking both, without opening what need not be opened. Does not: what follows from it (``infra.accord.verdict``).
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.lake import log
from infra.lake.faults import door
from infra.lake.lake import Lake
from infra.lake.log import Commit
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.keeping.identities import Remembered, remembered


@dataclass(frozen=True)
class LakeSide:
    """A lake by its log. ``newest`` is its newest commit with a mark; ``version`` counts its commits, also those of others.

    ``at`` is what its log says of the newest commit that the warehouse knows, ``since`` are the commits after that one, oldest first.
    """

    where: str
    version: int | None
    newest: Commit | None
    at: Commit | None
    since: tuple[Commit, ...]

    @property
    def sequence(self) -> int:
        """What reports call its newest commit."""
        if self.version is None:
            return 0
        return self.version + (self.newest.mark.sequence - self.newest.version if self.newest and self.newest.mark else 0)

    @property
    def owner(self) -> str | None:
        """The identity that its newest mark bears."""
        return self.newest.identity.identity if self.newest and self.newest.identity else None

    @property
    def rows(self) -> int:
        """How many rows it held at its newest mark."""
        return self.newest.mark.rows if self.newest and self.newest.mark else 0


@dataclass(frozen=True)
class Sides:
    """Both, and where the warehouse is, for people."""

    district: str
    lake: LakeSide
    warehouse: Remembered
    warehouse_where: str


def sides(lake: Lake, warehouse: Warehouse, where: str) -> Sides:
    """Ask both stores; ``where`` is the warehouse, for people. The lake's log is read as text: this costs a listing and a few small files.

    Raises:
        StoreError: the log is damaged or may not be read.
        WarehouseError: the warehouse cannot be asked.
    """
    # The warehouse first: of a writer at work, its commit is then at worst one that is not yet settled.
    return _beside(lake, remembered(warehouse), warehouse.district, where)


def lake_alone(lake: Lake, district: str, where: str) -> Sides:
    """The lake beside a warehouse that is not there.

    Raises:
        StoreError: the log is damaged or may not be read.
    """
    return _beside(lake, Remembered(there=False), district, where)


def _beside(lake: Lake, told: Remembered, district: str, where: str) -> Sides:
    with door(lake.shelf.shown):
        return Sides(district, _lake_side(lake, told), told, where)


def _lake_side(lake: Lake, told: Remembered) -> LakeSide:
    shelf = lake.shelf
    version = log.newest_version(shelf)
    if version is None:
        return LakeSide(shelf.shown, None, None, None, ())
    newest = log.newest_marked(shelf, version)
    if newest is None or newest.mark is None or told.newest is None:
        return LakeSide(shelf.shown, version, newest, None, ())
    known = told.newest.sequence - (newest.mark.sequence - newest.version)
    if not 0 <= known <= version:
        return LakeSide(shelf.shown, version, newest, None, ())
    since = tuple(log.commit(shelf, number) for number in range(known + 1, version + 1))
    return LakeSide(shelf.shown, version, newest, log.commit(shelf, known), since)
