"""Who asked for ticket numbers.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.warehouse.database.moments import UtcDateTime

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add a table."""
    op.create_table(
        "lookups",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("lookup_id", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("cell_id", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=True),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("district", "lookup_id", name=op.f("pk_lookups")),
    )
