"""What the warehouse stores: every table, with ``district`` in every key.

Belongs here: columns, keys, checks. Does not: frames that cross packages (``transforms.schema``), how the tables came to be
(``infra.warehouse.migrations``; a test compares the two), the views that dashboards read (there as well).

Times are UTC with microseconds; nights and days are local dates of the district. A null means unknown, never zero.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from infra.warehouse.moments import UtcDateTime
from transforms.schema import CONTRIBUTIONS

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _key(name: str, kind: sa.types.TypeEngine[Any] | type[sa.types.TypeEngine[Any]] = sa.String) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True)


def _must(name: str, kind: sa.types.TypeEngine[Any] | type[sa.types.TypeEngine[Any]] = sa.String) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _may(name: str, kind: sa.types.TypeEngine[Any] | type[sa.types.TypeEngine[Any]] = sa.String) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def _night_key() -> tuple[sa.Column[Any], ...]:
    return _key("district"), _key("night", sa.Date), _key("revision", sa.Integer)


def _of_night() -> sa.ForeignKeyConstraint:
    # Nothing can stand in the warehouse for a night and revision that was never published.
    return sa.ForeignKeyConstraint(["district", "night", "revision"], ["nights.district", "nights.night", "nights.revision"])


# One contribution is called `district`, as the key of every table is; so all six carry a prefix here.
CONTRIBUTION_COLUMNS: Final = {name: f"from_{name}" for name in CONTRIBUTIONS}

district_versions = sa.Table(
    "district_versions",
    metadata,
    _key("district"),
    _key("version"),
    _must("scoring_hash"),
    _must("canonical", sa.Text),
    _must("cells_digest"),
    _must("first_used_at", UtcDateTime),
)

# One row per district that was ever written; `token` grows with every holder (`infra.warehouse.locks`).
locks = sa.Table(
    "locks",
    metadata,
    _key("district"),
    _must("token", sa.BigInteger),
    _must("held", sa.Boolean(create_constraint=False)),
    _must("host"),
    _must("boot", sa.BigInteger),
    _must("pid", sa.BigInteger),
    _must("process_start", sa.BigInteger),
    _must("lease_until", UtcDateTime),
)

# What leaves the house, written in the transaction that gives rise to it. `message_id` is the idempotency key.
outbox = sa.Table(
    "outbox",
    metadata,
    _key("district"),
    _key("message_id"),
    _must("night", sa.Date),
    _must("revision", sa.Integer),
    _must("payload", sa.JSON),
    _must("created_at", UtcDateTime),
    _may("delivered_at", UtcDateTime),
    sa.Index(None, "district", "delivered_at"),
)

# The key under which a district's report keys are hashed, by fingerprint: under another one no report would be recognised again.
hash_keys = sa.Table(
    "hash_keys",
    metadata,
    _key("district"),
    _must("fingerprint"),
    _must("first_used_at", UtcDateTime),
)

# `generation` is the digest of the cells, as `district_versions.cells_digest` names it: one set of cells serves many versions.
cells = sa.Table(
    "cells",
    metadata,
    _key("district"),
    _key("generation"),
    _key("cell_id"),
    _may("name"),
    _may("subdistrict"),
    _may("lon", sa.Double),
    _may("lat", sa.Double),
    _may("x_m", sa.Double),
    _may("y_m", sa.Double),
    _may("area_km2", sa.Double),
    _may("households", sa.Integer),
    _may("tags"),
    _may("outline", sa.Text),
)

# A run of several nights is one row per night under one run_id.
runs = sa.Table(
    "runs",
    metadata,
    _key("district"),
    _key("run_id"),
    _key("night", sa.Date),
    _must("kind"),
    _must("mode"),
    _may("revision", sa.Integer),
    _may("as_of", UtcDateTime),
    _may("lake_seq", sa.BigInteger),
    _must("started_at", UtcDateTime),
    _must("finished_at", UtcDateTime),
    _must("status"),
    _may("reason"),
    _may("note"),
    _may("error"),
    _must("rows_total", sa.Integer),
    _must("rows_changed", sa.Integer),
    _must("summary", sa.JSON),
    sa.CheckConstraint("kind IN ('nightly', 'backfill', 'demo')", name="kind"),
    sa.CheckConstraint("mode IN ('nightly', 'restate', 'as_known')", name="mode"),
    sa.CheckConstraint("status IN ('ok', 'failed', 'unchanged')", name="status"),
    sa.Index(None, "district", "started_at"),
)

batches = sa.Table(
    "batches",
    metadata,
    _key("district"),
    _key("batch_id"),
    _must("source"),
    _must("feed"),
    _must("content_sha256"),
    _must("file_name"),
    _must("landed_at", UtcDateTime),
    _may("recorded_seq", sa.BigInteger),
    _must("state"),
    _may("reason"),
    _may("first_day", sa.Date),
    _may("last_day", sa.Date),
    _must("delivered", sa.BigInteger),
    _must("accepted", sa.BigInteger),
    _must("merged", sa.BigInteger),
    _must("duplicate", sa.BigInteger),
    _must("quarantined", sa.BigInteger),
    _must("out_of_scope", sa.BigInteger),
    _must("warnings", sa.JSON),
    _must("district_version"),
    # What the checks said and measured, as plain values: counts by reason and column, never a value of a row.
    _may("checked", sa.JSON),
    sa.CheckConstraint("state IN ('landed', 'refused', 'stored')", name="state"),
    sa.CheckConstraint(
        "state <> 'stored' OR delivered = accepted + merged + duplicate + quarantined + out_of_scope",
        name="ledger_balances",
    ),
    sa.CheckConstraint("state <> 'refused' OR reason IS NOT NULL", name="refused_with_reason"),
)

# `column` is empty where the reason concerns the row as a whole: a key cannot hold a null.
quarantine = sa.Table(
    "quarantine",
    metadata,
    _key("district"),
    _key("batch_id"),
    _key("row", sa.BigInteger),
    _key("reason"),
    _key("column"),
    # A code of the district's codelist; null where the kind could not be read, or is a sensitive one.
    _may("kind"),
    sa.ForeignKeyConstraint(["district", "batch_id"], ["batches.district", "batches.batch_id"]),
)

# What became of rows that wait in quarantine no more, as counts.
quarantine_closed = sa.Table(
    "quarantine_closed",
    metadata,
    _key("district"),
    _key("batch_id"),
    _key("outcome"),
    _key("reason"),
    _key("kind"),
    _must("rows", sa.BigInteger),
    sa.ForeignKeyConstraint(["district", "batch_id"], ["batches.district", "batches.batch_id"]),
    sa.CheckConstraint("outcome IN ('resolved', 'expired')", name="outcome"),
)

models = sa.Table(
    "models",
    metadata,
    _key("district"),
    _key("model_id"),
    _must("kind"),
    _may("category"),
    _must("frozen_on", sa.Date),
    _must("created_night", sa.Date),
    _must("payload", sa.JSON),
    _must("district_version"),
    _must("scoring_hash"),
)

nights = sa.Table(
    "nights",
    metadata,
    *_night_key(),
    _must("is_latest", sa.Boolean(create_constraint=False)),
    _must("as_of", UtcDateTime),
    _must("lake_seq", sa.BigInteger),
    _must("district_version"),
    _must("scoring_hash"),
    _must("model_ids", sa.JSON),
    _must("mode"),
    _must("inputs"),
    _must("run_id"),
    _must("published_at", UtcDateTime),
    _must("replayable_until", sa.Date),
    # The database itself refuses a night with two latest revisions.
    sa.Index(
        "ix_nights_one_latest",
        "district",
        "night",
        unique=True,
        sqlite_where=sa.text("is_latest"),
        postgresql_where=sa.text("is_latest"),
    ),
)

scores = sa.Table(
    "scores",
    metadata,
    *_night_key(),
    _key("category"),
    _key("cell_id"),
    _must("state"),
    _may("reason"),
    _may("expected_harm", sa.Double),
    _may("expected_count", sa.Double),
    _may("harm_low", sa.Double),
    _may("harm_high", sa.Double),
    _may("p_any", sa.Double),
    _may("score", sa.Double),
    _may("level"),
    *(_may(column, sa.Double) for column in CONTRIBUTION_COLUMNS.values()),
    _may("surge"),
    _may("surge_p", sa.Double),
    _may("surge_series"),
    _may("surge_days", sa.Integer),
    _may("surge_area"),
    _may("surge_observed", sa.Double),
    _may("surge_expected", sa.Double),
    _must("as_of", UtcDateTime),
    _may("model_id"),
    _must("run_id"),
    _must("row_hash"),
    _of_night(),
)

district_surges = sa.Table(
    "district_surges",
    metadata,
    *_night_key(),
    _key("series"),
    _must("category"),
    _must("surge"),
    _must("p", sa.Double),
    _must("days", sa.Integer),
    _must("observed", sa.Double),
    _must("expected", sa.Double),
    _of_night(),
)

source_days = sa.Table(
    "source_days",
    metadata,
    *_night_key(),
    _key("source"),
    _key("day", sa.Date),
    _must("state"),
    _may("reports", sa.BigInteger),
    _may("share_arrived", sa.Double),
    _of_night(),
)

duty = sa.Table(
    "duty",
    metadata,
    *_night_key(),
    _key("department"),
    _key("subdistrict"),
    _may("clocks", sa.BigInteger),
    _may("breached", sa.BigInteger),
    _may("share", sa.Double),
    _may("lower", sa.Double),
    _may("upper", sa.Double),
    _may("level"),
    _may("overdue", sa.BigInteger),
    _of_night(),
)

# How published forecasts did; `night` and `revision` name the forecast, `evaluated_night` whose knowledge it was graded with.
evaluations = sa.Table(
    "evaluations",
    metadata,
    _key("district"),
    _key("night", sa.Date),
    _key("category"),
    _key("level"),
    _must("revision", sa.Integer),
    _must("evaluated_night", sa.Date),
    _must("cells", sa.Integer),
    _must("left_out", sa.Integer),
    _must("expected", sa.Double),
    _must("observed", sa.Double),
    _must("spread", sa.Double),
    _may("log_score", sa.Double),
    _may("hit_rate", sa.Double),
    _may("pai", sa.Double),
    _of_night(),
)

# Append-only, and complete: `alerts` can be rebuilt from these rows alone.
alert_events = sa.Table(
    "alert_events",
    metadata,
    _key("district"),
    _key("alert_id"),
    _key("night", sa.Date),
    _key("event"),
    _must("type"),
    _must("subject_kind"),
    _must("subject"),
    _may("category"),
    _must("episode", sa.Date),
    _may("level"),
    _must("revision", sa.Integer),
    _must("recorded_at", UtcDateTime),
    sa.Index(None, "district", "night"),
)

alerts = sa.Table(
    "alerts",
    metadata,
    _key("district"),
    _key("alert_id"),
    _must("type"),
    _must("subject_kind"),
    _must("subject"),
    _may("category"),
    _must("episode", sa.Date),
    _must("state"),
    _may("level"),
    _must("opened_night", sa.Date),
    _must("last_night", sa.Date),
    _may("ended_night", sa.Date),
    sa.Index(None, "district", "state"),
)
