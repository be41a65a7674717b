"""Events of alerts have numbers, and say who did what; alerts say whose they are, and when somebody has to look again.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.warehouse.database.moments import UtcDateTime

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make both tables anew: what had no numbers and no authors cannot be given them. Say when alerts were last swept."""
    op.drop_table("alert_events")
    op.drop_table("alerts")
    _events()
    _alerts()
    op.create_table(
        "sweeps",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("swept_at", UtcDateTime(), nullable=False),
        sa.Column("alerts_due", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("district", name=op.f("pk_sweeps")),
    )


def _events() -> None:
    op.create_table(
        "alert_events",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("episode", sa.Date(), nullable=False),
        sa.Column("subdistrict", sa.String(), nullable=True),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("departments", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("steps", sa.String(), nullable=True),
        sa.Column("taken_back", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("district", "alert_id", "seq", name=op.f("pk_alert_events")),
    )
    op.create_index(op.f("ix_alert_events_district_night"), "alert_events", ["district", "night"], unique=False)


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("episode", sa.Date(), nullable=False),
        sa.Column("subdistrict", sa.String(), nullable=True),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("in_charge", sa.String(), nullable=False),
        sa.Column("lead_department", sa.String(), nullable=True),
        sa.Column("opened_night", sa.Date(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("last_night", sa.Date(), nullable=False),
        sa.Column("ended_night", sa.Date(), nullable=True),
        sa.Column("waiting_until", UtcDateTime(), nullable=True),
        sa.Column("next_due_at", UtcDateTime(), nullable=True),
        sa.Column("no_due", sa.String(), nullable=True),
        sa.Column("calendar_version", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("district", "alert_id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_district_state"), "alerts", ["district", "state"], unique=False)
    op.create_index(op.f("ix_alerts_district_next_due_at"), "alerts", ["district", "next_due_at"], unique=False)
