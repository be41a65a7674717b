"""Nights summed over subdistricts, and the views that read them; the views that everybody may read.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from infra.views.files import definition

revision = "0025"
down_revision = "0024"

_VIEWS = (
    "dash_trends_v1",
    "dash_reports_v1",
    "dash_visits_v1",
    "dash_shared_levels_v1",
    "dash_shared_reports_v1",
    "dash_shared_cells_v1",
)
_WHOLE = ("cells", "scored", "learning", "not_scored", "blue", "yellow", "orange", "red")
_HARM = ("expected_harm", "open_stock_harm", "expected_events", "expected_events_low", "expected_events_high")
_REPORTS = ("reports", "reports_before", "reports_last_year", "by_residents", "by_residents_before", "by_residents_last_year")
# SQLite has this function, of a day as well as of a moment.
_JULIANDAY = """
CREATE FUNCTION julianday(day date) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS 'SELECT CAST(day - DATE ''2000-01-01'' AS double precision) + 2451544.5'
"""


def upgrade() -> None:
    """Add the tables and the views; nights before have nothing in them."""
    _table(
        "subdistricts",
        ("category", "subdistrict"),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("before", "last_year")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _WHOLE),
        sa.Column("households", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.Double(), nullable=True) for name in _HARM),
        sa.Column("reference_version", sa.String(), nullable=True),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _REPORTS),
        *(sa.Column(name, sa.Double(), nullable=True) for name in ("observed", "observed_before", "observed_last_year")),
    )
    counted = ("category", "subdistrict", "part_of_day", "discovery")
    _table("report_counts", counted, sa.Column("reports", sa.BigInteger(), nullable=False))
    _table("visit_counts", ("subdistrict", "chosen", "outcome"), sa.Column("visits", sa.BigInteger(), nullable=False))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_JULIANDAY)
    for view in _VIEWS:
        op.execute(definition(view))


def _table(name: str, key: tuple[str, ...], *columns: SchemaItem) -> None:
    night = (sa.Column("district", sa.String(), nullable=False), sa.Column("night", sa.Date(), nullable=False))
    op.create_table(
        name,
        *night,
        sa.Column("revision", sa.Integer(), nullable=False),
        *(sa.Column(part, sa.String(), nullable=False) for part in key),
        *columns,
        sa.ForeignKeyConstraint(
            ["district", "night", "revision"], ["nights.district", "nights.night", "nights.revision"], name=op.f(f"fk_{name}_nights")
        ),
        sa.PrimaryKeyConstraint("district", "night", "revision", *key, name=op.f(f"pk_{name}")),
    )
