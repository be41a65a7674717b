"""How departments did their work, and what the share of each is made of.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.views.files import definition

revision = "0030"
down_revision = "0027"

_NAME = "duty_measures"
_KEY = ("department", "measure", "tag", "side")
_VIEWS = ("dash_department_measures_v1", "dash_department_parts_v1")


def upgrade() -> None:
    """Add the table and the views; nights before have nothing in it."""
    figures = [
        column
        for when in ("", "_before")
        for column in (
            sa.Column(f"n{when}", sa.BigInteger(), nullable=True),
            *(sa.Column(f"{name}{when}", sa.Double(), nullable=True) for name in ("value", "lower", "upper")),
        )
    ]
    op.create_table(
        _NAME,
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *(sa.Column(part, sa.String(), nullable=False) for part in _KEY),
        *figures,
        sa.ForeignKeyConstraint(
            ["district", "night", "revision"], ["nights.district", "nights.night", "nights.revision"], name=op.f(f"fk_{_NAME}_nights")
        ),
        sa.PrimaryKeyConstraint("district", "night", "revision", *_KEY, name=op.f(f"pk_{_NAME}")),
    )
    for view in _VIEWS:
        op.execute(definition(view))
