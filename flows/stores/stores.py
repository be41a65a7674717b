"""What is open of one district: the settings that say where, its warehouse, its lake, and threads that work on its series.

Belongs here: holding and closing them. Does not: opening them (``opening``), the value that rooms hand around (``context``).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from infra.lake.lake import Lake
from infra.settings import Settings
from infra.warehouse.engine import Warehouse

# Series are worked on side by side. Each one of a large city holds a quarter of a GiB while it is fitted, so no more than two.
WORKERS = 2


@dataclass(frozen=True)
class Stores:
    """What is open: the settings that say where, warehouse and lake of one district, and threads that work on its series."""

    settings: Settings
    warehouse: Warehouse
    lake: Lake
    threads: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, WORKERS, "series"), repr=False)

    def close(self) -> None:
        """Let go of all of it."""
        self.threads.shutdown()
        self.warehouse.engine.dispose()
