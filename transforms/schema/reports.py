"""What a report looks like: on its way to the checks, in the lake, and set aside.

Belongs here: frames of reports. Does not: cells (``transforms.schema.cells``), codes in their columns (``transforms.words``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from transforms.schema.frames import UTC, frame

# One report version in the lake, append-only. `report_id` is a keyed hash; the source's own key is never stored.
# `recorded_seq` is the lake commit in which the version truly entered; `known_at` is when it could first have been used.
REPORTS: Final = frame(
    {
        "report_id": pl.String,
        "version_hash": pl.Int64,
        "feed": pl.String,
        "source": pl.String,
        "kind": pl.String,
        "severity": pl.Int8,
        "discovery": pl.String,
        "occurred_at": UTC,
        "reported_at": UTC,
        "known_at": UTC,
        "recorded_seq": pl.Int64,
        "cell_id": pl.String,
        "located_by": pl.String,
        "department": pl.String,
        "first_department": pl.String,
        "status": pl.String,
        "due_at": UTC,
        "first_contact_at": UTC,
        "closed_at": UTC,
        "transfers": pl.Int32,
        "reopens": pl.Int32,
        "batch_id": pl.String,
    }
)

# What makes two versions of one report different. Identity, arrival and batch are left out on purpose.
VERSIONED: Final = tuple(
    c for c in REPORTS if c not in {"report_id", "version_hash", "known_at", "recorded_seq", "batch_id", "feed", "source"}
)

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
        "department_given": pl.Boolean,
        "department": pl.String,
        "first_department": pl.String,
        "status_given": pl.Boolean,
        "status": pl.String,
        "due_at": UTC,
        "first_contact_at": UTC,
        "closed_at": UTC,
        "transfers": pl.Int32,
        "reopens": pl.Int32,
        # How many of the other times (reported, due, first contact, closed) hold a text that could not be read.
        "unread_times": pl.Int32,
    }
)

# One row that was set aside: which row of which batch, why, in which column; never the value.
QUARANTINED: Final = frame({"row": pl.Int64, "reason": pl.String, "column": pl.String})
