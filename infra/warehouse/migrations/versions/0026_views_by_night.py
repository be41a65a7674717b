"""The same views with nights first: SQLite reads tables in the order of a cross join, and else began with all scores of all years.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

from alembic import op

from infra.views.files import definition

revision = "0026"
down_revision = "0025"

_VIEWS = (
    "dash_levels_v1",
    "dash_surges_v1",
    "dash_map_v1",
    "dash_top_cells_v1",
    "dash_trends_v1",
    "dash_reports_v1",
    "dash_visits_v1",
    "dash_work_list_v1",
    "dash_departments_v1",
    "dash_sources_v1",
    "dash_source_days_v1",
    "dash_shared_levels_v1",
    "dash_shared_reports_v1",
    "dash_shared_cells_v1",
)


def upgrade() -> None:
    """Make them anew; no column of theirs is another."""
    for view in _VIEWS:
        op.execute(f"DROP VIEW {view}")
        op.execute(definition(view))
