"""A connection to a warehouse, waited for where it is away: a server that starts, restarts, fails over or has too many guests.

Belongs here: waiting, and saying so once in a while. Does not: telling an outage from what does not pass (``faults``), another run's lock
(``locks``).

Only getting a connection is waited for. What breaks in the middle of a transaction is undone as a whole and told; whoever repeats it comes
by here again.
"""

from __future__ import annotations

from time import monotonic, sleep
from typing import Final

import sqlalchemy as sa

from infra import progress
from infra.errors import Fault
from infra.warehouse.database.faults import WarehouseFaultError, door, shown, warehouse_fault

# The engine carries how long its user would wait, in seconds.
PATIENCE: Final = "sifang_patience"
_POLL_SECONDS: Final = 0.5
_SAY_AGAIN_SECONDS: Final = 30.0


def connected(engine: sa.Engine, *, to_write: bool = False) -> sa.Connection:
    """A connection; close it. ``to_write`` asks for one that takes writes: a standby that is about to be promoted is waited for as well.

    Raises:
        WarehouseFaultError: there is none, also after waiting as long as the engine's user would; of an outage the last reason is told.
    """
    patience = float(engine.get_execution_options().get(PATIENCE, 0.0))
    began, said_at = monotonic(), float("-inf")
    while True:
        try:
            with door(engine):
                return _opened(engine, to_write=to_write)
        except WarehouseFaultError as fault:
            waited = monotonic() - began
            # SQLite has waited for its lock already.
            if fault.fault is not Fault.AWAY or engine.dialect.name == "sqlite" or waited >= patience:
                fault.waited = waited >= patience > 0
                raise
            if monotonic() - said_at >= _SAY_AGAIN_SECONDS:
                progress.notice(f"{fault.message} Waiting for it: {waited:.0f} of at most {patience:.0f} s.")
                said_at = monotonic()
            sleep(min(_POLL_SECONDS, max(patience - waited, 0.01)))


def _opened(engine: sa.Engine, *, to_write: bool) -> sa.Connection:
    connection = engine.connect()
    try:
        if to_write and engine.dialect.name == "postgresql" and connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar():
            what = "is a standby, which can be read and takes no writes"
            raise warehouse_fault(shown(engine.url), Fault.AWAY, "in recovery", what, "Promote it, or give the address of the primary.")
        connection.rollback()
    except BaseException:
        connection.close()
        raise
    return connection
