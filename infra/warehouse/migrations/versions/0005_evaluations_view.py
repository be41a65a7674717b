"""The view of how published forecasts did.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

# Of the whole district alone: a level may be a single cell, and what came in it beside the level that dashboards show of it is a count of
# that cell and week.
DASH_EVALUATIONS_V1 = """
CREATE VIEW dash_evaluations_v1 AS
SELECT e.district, e.night, e.evaluated_night, e.category, e.cells, e.left_out, e.expected, e.observed, e.log_score, e.hit_rate, e.pai
FROM evaluations e
WHERE e.level = 'all'
"""


def upgrade() -> None:
    """Add the view."""
    op.execute(DASH_EVALUATIONS_V1)
