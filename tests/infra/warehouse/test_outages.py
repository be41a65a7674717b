"""A server that is away is waited for up to a stated time, with a word on the screen; a lease of this process is not waited for at all."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import sqlalchemy as sa

from infra import clock
from infra.errors import Fault
from infra.warehouse.database.clocks import apart
from infra.warehouse.database.engine import Warehouse, connect, reading, writing
from infra.warehouse.database.faults import WarehouseFaultError
from infra.warehouse.keeping import locks
from infra.warehouse.keeping.locks import LEASE, Owner, held, try_acquire
from infra.warehouse.nights.nights import latest_night
from infra.warehouse.upgrade import upgrade
from tests.helpers.postgres import Postgres


def town(server: Postgres, patience: float) -> Warehouse:
    engine = connect(server.url, patience=patience)
    upgrade(engine)
    return Warehouse(engine, "weibin")


def start_soon(server: Postgres) -> threading.Thread:
    """The server comes back while the test waits for it."""
    starting = threading.Timer(1.0, server.start)
    starting.start()
    return starting


def test_a_restart_is_waited_for_and_said(own_postgres: Postgres, capsys: pytest.CaptureFixture[str]) -> None:
    warehouse = town(own_postgres, 60.0)
    own_postgres.stop()
    starting = start_soon(own_postgres)
    # A reader, a writer and a process that only begins find it again.
    assert latest_night(warehouse) is None
    with writing(warehouse) as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    starting.join()
    [said] = [line for line in capsys.readouterr().err.splitlines() if "Waiting for it" in line]
    assert "does not answer" in said
    assert "of at most 60 s" in said
    own_postgres.stop()
    starting = start_soon(own_postgres)
    connect(own_postgres.url, patience=60.0).dispose()
    starting.join()
    warehouse.engine.dispose()


def test_waiting_ends_and_nobody_waits_who_would_not(own_postgres: Postgres) -> None:
    own_postgres.stop()
    for patience in (0.0, 1.0):
        began = time.monotonic()
        with pytest.raises(WarehouseFaultError) as caught:
            connect(own_postgres.url, patience=patience)
        assert patience <= time.monotonic() - began < patience + 2
        assert caught.value.fault is Fault.AWAY
        # Who has waited so long does not begin anew.
        assert caught.value.may_pass == (patience == 0.0)
        assert "See whether the server runs" in caught.value.remedy
    own_postgres.start()


@pytest.mark.parametrize("use", [reading, writing])
def test_a_server_that_dies_before_the_connection_is_let_go_is_told(
    own_postgres: Postgres, use: Callable[[Warehouse], AbstractContextManager[sa.Connection]]
) -> None:
    warehouse = town(own_postgres, 0.0)

    def work() -> None:
        with use(warehouse) as connection:
            connection.exec_driver_sql("SELECT 1")
            own_postgres.stop()

    with pytest.raises(WarehouseFaultError) as caught:
        work()
    assert caught.value.fault is Fault.AWAY
    own_postgres.start()
    warehouse.engine.dispose()


def test_a_standby_takes_no_writes_and_is_waited_for(own_postgres: Postgres, tmp_path: Path) -> None:
    warehouse = town(own_postgres, 0.0)
    own_postgres.stop()
    signal = Path(own_postgres.server.pgdata) / "standby.signal"
    signal.touch()
    own_postgres.start()
    assert latest_night(warehouse) is None
    with pytest.raises(WarehouseFaultError, match="is a standby, which can be read and takes no writes") as caught, writing(warehouse):
        pytest.fail("a standby took a write")
    assert caught.value.fault is Fault.AWAY
    patient = Warehouse(connect(own_postgres.url, patience=60.0), "weibin")
    promoting = threading.Timer(1.0, own_postgres.run, ["SELECT pg_promote()"])
    promoting.start()
    with writing(patient) as connection:
        assert connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar() is False
    promoting.join()
    for each in (warehouse, patient):
        each.engine.dispose()


def test_the_work_s_error_is_told_and_its_lease_is_not_waited_for(own_postgres: Postgres) -> None:
    warehouse = town(own_postgres, 60.0)

    def interrupted() -> None:
        with held(warehouse):
            own_postgres.stop()
            raise RuntimeError("the work's own error")

    began = time.monotonic()
    with pytest.raises(RuntimeError, match="the work's own error"):
        interrupted()
    # The lock could not be given back, and nothing waited for that.
    assert time.monotonic() - began < 20
    own_postgres.start()
    began = time.monotonic()
    with held(warehouse) as lease:
        assert lease.token == 2
    assert time.monotonic() - began < 10
    warehouse.engine.dispose()


def test_a_lease_that_this_process_took_without_hearing_of_it_is_not_waited_for(warehouse: Warehouse) -> None:
    me = Owner.this_process()
    lease = try_acquire(warehouse, me)
    assert lease is not None
    assert try_acquire(warehouse, me) is None
    # The transaction was committed, and the answer was lost.
    locks._mine.clear()
    again = try_acquire(warehouse, me)
    assert again is not None
    assert again.token == lease.token + 1


def test_a_host_ahead_does_not_hold_the_lock_until_its_date(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    me = Owner.this_process()
    elsewhere = Owner("another-host", me.boot, me.pid, me.process_start)
    with monkeypatch.context() as patch:
        now = clock.now
        patch.setattr(clock, "now", lambda: now() + dt.timedelta(days=365))
        assert try_acquire(warehouse, elsewhere) is not None
    with reading(warehouse) as connection:
        until = connection.scalar(sa.select(locks.locks.c.lease_until))
    if warehouse.engine.dialect.name == "postgresql":
        # Its clock ruled, whatever the host believed.
        assert until is not None
        assert until < now() + 2 * LEASE
        assert try_acquire(warehouse, me) is None
    else:
        # A file has no clock of its own; nobody holds a lease for a year.
        assert try_acquire(warehouse, me) is not None


def test_how_far_a_host_is_from_the_database(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + dt.timedelta(hours=1))
    found = apart(warehouse)
    if warehouse.engine.dialect.name == "sqlite":
        assert found is None
    else:
        assert found is not None
        assert abs(found - dt.timedelta(hours=1)) < dt.timedelta(seconds=20)
