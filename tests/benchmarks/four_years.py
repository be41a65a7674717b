"""Four years of a real city, with seven series of its own: the district folder, and the lists under which it is loaded.

Belongs here: what more than one benchmark grows a home of. Does not: growing it.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.helpers.shipped import kind, series

CHICAGO = Path(__file__).parent / "chicago"
# The list under which it is loaded: seven series and their weights.
WEIGHTS = {"battery": 10, "robbery": 8, "burglary": 4, "vehicle_theft": 3, "theft": 1, "damage": 1.5, "arson": 8}
SEVERITIES = {"battery": 3, "robbery": 4, "burglary": 3, "vehicle_theft": 3, "theft": 2, "damage": 2, "arson": 4}
SHIPPED = {
    "public_order": (
        [series(c, w) for c, w in WEIGHTS.items()],
        [*(kind(c, c, s) for c, s in SEVERITIES.items()), kind("order_other", None, 1)],
    )
}
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
