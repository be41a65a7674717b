"""What a database keeps of rows that were deleted, until it is told not to.

Belongs here: telling it. Does not: deleting rows (their subjects' files).

SQLite overwrites what it deletes (``engine``); what is left is in the log beside the file.
"""

from __future__ import annotations

from contextlib import closing

import sqlalchemy as sa

from infra.warehouse.database.engine import Warehouse
from infra.warehouse.database.faults import door


def scrub(warehouse: Warehouse) -> bool:
    """Have the database let go of deleted rows; whether it did, which on SQLite a reader can hinder.

    Raises:
        WarehouseError: it cannot be asked.
    """
    engine = warehouse.engine
    with door(engine):
        if engine.dialect.name == "sqlite":
            # Within a transaction, as every statement of an engine is, a log cannot be emptied.
            with closing(engine.raw_connection()) as connection:
                busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not busy
        with engine.connect() as server:
            alone = server.execution_options(isolation_level="AUTOCOMMIT")
            for table in ("quarantine", "batches"):
                alone.execute(sa.text(f"VACUUM {table}"))
        return True
