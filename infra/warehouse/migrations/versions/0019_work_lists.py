"""The work list of each night.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add a table."""
    op.create_table(
        "work_list",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("cell_id", sa.String(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("chosen", sa.String(), nullable=False),
        sa.Column("errands", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("part_of_day", sa.String(), nullable=True),
        sa.Column("looked_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("district", "night", "revision", "cell_id", name=op.f("pk_work_list")),
        sa.ForeignKeyConstraint(
            ["district", "night", "revision"],
            ["nights.district", "nights.night", "nights.revision"],
            name=op.f("fk_work_list_nights"),
        ),
    )
