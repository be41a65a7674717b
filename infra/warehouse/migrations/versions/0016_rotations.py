"""Another key in the stead of one.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.warehouse.database.moments import UtcDateTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add three tables."""
    op.create_table(
        "rotations",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("backup", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reports", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("batches_gone", sa.BigInteger(), nullable=True),
        sa.Column("reports_gone", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("district", "begun_at", name=op.f("pk_rotations")),
    )
    op.create_table(
        "rotation_batches",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("landed_at", UtcDateTime(), nullable=False),
        sa.Column("order_key", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district", "batch_id", name=op.f("pk_rotation_batches")),
    )
    op.create_table(
        "rotation_tombstones",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("district", "report_id", name=op.f("pk_rotation_tombstones")),
    )
