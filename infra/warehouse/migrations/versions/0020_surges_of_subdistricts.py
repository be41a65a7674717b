"""Surges stand for subdistricts beside the whole district, and dashboards may see them.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.views.files import definition

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Make the table anew, for its key has a column more; what it held is of the whole district."""
    op.execute("CREATE TABLE district_surges_kept AS SELECT * FROM district_surges")
    op.drop_table("district_surges")
    op.create_table(
        "district_surges",
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("subdistrict", sa.String(), nullable=False),
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
        sa.PrimaryKeyConstraint("district", "night", "revision", "series", "subdistrict", name=op.f("pk_district_surges")),
    )
    op.execute(
        "INSERT INTO district_surges (district, night, revision, series, subdistrict, category, surge, p, days, observed, expected) "
        "SELECT district, night, revision, series, '', category, surge, p, days, observed, expected FROM district_surges_kept"
    )
    op.drop_table("district_surges_kept")
    op.execute(definition("dash_subdistrict_surges_v1"))
