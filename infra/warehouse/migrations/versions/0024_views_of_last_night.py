"""Views for dashboards: last night, alerts and their clocks, departments, sources, quality, revisions and runs.

Belongs here: this one step. Does not: later ones.

A later step that makes one of their tables anew drops the views that read it before, and makes them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.views.files import definition

revision = "0024"
down_revision = "0023"

# Each after those that it reads.
_VIEWS = (
    "dash_nights_v1",
    "dash_map_v1",
    "dash_top_cells_v1",
    "dash_alert_rounds_v1",
    "dash_alert_clocks_v1",
    "dash_alerts_v1",
    "dash_work_list_v1",
    "dash_departments_v1",
    "dash_sources_v1",
    "dash_source_days_v1",
    "dash_quarantine_v1",
    "dash_quality_v1",
    "dash_revisions_v1",
    "dash_backfills_v1",
    "dash_runs_v1",
)
# SQLite has this function; with it the difference of two moments reads alike on both.
_JULIANDAY = """
CREATE FUNCTION julianday(moment timestamptz) RETURNS double precision LANGUAGE sql STABLE PARALLEL SAFE
AS 'SELECT CAST(extract(epoch FROM moment) AS double precision) / 86400 + 2440587.5'
"""


def upgrade() -> None:
    """Say of every score whether its numbers may be shown, and add the views."""
    op.add_column("scores", sa.Column("enough_reports", sa.Boolean(create_constraint=False), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_JULIANDAY)
    for view in _VIEWS:
        op.execute(definition(view))
