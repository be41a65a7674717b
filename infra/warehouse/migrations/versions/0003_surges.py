"""Surges: seven columns of scores, a table for the district as a whole, and the view of surges.

Belongs here: this one step. Does not: later ones. Nights of before were tested for nothing: their columns are null, and replaying them
says that their rows differ.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.views.files import definition

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns, the table and the view."""
    for name, kind in (
        ("surge", sa.String()),
        ("surge_p", sa.Double()),
        ("surge_series", sa.String()),
        ("surge_days", sa.Integer()),
        ("surge_area", sa.String()),
        ("surge_observed", sa.Double()),
        ("surge_expected", sa.Double()),
    ):
        op.add_column("scores", sa.Column(name, kind, nullable=True))
    op.create_table(
        "district_surges",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("surge", sa.String(), nullable=False),
        sa.Column("p", sa.Double(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("observed", sa.Double(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district", "night", "revision"],
            ["nights.district", "nights.night", "nights.revision"],
            name=op.f("fk_district_surges_nights"),
        ),
        sa.PrimaryKeyConstraint("district", "night", "revision", "series", name=op.f("pk_district_surges")),
    )
    op.execute(definition("dash_surges_v1"))
