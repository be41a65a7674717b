"""The view of the rounds of alerts in one pass: PostgreSQL took its parts for a row or two, and went through them once for each alert.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

from alembic import op

from infra.views.files import definition

revision = "0035"
down_revision = "0034"

# Each after those that it reads.
_VIEWS = ("dash_alert_rounds_v1", "dash_alert_clocks_v1", "dash_alerts_v1")


def upgrade() -> None:
    """Make them anew; no column of theirs is another."""
    for view in reversed(_VIEWS):
        op.execute(f"DROP VIEW {view}")
    for view in _VIEWS:
        op.execute(definition(view))
