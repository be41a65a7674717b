"""Tokens of the API, by their digests.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.warehouse.database.moments import UtcDateTime

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add a table."""
    op.create_table(
        "api_tokens",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("district", "token_id", name=op.f("pk_api_tokens")),
    )
