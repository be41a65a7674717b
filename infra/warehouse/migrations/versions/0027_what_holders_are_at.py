"""What the holder of a lock is at, so that a run that is killed leaves a record.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the column; nobody holds a lock while the schema changes."""
    op.add_column("locks", sa.Column("doing", sa.JSON(), nullable=True))
