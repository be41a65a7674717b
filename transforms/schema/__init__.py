"""What a report, a cell, a score and an alert look like: every table that crosses a border between packages.

Belongs here: column names and types, one file per subject; this one is the door. Does not: the codes in those columns and their words
(``transforms.words``), tables of the database (``infra.warehouse.tables``), district configuration (``transforms.district.declaration``).

Times are UTC with microseconds; ``day``, ``night`` and ``episode`` are local dates of the district. A null means unknown, never zero.
"""

from __future__ import annotations

from transforms.schema.alerts import ALERT_EVENTS
from transforms.schema.arrivals import SEEN_DAYS, SOURCE_DAYS
from transforms.schema.cells import CELLS
from transforms.schema.evaluations import EVALUATIONS
from transforms.schema.frames import UTC, require_schema
from transforms.schema.moves import MOVED, MOVES
from transforms.schema.reports import CANDIDATES, CLOCKS, QUARANTINED, REPORTS, VERSIONED
from transforms.schema.scores import DISTRICT_SURGES, DUTY, DUTY_MEASURES, SCORES, SURGE_COLUMNS, Score
from transforms.schema.visits import VISITS, WORK_LIST

__all__ = [
    "ALERT_EVENTS",
    "CANDIDATES",
    "CELLS",
    "CLOCKS",
    "DISTRICT_SURGES",
    "DUTY",
    "DUTY_MEASURES",
    "EVALUATIONS",
    "MOVED",
    "MOVES",
    "QUARANTINED",
    "REPORTS",
    "SCORES",
    "SEEN_DAYS",
    "SOURCE_DAYS",
    "SURGE_COLUMNS",
    "UTC",
    "VERSIONED",
    "VISITS",
    "WORK_LIST",
    "Score",
    "require_schema",
]
