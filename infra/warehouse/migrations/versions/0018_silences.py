"""Silences: for what, why and until when nobody is told; which departments were called to an alert.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.warehouse.database.moments import UtcDateTime

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add a table, and a column."""
    op.add_column("alerts", sa.Column("called", sa.String(), nullable=True))
    op.create_table(
        "silences",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("silence_id", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=True),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("subdistrict", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("begins", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("until_calm", sa.Boolean(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("district", "silence_id", name=op.f("pk_silences")),
    )
