"""What a person said about the clock: without it a leap ahead would be asked about by every command.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.warehouse.database.moments import UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add one table."""
    op.create_table(
        "clock_words",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("district", "said_at", name=op.f("pk_clock_words")),
    )
