"""What a source is known to have delivered.

Belongs here: source-days. Does not: judging them (``transforms.panel.arrivals``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from transforms.schema.frames import frame

# One row per source and day. `share_arrived` in [0, 1] is the share of the day's reports expected to have arrived by then.
SOURCE_DAYS: Final = frame({"source": pl.String, "day": pl.Date, "state": pl.String, "reports": pl.Int64, "share_arrived": pl.Float64})

# The reports that a night had of a day of a source when it looked.
SEEN_DAYS: Final = frame({"night": pl.Date, "source": pl.String, "day": pl.Date, "reports": pl.Int64})
