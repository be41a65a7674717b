"""What an event of an alert looks like.

Belongs here: the frame of events. Does not: their fold (``transforms.alerts.machine``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from transforms.schema.frames import UTC, frame

# One row per event of an alert, numbered without a gap; the alert is the fold of its events. ``departments`` and ``steps`` are lists with
# blanks between; ``role`` and ``place`` say who, ``night`` on whose picture.
ALERT_EVENTS: Final = frame(
    {
        "alert_id": pl.String,
        "seq": pl.Int64,
        "night": pl.Date,
        "event": pl.String,
        "type": pl.String,
        "subject_kind": pl.String,
        "subject": pl.String,
        "category": pl.String,
        "episode": pl.Date,
        "subdistrict": pl.String,
        "quiet": pl.Boolean,
        "level": pl.String,
        "recorded_at": UTC,
        "command": pl.String,
        "role": pl.String,
        "place": pl.String,
        "departments": pl.String,
        "outcome": pl.String,
        "until": UTC,
        "steps": pl.String,
        "taken_back": pl.Boolean,
    }
)
