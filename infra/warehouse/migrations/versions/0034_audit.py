"""The view of the audit: where attention goes, against where people live.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

from alembic import op

from infra.views.files import definition

revision = "0034"
down_revision = "0030"


def upgrade() -> None:
    """Make the view."""
    op.execute(definition("dash_audit_v1"))
