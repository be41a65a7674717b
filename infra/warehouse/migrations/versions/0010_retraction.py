"""Nights can be taken back: who reads finds a mark, and an event of an alert names the revision that brought it.

Belongs here: this one step. Does not: later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.warehouse.database.moments import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the marks, and the revision to the key of an event: a night that is published anew may bring the same one again."""
    for name, type_ in (("retracted_at", UtcDateTime()), ("retracted_for", sa.String()), ("retracted_note", sa.String())):
        op.add_column("nights", sa.Column(name, type_, nullable=True))
    op.add_column("models", sa.Column("retracted_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("alert_events") as table:
        table.drop_constraint("pk_alert_events", type_="primary")
        table.create_primary_key("pk_alert_events", ["district", "alert_id", "night", "event", "revision"])
