"""What the share of a department is made of, and what looks better than it is.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

_PARTS = ("late", "overdue_now", "reopened", "unanswered", "passed_on", "likely_late", "borrowed", "overdue_days")
_COUNTS = ("ghosts", "handed_on", "unconfirmed", "last_moment", "reopens", "moved", "far", "duplicates")


def upgrade() -> None:
    """Add the columns; nights before have nothing in them."""
    for name in _PARTS:
        op.add_column("duty", sa.Column(name, sa.Double(), nullable=True))
    for name in _COUNTS:
        op.add_column("duty", sa.Column(name, sa.BigInteger(), nullable=True))
