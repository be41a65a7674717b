"""What is open of one district: the settings that say where, its warehouse, its lake, and threads that work on its series.

Belongs here: holding and closing them. Does not: opening them (``opening``), the value that rooms hand around (``context``).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from infra.accord.pair import Pair
from infra.errors import SifangError
from infra.lake.lake import Lake
from infra.settings import Settings
from infra.warehouse.engine import Warehouse

# Series are worked on side by side. Each one of a large city holds a quarter of a GiB while it is fitted, so no more than two.
WORKERS = 2


@dataclass(frozen=True)
class Stores:
    """What is open: the settings that say where, warehouse and lake of one district, and threads that work on its series.

    ``where`` is the warehouse that the settings name, as people read it; for a reader an empty one may stand in for it.
    """

    settings: Settings
    warehouse: Warehouse
    lake: Lake
    where: str
    threads: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, WORKERS, "series"), repr=False)

    @property
    def pair(self) -> Pair:
        """Lake and warehouse together: whatever is committed to the lake goes through it."""
        return Pair(self.lake, self.warehouse, self.where)

    def disagreement(self) -> str:
        """What a reader tells beside its answer when lake and warehouse do not belong together; nothing where all is well."""
        try:
            return self.pair.look().line
        except SifangError as error:
            return str(error)

    def close(self) -> None:
        """Let go of all of it."""
        self.threads.shutdown()
        self.warehouse.engine.dispose()
