"""What is open of one district: the settings that say where, its warehouse, its lake, and threads that work on its series.

Belongs here: holding and closing them. Does not: opening them (``opening``), the value that rooms hand around (``context``).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from infra import clock
from infra.accord.pair import Pair
from infra.accord.sides import lake_alone
from infra.accord.verdict import Verdict, compare
from infra.clock import ClockError, Recorded
from infra.errors import SifangError
from infra.lake.lake import Lake
from infra.settings import Settings
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.recorded import newest_recorded

# Series are worked on side by side. Each one of a large city holds a quarter of a GiB while it is fitted, so no more than two.
WORKERS = 2


@dataclass(frozen=True)
class Stores:
    """What is open: the settings that say where, warehouse and lake of one district, and threads that work on its series.

    ``where`` is the warehouse that the settings name, as people read it; where it is not there, an empty one ``stands_in`` for a reader.
    """

    settings: Settings
    warehouse: Warehouse
    lake: Lake
    where: str
    stands_in: bool = False
    threads: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, WORKERS, "series"), repr=False)

    @property
    def pair(self) -> Pair:
        """Lake and warehouse together: whatever is committed to the lake goes through it."""
        return Pair(self.lake, self.warehouse, self.where)

    def caveats(self) -> tuple[str, ...]:
        """What a reader tells beside its answer: that lake and warehouse do not belong together, that the clock was or is wrong."""
        try:
            return tuple(said for said in (self._stands().line, _ahead(newest_recorded(self.warehouse))) if said)
        except SifangError as error:
            return (str(error),)

    def _stands(self) -> Verdict:
        if not self.stands_in:
            return self.pair.look()
        return compare(lake_alone(self.lake, self.warehouse.district, self.where))

    def close(self) -> None:
        """Let go of all of it."""
        self.threads.shutdown()
        self.warehouse.engine.dispose()


def _ahead(newest: Recorded | None) -> str:
    try:
        clock.require_not_behind(clock.now(), newest)
    except ClockError as error:
        return f"{error} What follows may be of nights that have not been."
    return ""
