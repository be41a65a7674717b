"""Who began again without a store that was lost, why, and what it cost.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.warehouse.database.moments import UtcDateTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add a table, and the identity in whose stead another one stands."""
    op.add_column("identities", sa.Column("instead_of", sa.String(), nullable=True))
    op.create_table(
        "adoptions",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("adopted_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("instead_of", sa.String(), nullable=True),
        sa.Column("kept_to", sa.BigInteger(), nullable=False),
        sa.Column("lost_to", sa.BigInteger(), nullable=False),
        sa.Column("batches", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district", "adopted_at", name=op.f("pk_adoptions")),
    )
