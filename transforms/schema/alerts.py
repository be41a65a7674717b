"""What an event of an alert looks like.

Belongs here: the frame of events. Does not: their fold (``transforms.alerts``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from transforms.schema.frames import frame

# One row per event of an alert; the alert is the fold of its events.
ALERT_EVENTS: Final = frame(
    {
        "alert_id": pl.String,
        "night": pl.Date,
        "event": pl.String,
        "type": pl.String,
        "subject_kind": pl.String,
        "subject": pl.String,
        "category": pl.String,
        "episode": pl.Date,
        "level": pl.String,
    }
)
