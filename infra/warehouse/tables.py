"""Every table of the warehouse, from the files of their subjects.

Belongs here: the list. Does not: declaring one (its subject's file), how they came to be (``infra.warehouse.migrations``; a test compares
the two, and another sees that nothing is missing here).

``district`` is in every key. Times are UTC with microseconds; nights and days are local dates of the district. A null means unknown, never
zero.
"""

from __future__ import annotations

from infra.warehouse.alerts.alerts import alerts
from infra.warehouse.alerts.api_tokens import api_tokens
from infra.warehouse.alerts.deliveries import deliveries
from infra.warehouse.alerts.events import alert_events
from infra.warehouse.alerts.handling import sweeps
from infra.warehouse.alerts.lookups import lookups
from infra.warehouse.alerts.outbox import outbox
from infra.warehouse.alerts.silences import silences
from infra.warehouse.database.columns import metadata
from infra.warehouse.intake.batches import batches
from infra.warehouse.intake.quarantine import quarantine, quarantine_closed
from infra.warehouse.intake.refusals import refusals
from infra.warehouse.keeping.adoptions import adoptions
from infra.warehouse.keeping.districts import cells, district_versions
from infra.warehouse.keeping.erasures import erasures, tombstones
from infra.warehouse.keeping.identities import identities, lake_intents, lake_marks
from infra.warehouse.keeping.keys import hash_keys
from infra.warehouse.keeping.locks import locks
from infra.warehouse.keeping.rotations import rotation_batches, rotation_tombstones, rotations
from infra.warehouse.nights.areas import report_counts, subdistricts, visit_counts
from infra.warehouse.nights.duty import duty, duty_measures
from infra.warehouse.nights.evaluations import evaluations
from infra.warehouse.nights.models import models
from infra.warehouse.nights.nights import nights
from infra.warehouse.nights.owed import owed
from infra.warehouse.nights.runs import runs
from infra.warehouse.nights.scores import scores
from infra.warehouse.nights.source_days import source_days
from infra.warehouse.nights.surges import district_surges
from infra.warehouse.nights.work_lists import work_list
from infra.warehouse.recorded import clock_words

__all__ = (
    "adoptions",
    "alert_events",
    "alerts",
    "api_tokens",
    "batches",
    "cells",
    "clock_words",
    "deliveries",
    "district_surges",
    "district_versions",
    "duty",
    "duty_measures",
    "erasures",
    "evaluations",
    "hash_keys",
    "identities",
    "lake_intents",
    "lake_marks",
    "locks",
    "lookups",
    "metadata",
    "models",
    "nights",
    "outbox",
    "owed",
    "quarantine",
    "quarantine_closed",
    "refusals",
    "report_counts",
    "rotation_batches",
    "rotation_tombstones",
    "rotations",
    "runs",
    "scores",
    "silences",
    "source_days",
    "subdistricts",
    "sweeps",
    "tombstones",
    "visit_counts",
    "work_list",
)
