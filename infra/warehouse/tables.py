"""Every table of the warehouse, from the files of their subjects.

Belongs here: the list. Does not: declaring one (its subject's file), how they came to be (``infra.warehouse.migrations``; a test compares
the two, and another sees that nothing is missing here).

``district`` is in every key. Times are UTC with microseconds; nights and days are local dates of the district. A null means unknown, never
zero.
"""

from __future__ import annotations

from infra.warehouse.adoptions import adoptions
from infra.warehouse.alert_events import alert_events
from infra.warehouse.alerts import alerts
from infra.warehouse.api_tokens import api_tokens
from infra.warehouse.areas import report_counts, subdistricts, visit_counts
from infra.warehouse.batches import batches
from infra.warehouse.columns import metadata
from infra.warehouse.deliveries import deliveries
from infra.warehouse.districts import cells, district_versions
from infra.warehouse.duty import duty
from infra.warehouse.erasures import erasures, tombstones
from infra.warehouse.evaluations import evaluations
from infra.warehouse.handling import sweeps
from infra.warehouse.identities import identities, lake_intents, lake_marks
from infra.warehouse.keys import hash_keys
from infra.warehouse.locks import locks
from infra.warehouse.lookups import lookups
from infra.warehouse.models import models
from infra.warehouse.nights import nights
from infra.warehouse.outbox import outbox
from infra.warehouse.owed import owed
from infra.warehouse.quarantine import quarantine, quarantine_closed
from infra.warehouse.recorded import clock_words
from infra.warehouse.refusals import refusals
from infra.warehouse.rotations import rotation_batches, rotation_tombstones, rotations
from infra.warehouse.runs import runs
from infra.warehouse.scores import scores
from infra.warehouse.silences import silences
from infra.warehouse.source_days import source_days
from infra.warehouse.surges import district_surges
from infra.warehouse.work_lists import work_list

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
