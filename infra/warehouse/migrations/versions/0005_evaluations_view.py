"""The view of how published forecasts did.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

from alembic import op

from infra.views.files import definition

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the view."""
    op.execute(definition("dash_evaluations_v1"))
