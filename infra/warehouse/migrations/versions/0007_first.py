"""The warehouse of typed reports: all tables and views.

Belongs here: what a new home begins with. Does not: what later steps add. Steps only go forward: going back means restoring a backup.
The numbers before are of homes with another layout, which are refused and not brought along.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.views.files import definition

revision = "0007"
down_revision = None


def upgrade() -> None:
    """Create every table and view."""
    op.create_table(
        "alert_events",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("episode", sa.Date(), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("district", "alert_id", "night", "event", name=op.f("pk_alert_events")),
    )
    op.create_index(op.f("ix_alert_events_district_night"), "alert_events", ["district", "night"], unique=False)
    op.create_table(
        "locks",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("boot", sa.BigInteger(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("process_start", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("district", name=op.f("pk_locks")),
    )
    op.create_table(
        "outbox",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("district", "message_id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_district_delivered_at"), "outbox", ["district", "delivered_at"], unique=False)
    op.create_table(
        "hash_keys",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("district", name=op.f("pk_hash_keys")),
    )
    op.create_table(
        "alerts",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("episode", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("opened_night", sa.Date(), nullable=False),
        sa.Column("last_night", sa.Date(), nullable=False),
        sa.Column("ended_night", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("district", "alert_id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_district_state"), "alerts", ["district", "state"], unique=False)
    op.create_table(
        "batches",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("landed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_seq", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("merged", sa.BigInteger(), nullable=False),
        sa.Column("duplicate", sa.BigInteger(), nullable=False),
        sa.Column("quarantined", sa.BigInteger(), nullable=False),
        sa.Column("out_of_scope", sa.BigInteger(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("district_version", sa.String(), nullable=False),
        sa.Column("checked", sa.JSON(), nullable=True),
        sa.Column("order_key", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state <> 'refused' OR reason IS NOT NULL", name=op.f("ck_batches_refused_with_reason")),
        sa.CheckConstraint(
            "state <> 'stored' OR delivered = accepted + merged + duplicate + quarantined + out_of_scope",
            name=op.f("ck_batches_ledger_balances"),
        ),
        sa.CheckConstraint("state IN ('landed', 'refused', 'stored')", name=op.f("ck_batches_state")),
        sa.PrimaryKeyConstraint("district", "batch_id", name=op.f("pk_batches")),
    )
    op.create_table(
        "cells",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("generation", sa.String(), nullable=False),
        sa.Column("cell_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("subdistrict", sa.String(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("x_m", sa.Double(), nullable=True),
        sa.Column("y_m", sa.Double(), nullable=True),
        sa.Column("area_km2", sa.Double(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("tags", sa.String(), nullable=True),
        sa.Column("outline", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("district", "generation", "cell_id", name=op.f("pk_cells")),
    )
    op.create_table(
        "district_versions",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("scoring_hash", sa.String(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("cells_digest", sa.String(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("district", "version", name=op.f("pk_district_versions")),
    )
    op.create_table(
        "models",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("frozen_on", sa.Date(), nullable=False),
        sa.Column("created_night", sa.Date(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("district_version", sa.String(), nullable=False),
        sa.Column("scoring_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("district", "model_id", name=op.f("pk_models")),
    )
    op.create_table(
        "nights",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("is_latest", sa.Boolean(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lake_seq", sa.BigInteger(), nullable=False),
        sa.Column("district_version", sa.String(), nullable=False),
        sa.Column("scoring_hash", sa.String(), nullable=False),
        sa.Column("model_ids", sa.JSON(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("inputs", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replayable_until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("district", "night", "revision", name=op.f("pk_nights")),
    )
    op.create_index(
        "ix_nights_one_latest",
        "nights",
        ["district", "night"],
        unique=True,
        sqlite_where=sa.text("is_latest"),
        postgresql_where=sa.text("is_latest"),
    )
    op.create_table(
        "runs",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lake_seq", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_changed", sa.Integer(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('nightly', 'backfill', 'demo')", name=op.f("ck_runs_kind")),
        sa.CheckConstraint("mode IN ('nightly', 'restate', 'as_known')", name=op.f("ck_runs_mode")),
        sa.CheckConstraint("status IN ('ok', 'failed', 'unchanged')", name=op.f("ck_runs_status")),
        sa.PrimaryKeyConstraint("district", "run_id", "night", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_district_started_at"), "runs", ["district", "started_at"], unique=False)
    op.create_table(
        "duty",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("subdistrict", sa.String(), nullable=False),
        sa.Column("clocks", sa.BigInteger(), nullable=True),
        sa.Column("breached", sa.BigInteger(), nullable=True),
        sa.Column("share", sa.Double(), nullable=True),
        sa.Column("lower", sa.Double(), nullable=True),
        sa.Column("upper", sa.Double(), nullable=True),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("overdue", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district", "night", "revision"], ["nights.district", "nights.night", "nights.revision"], name=op.f("fk_duty_nights")
        ),
        sa.PrimaryKeyConstraint("district", "night", "revision", "department", "subdistrict", name=op.f("pk_duty")),
    )
    op.create_table(
        "quarantine",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("column", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("doubts", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["district", "batch_id"], ["batches.district", "batches.batch_id"], name=op.f("fk_quarantine_batches")),
        sa.PrimaryKeyConstraint("district", "batch_id", "row", "reason", "column", name=op.f("pk_quarantine")),
    )
    op.create_table(
        "scores",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("cell_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("expected_harm", sa.Double(), nullable=True),
        sa.Column("expected_count", sa.Double(), nullable=True),
        sa.Column("harm_low", sa.Double(), nullable=True),
        sa.Column("harm_high", sa.Double(), nullable=True),
        sa.Column("p_any", sa.Double(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("from_long_run", sa.Double(), nullable=True),
        sa.Column("from_recent", sa.Double(), nullable=True),
        sa.Column("from_neighbours", sa.Double(), nullable=True),
        sa.Column("from_other_series", sa.Double(), nullable=True),
        sa.Column("from_district", sa.Double(), nullable=True),
        sa.Column("from_open_stock", sa.Double(), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model_id", sa.String(), nullable=True),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("surge", sa.String(), nullable=True),
        sa.Column("surge_p", sa.Double(), nullable=True),
        sa.Column("surge_series", sa.String(), nullable=True),
        sa.Column("surge_days", sa.Integer(), nullable=True),
        sa.Column("surge_area", sa.String(), nullable=True),
        sa.Column("surge_observed", sa.Double(), nullable=True),
        sa.Column("surge_expected", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district", "night", "revision"], ["nights.district", "nights.night", "nights.revision"], name=op.f("fk_scores_nights")
        ),
        sa.PrimaryKeyConstraint("district", "night", "revision", "category", "cell_id", name=op.f("pk_scores")),
    )
    op.create_table(
        "source_days",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reports", sa.BigInteger(), nullable=True),
        sa.Column("share_arrived", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district", "night", "revision"], ["nights.district", "nights.night", "nights.revision"], name=op.f("fk_source_days_nights")
        ),
        sa.PrimaryKeyConstraint("district", "night", "revision", "source", "day", name=op.f("pk_source_days")),
    )
    op.execute(definition("dash_levels_v1"))
    op.create_table(
        "quarantine_closed",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("outcome IN ('resolved', 'expired')", name=op.f("ck_quarantine_closed_outcome")),
        sa.ForeignKeyConstraint(
            ["district", "batch_id"], ["batches.district", "batches.batch_id"], name=op.f("fk_quarantine_closed_batches")
        ),
        sa.PrimaryKeyConstraint("district", "batch_id", "outcome", "reason", "kind", name=op.f("pk_quarantine_closed")),
    )
    op.create_table(
        "district_surges",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("surge", sa.String(), nullable=False),
        sa.Column("p", sa.Double(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("observed", sa.Double(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district", "night", "revision"],
            ["nights.district", "nights.night", "nights.revision"],
            name=op.f("fk_district_surges_nights"),
        ),
        sa.PrimaryKeyConstraint("district", "night", "revision", "series", name=op.f("pk_district_surges")),
    )
    op.execute(definition("dash_surges_v1"))
    op.create_table(
        "evaluations",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("evaluated_night", sa.Date(), nullable=False),
        sa.Column("cells", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("observed", sa.Double(), nullable=False),
        sa.Column("spread", sa.Double(), nullable=False),
        sa.Column("log_score", sa.Double(), nullable=True),
        sa.Column("hit_rate", sa.Double(), nullable=True),
        sa.Column("pai", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district", "night", "revision"], ["nights.district", "nights.night", "nights.revision"], name=op.f("fk_evaluations_nights")
        ),
        sa.PrimaryKeyConstraint("district", "night", "category", "level", name=op.f("pk_evaluations")),
    )
    op.execute(definition("dash_evaluations_v1"))
