"""How published forecasts did.

Belongs here: this one step. Does not: later ones. Forecasts of before are graded as far back as their days are known.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add one table."""
    op.create_table(
        "evaluations",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("evaluated_night", sa.Date(), nullable=False),
        sa.Column("cells", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("observed", sa.Double(), nullable=False),
        sa.Column("spread", sa.Double(), nullable=False),
        sa.Column("log_score", sa.Double(), nullable=True),
        sa.Column("hit_rate", sa.Double(), nullable=True),
        sa.Column("pai", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district", "night", "revision"], ["nights.district", "nights.night", "nights.revision"], name=op.f("fk_evaluations_nights")
        ),
        sa.PrimaryKeyConstraint("district", "night", "category", "level", name=op.f("pk_evaluations")),
    )
