"""A process that writes nights beside those who read: one night replaced again and again, until it is told to stop.

Belongs here: writing, and how long each night took. Does not: reading, and what either may cost (``test_views``).

Called with the warehouse's address; prints the seconds that each replacement took, a line each, and ends with its standard input.
"""

from __future__ import annotations

import sys
import threading
import time

from infra.warehouse.database.engine import Warehouse, connect
from tests.helpers.large_warehouse import NIGHT, publish_night
from tests.helpers.publication import DISTRICT


def main() -> None:
    """Write."""
    warehouse, over = Warehouse(connect(sys.argv[1]), DISTRICT), threading.Event()

    def wait() -> None:
        sys.stdin.read()
        over.set()

    threading.Thread(target=wait, daemon=True).start()
    seed = int(time.time())
    while not over.is_set():
        seed += 1
        began = time.perf_counter()
        publish_night(warehouse, NIGHT, seed)
        print(f"{time.perf_counter() - began:.3f}", flush=True)


if __name__ == "__main__":
    main()
