"""What the checks said of a batch, the kind of a row in quarantine, and what became of rows that left it.

Belongs here: this one step. Does not: later ones. Batches of before have no measures; they are no history for later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add two columns and one table."""
    op.add_column("batches", sa.Column("checked", sa.JSON(), nullable=True))
    op.add_column("quarantine", sa.Column("kind", sa.String(), nullable=True))
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
