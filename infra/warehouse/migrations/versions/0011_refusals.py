"""Refused files, until they are accepted or gone, and what published nights still owe.

Belongs here: this one step. Does not: later ones. What was refused before is tried again, and recorded then.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add two tables."""
    op.create_table(
        "refusals",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("refusal_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("district_version", sa.String(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("with_clock", sa.Boolean(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('standing', 'accepted', 'replaced', 'gone')", name=op.f("ck_refusals_state")),
        sa.PrimaryKeyConstraint("district", "refusal_id", name=op.f("pk_refusals")),
    )
    op.create_table(
        "owed",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("district", "product", "night", name=op.f("pk_owed")),
    )
