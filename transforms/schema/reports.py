"""What a report looks like: on its way to the checks, in the lake, and set aside.

Belongs here: frames of reports. Does not: cells (``transforms.schema.cells``), codes in their columns (``transforms.words``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from transforms.schema.frames import UTC, frame

# One report version in the lake, append-only. `report_id` is a keyed hash; the source's own key is never stored. `known_at` is when it
# could first have been used, `recorded_seq` the lake commit in which it truly entered, `order_key` the order of the delivery that brought
# it, `rank` its place among the versions of its report in there. Of when something happened the day is left, of where the cell; `spot`
# tells voices of one cell and month apart and nothing else. Clocks keep five minutes or days (``transforms.reports.coarsening``).
REPORTS: Final = frame(
    {
        "report_id": pl.String,
        "batch_id": pl.String,
        "version_hash": pl.Int64,
        "feed": pl.String,
        "source": pl.String,
        "kind": pl.String,
        "severity": pl.Int8,
        "discovery": pl.String,
        "count": pl.Int32,
        "callers": pl.Int32,
        "precision": pl.String,
        "occurred_on": pl.Date,
        "part_of_day": pl.String,
        "reported_on": pl.Date,
        "known_at": UTC,
        "recorded_seq": pl.Int64,
        "order_key": pl.Int64,
        "rank": pl.Int32,
        "cell_id": pl.String,
        "located_by": pl.String,
        "spot": pl.Int32,
        "premises": pl.String,
        "department": pl.String,
        "first_department": pl.String,
        "status": pl.String,
        "confirmed": pl.Boolean,
        "urgency": pl.String,
        "clock_from": UTC,
        "due_at": UTC,
        "first_contact_at": UTC,
        "accepted_at": UTC,
        "recheck_at": UTC,
        "closed_at": UTC,
        "extended_until": UTC,
        "paused_days": pl.Int32,
        "transfers": pl.Int32,
        "reopens": pl.Int32,
    }
)

# The moments by which duties are judged.
CLOCKS: Final = ("clock_from", "due_at", "first_contact_at", "accepted_at", "recheck_at", "closed_at", "extended_until")

# Whose a version is, how it came and where it lies in the order of things: not what it says.
_NOT_SAID: Final = {"report_id", "batch_id", "version_hash", "feed", "source", "known_at", "recorded_seq", "order_key", "rank"}
# What makes two versions of one report different.
VERSIONED: Final = tuple(c for c in REPORTS if c not in _NOT_SAID)

# What typing makes of the rows of a batch, and what lands of it: reports before they have a cell. Of texts only codes are left; beside
# what could not be read stands whether anything was written there (``…_given``), which tells "missing" from "unreadable".
CANDIDATES: Final = frame(
    {
        "row": pl.Int64,
        "key_hash": pl.String,
        "occurred_given": pl.Boolean,
        "occurred_at": UTC,
        "reported_at": UTC,
        "known_at": UTC,
        "kind_given": pl.Boolean,
        "kind": pl.String,
        "severity": pl.Int8,
        "discovery": pl.String,
        "lon": pl.Float64,
        "lat": pl.Float64,
        "place_given": pl.Boolean,
        "zone_given": pl.Boolean,
        "zone": pl.String,
        "premises_given": pl.Boolean,
        "premises": pl.String,
        "department_given": pl.Boolean,
        "department": pl.String,
        "first_department": pl.String,
        "status_given": pl.Boolean,
        "status": pl.String,
        "confirmed": pl.Boolean,
        "urgency": pl.String,
        "due_at": UTC,
        # Whether a clock of it counts hours: a rule says so, or the source's due date has a time.
        "by_the_hour": pl.Boolean,
        "first_contact_at": UTC,
        "accepted_at": UTC,
        "recheck_at": UTC,
        "closed_at": UTC,
        "extended_until": UTC,
        "callers": pl.Int32,
        # How many incidents the row stands for.
        "count": pl.Int32,
        "paused_days": pl.Int32,
        "transfers": pl.Int32,
        "reopens": pl.Int32,
        # How many of the other times hold a text that could not be read.
        "unread_times": pl.Int32,
    }
)

# One row that was set aside: which row of which batch, why, in which column; never the value.
QUARANTINED: Final = frame({"row": pl.Int64, "reason": pl.String, "column": pl.String})
