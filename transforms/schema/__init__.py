"""What a report, a cell, a score and an alert look like: every table that crosses a border between packages.

Belongs here: column names, types and closed vocabularies. Does not: tables of the database (``infra.warehouse.tables``), reason codes
(``transforms.words.reasons``), district configuration (``transforms.district.declaration``).

Times are UTC with microseconds; ``day``, ``night`` and ``episode`` are local dates of the district. A null means unknown, never zero.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import polars as pl
from polars.datatypes import DataTypeClass

UTC: Final = pl.Datetime("us", "UTC")


def _schema(columns: dict[str, pl.DataType | DataTypeClass]) -> pl.Schema:
    return pl.Schema(columns)


class Feed(StrEnum):
    """The three reporting feeds."""

    FIRE_HAZARD = "fire_hazard"
    PUBLIC_ORDER = "public_order"
    STABILITY = "stability"


class Category(StrEnum):
    """The four categories; ``political`` measures departments, never residents."""

    SAFETY = "safety"
    PUBLIC_ORDER = "public_order"
    STABILITY = "stability"
    POLITICAL = "political"


# The feed whose reports say how much harm a category of residents' risk holds; ``political`` is fed by the clocks of all three.
FEED_OF: Final = {Category.SAFETY: Feed.FIRE_HAZARD, Category.PUBLIC_ORDER: Feed.PUBLIC_ORDER, Category.STABILITY: Feed.STABILITY}


class Level(StrEnum):
    """Internal attention levels, lowest first. They are not public warnings."""

    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


class Discovery(StrEnum):
    """Who noticed: decides nothing about the score, everything about the audit."""

    RESIDENT = "resident"
    INSPECTION = "inspection"
    PATROL = "patrol"
    SENSOR = "sensor"
    TRANSFER = "transfer"
    UNKNOWN = "unknown"


class Status(StrEnum):
    """Where a case stands; a withdrawn report stops counting."""

    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class LocatedBy(StrEnum):
    """How a report found its cell."""

    GIVEN = "given"
    POINT = "point"
    ZONE = "zone"


class State(StrEnum):
    """Whether a row of ``scores`` carries a score."""

    SCORED = "scored"
    LEARNING = "learning"
    NOT_SCORED = "not_scored"


class DayState(StrEnum):
    """What is known about one source on one day. A quiet day is ``ok``; ``missing`` is never read as quiet."""

    OK = "ok"
    LATE = "late"
    PARTIAL = "partial"
    MISSING = "missing"


class Surge(StrEnum):
    """Whether the last days hold more than slow rates explain, lowest first. A watch is shown and never notified; null is not tested."""

    NONE = "none"
    WATCH = "watch"
    RED = "red"


class SurgeArea(StrEnum):
    """Where a surge shows: in the cell alone, or in the cell and its direct neighbours together."""

    CELL = "cell"
    RING = "ring"


class AlertType(StrEnum):
    """What an alert is about."""

    LEVEL = "level"
    SURGE = "surge"


class Cause(StrEnum):
    """Why a score moved since the night before, in the order of ``transforms.scoring.moves``."""

    RULES = "rules"
    LATE = "late"
    SEASON = "season"
    AGED_OUT = "aged_out"
    NEW_REPORTS = "new_reports"
    DISTRICT = "district"
    OPEN_STOCK = "open_stock"
    REFIT = "refit"
    REFERENCE = "reference"
    CLOCKS = "clocks"


LEVELS: Final = tuple(Level)
CONTRIBUTIONS: Final = ("long_run", "recent", "neighbours", "other_series", "district", "open_stock")

# One report version in the lake, append-only. `report_id` is a keyed hash; the source's own key is never stored.
# `recorded_seq` is the lake commit in which the version truly entered; `known_at` is when it could first have been used.
REPORTS: Final = _schema(
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

# What mapping hands to the checks: reports before they have a cell, with the texts that tell "missing" from "unreadable".
CANDIDATES: Final = _schema(
    {
        "row": pl.Int64,
        "key_hash": pl.String,
        "occurred_text": pl.String,
        "occurred_at": UTC,
        "reported_at": UTC,
        "known_at": UTC,
        "kind_text": pl.String,
        "kind": pl.String,
        "severity": pl.Int8,
        "discovery": pl.String,
        "lon": pl.Float64,
        "lat": pl.Float64,
        "place_text": pl.String,
        "zone": pl.String,
        "department": pl.String,
        "first_department": pl.String,
        "status_text": pl.String,
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

# One row per cell. `outline` is a GeoJSON geometry in WGS-84 as text, null for codes without geometry.
# `x_m`, `y_m` are metres east and north of the grid's origin.
CELLS: Final = _schema(
    {
        "cell_id": pl.String,
        "name": pl.String,
        "subdistrict": pl.String,
        "lon": pl.Float64,
        "lat": pl.Float64,
        "x_m": pl.Float64,
        "y_m": pl.Float64,
        "area_km2": pl.Float64,
        "households": pl.Int32,
        "tags": pl.String,
        "outline": pl.String,
    }
)

# One row per score that moved since the night before, with harm and score of both nights.
MOVED: Final = _schema(
    {
        "category": pl.String,
        "cell_id": pl.String,
        "expected_harm": pl.Float64,
        "score": pl.Float64,
        "expected_harm_before": pl.Float64,
        "score_before": pl.Float64,
    }
)

# One row per score that moved since the night before, and cause: what the cause did to harm and score. Over the causes of a cell they add
# up to the whole change.
MOVES: Final = _schema({"category": pl.String, "cell_id": pl.String, "cause": pl.String, "harm": pl.Float64, "score": pl.Float64})

# One row per source and day. `share_arrived` in [0, 1] is the share of the day's reports expected to have arrived by then.
SOURCE_DAYS: Final = _schema({"source": pl.String, "day": pl.Date, "state": pl.String, "reports": pl.Int64, "share_arrived": pl.Float64})

# One row per series, cell and day with at least one report. Cells and days absent here are zero only where exposure is positive.
PANEL: Final = _schema({"series": pl.String, "cell_id": pl.String, "day": pl.Date, "reports": pl.Int64})

# What a night says about surges of one category in one cell: the smallest p-value over its series, null where nothing was tested; for a
# watch or a red surge also the series, the window in days, the area, and how many were observed and expected there.
SURGE_COLUMNS: Final = _schema(
    {
        "surge": pl.String,
        "surge_p": pl.Float64,
        "surge_series": pl.String,
        "surge_days": pl.Int64,
        "surge_area": pl.String,
        "surge_observed": pl.Float64,
        "surge_expected": pl.Float64,
    }
)

# One row per category and cell of a night. `expected_harm`, its 80 % interval and the six contributions are harm over the horizon;
# contributions add up to `expected_harm`. For `political`, harm is the expected share breached and contributions are null.
SCORES: Final = _schema(
    {
        "category": pl.String,
        "cell_id": pl.String,
        "state": pl.String,
        "reason": pl.String,
        "expected_harm": pl.Float64,
        "expected_count": pl.Float64,
        "harm_low": pl.Float64,
        "harm_high": pl.Float64,
        "p_any": pl.Float64,
        "score": pl.Float64,
        "level": pl.String,
        **dict.fromkeys(CONTRIBUTIONS, pl.Float64),
        **SURGE_COLUMNS,
    }
)

# One row per series of a night that was tested for the district as a whole: `none`, or `red` when all of it rose. `p` is the smallest
# over windows; `days`, `observed` and `expected` belong to the window it came from.
DISTRICT_SURGES: Final = _schema(
    {
        "series": pl.String,
        "category": pl.String,
        "surge": pl.String,
        "p": pl.Float64,
        "days": pl.Int64,
        "observed": pl.Float64,
        "expected": pl.Float64,
    }
)

# How a department kept its clocks in a subdistrict: the share breached with its 80 % interval; `overdue` counts clocks missed and open.
DUTY: Final = _schema(
    {
        "department": pl.String,
        "subdistrict": pl.String,
        "clocks": pl.Int64,
        "breached": pl.Int64,
        "share": pl.Float64,
        "lower": pl.Float64,
        "upper": pl.Float64,
        "level": pl.String,
        "overdue": pl.Int64,
    }
)

# How a published forecast did, per category and level of the cells, and over `all` of them. Counts of events over the horizon, the expected
# ones times the share that has arrived; `spread` is the standard deviation of the sum of independent cells. The last three are of `all`.
EVALUATIONS: Final = _schema(
    {
        "night": pl.Date,
        "revision": pl.Int64,
        "evaluated_night": pl.Date,
        "category": pl.String,
        "level": pl.String,
        "cells": pl.Int64,
        "left_out": pl.Int64,
        "expected": pl.Float64,
        "observed": pl.Float64,
        "spread": pl.Float64,
        "log_score": pl.Float64,
        "hit_rate": pl.Float64,
        "pai": pl.Float64,
    }
)

# One row per event of an alert; the alert is the fold of its events.
ALERT_EVENTS: Final = _schema(
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

# One row that was set aside: which row of which batch, why, in which column; never the value.
QUARANTINED: Final = _schema({"row": pl.Int64, "reason": pl.String, "column": pl.String})


def require_schema(frame: pl.DataFrame, schema: pl.Schema, name: str) -> pl.DataFrame:
    """Return ``frame`` with exactly the columns of ``schema``, in its order.

    Raises:
        ValueError: a column is missing, unexpected, or of another type; the message names each.
    """
    problems = [f"missing {c}" for c in schema if c not in frame.columns]
    problems += [f"unexpected {c}" for c in frame.columns if c not in schema]
    problems += [f"{c} is {frame.schema[c]}, not {t}" for c, t in schema.items() if c in frame.columns and frame.schema[c] != t]
    if problems:
        raise ValueError(f"{name}: " + "; ".join(problems))
    return frame.select(list(schema))
