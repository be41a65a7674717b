"""Batches are known by a keyed digest alone: one of their content without a key lets anybody try out what a small file held.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Drop the digest that had no key."""
    op.drop_column("batches", "content_sha256")
