"""What time it is for everybody who shares a warehouse.

Belongs here: asking PostgreSQL's clock, which all of its users see; a SQLite file has the clock of its host. Does not: this host's clock
(``infra.clock``), judging it (``infra.clock`` and ``flows.stores``).
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from infra import clock
from infra.warehouse.database.engine import Warehouse, reading


def shared_now(connection: sa.Connection) -> dt.datetime:
    """This moment by the clock that rules leases, in UTC."""
    if connection.dialect.name != "postgresql":
        return clock.now()
    # Not the transaction's moment: it may have waited for another writer since it began.
    found: dt.datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return found.astimezone(dt.UTC)


def apart(warehouse: Warehouse) -> dt.timedelta | None:
    """How far this host's clock is ahead of the database's; None where the database has none of its own."""
    if warehouse.engine.dialect.name != "postgresql":
        return None
    with reading(warehouse) as connection:
        before = clock.now()
        theirs = shared_now(connection)
        # Asking takes a moment; the middle of it is the best guess at when the answer was made.
        return before + (clock.now() - before) / 2 - theirs
