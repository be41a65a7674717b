"""Whose a district's stores are, and what the warehouse remembers of the commits of its lake.

Belongs here: this one step. Does not: later ones. A warehouse of before claims its district, and marks its lake, with its next writer.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.warehouse.database.moments import UtcDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add three tables."""
    op.create_table(
        "identities",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("district", name=op.f("pk_identities")),
    )
    op.create_table(
        "lake_marks",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("newest_seq", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("district", "sequence", name=op.f("pk_lake_marks")),
    )
    op.create_table(
        "lake_intents",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("declared_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("district", "token", name=op.f("pk_lake_intents")),
    )
