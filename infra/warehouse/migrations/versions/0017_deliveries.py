"""What was tried of each message on each channel, and which messages had nothing to say any more.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.warehouse.database.moments import UtcDateTime

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add a table, and a mark."""
    op.add_column("outbox", sa.Column("superseded_at", UtcDateTime(), nullable=True))
    op.create_table(
        "deliveries",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("first_tried_at", UtcDateTime(), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=True),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("dead_at", UtcDateTime(), nullable=True),
        sa.Column("said", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("district", "message_id", "channel", name=op.f("pk_deliveries")),
    )
