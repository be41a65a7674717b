"""The lock of a district: one holder, a token that grows, and no way back for a holder that was taken over."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
import sqlalchemy as sa

from infra import clock
from infra.errors import SifangError
from infra.warehouse import tables
from infra.warehouse.database.engine import Warehouse, WarehouseError, reading, writing
from infra.warehouse.keeping import locks
from infra.warehouse.keeping.locks import LEASE, Lease, LockLostError, Owner, held, release, renew, require_held, try_acquire
from infra.warehouse.nights.nights import night_row
from infra.warehouse.nights.runs import KILLED, Doing, RunTerms, runs_of
from infra.warehouse.publish import publish
from tests.helpers.publication import DISTRICT, NIGHT, publication
from tests.helpers.source import ROOT

NOW = dt.datetime(2025, 6, 9, 21, tzinfo=dt.UTC)
LATER = NOW + LEASE + dt.timedelta(seconds=1)
ME = Owner.this_process()
DOING = Doing(RunTerms(NIGHT, NOW, None, "nightly", "nightly", "one"), NOW)
ELSEWHERE = Owner("another-host", ME.boot, ME.pid, ME.process_start)


def row(warehouse: Warehouse) -> dict[str, Any]:
    with reading(warehouse) as connection:
        return dict(connection.execute(sa.select(tables.locks)).mappings().one())


def acquired(warehouse: Warehouse, owner: Owner = ME, now: dt.datetime = NOW) -> Lease:
    lease = try_acquire(warehouse, owner, now)
    assert lease is not None
    return lease


def test_one_holder_at_a_time_and_the_token_grows(warehouse: Warehouse) -> None:
    first = acquired(warehouse)
    assert try_acquire(warehouse, ME, NOW) is None
    assert try_acquire(Warehouse(warehouse.engine, "another_district"), ME, NOW) == Lease("another_district", 1)
    release(warehouse, first)
    second = acquired(warehouse)
    assert (first.token, second.token) == (1, 2)


def test_a_lease_ends_unless_it_is_renewed(warehouse: Warehouse) -> None:
    first = acquired(warehouse, ELSEWHERE)
    assert row(warehouse)["lease_until"] == NOW + LEASE
    assert renew(warehouse, first, NOW + LEASE / 2)
    assert row(warehouse)["lease_until"] == NOW + LEASE * 1.5
    assert try_acquire(warehouse, ME, LATER) is None
    assert acquired(warehouse, ME, NOW + 2 * LEASE).token == first.token + 1


def test_a_holder_that_was_taken_over_neither_renews_nor_releases(warehouse: Warehouse) -> None:
    late = acquired(warehouse, ELSEWHERE)
    acquired(warehouse, ME, LATER)
    before = row(warehouse)
    assert not renew(warehouse, late, LATER + LEASE)
    release(warehouse, late)
    assert row(warehouse) == before
    assert before["held"]


def test_a_released_lock_is_not_renewed(warehouse: Warehouse) -> None:
    lease = acquired(warehouse)
    release(warehouse, lease)
    assert not renew(warehouse, lease, LATER)
    assert not row(warehouse)["held"]


def test_only_the_newest_token_may_write(warehouse: Warehouse) -> None:
    late = acquired(warehouse, ELSEWHERE)
    current = acquired(warehouse, ME, LATER)
    with writing(warehouse) as connection:
        require_held(connection, current)
        with pytest.raises(LockLostError, match="took over"):
            require_held(connection, late)
        with pytest.raises(LockLostError):
            require_held(connection, Lease("never_locked", 1))


def test_a_stalled_holder_that_wakes_up_late_publishes_nothing(warehouse: Warehouse) -> None:
    late = acquired(warehouse, ELSEWHERE)
    current = acquired(warehouse, ME, LATER)
    with pytest.raises(LockLostError):
        publish(warehouse, *publication(lease=late))
    with warehouse.engine.connect() as connection:
        for table in tables.metadata.sorted_tables:
            rows = connection.scalar(sa.select(sa.func.count()).select_from(table))
            assert (table.name, rows) == (table.name, 1 if table.name == "locks" else 0)
    publish(warehouse, *publication(lease=current))
    with pytest.raises(LockLostError):
        publish(warehouse, *publication(lease=late, run_id="late"))
    published = night_row(warehouse, NIGHT)
    assert published is not None
    assert (published.revision, published.run_id) == (1, "run-1")


_HOLD = """
import sys, time
from infra import clock
from infra.warehouse.database.engine import Warehouse, connect
from infra.warehouse.keeping.locks import Owner, try_acquire
assert try_acquire(Warehouse(connect(sys.argv[1]), sys.argv[2]), Owner.this_process(), clock.now())
print("held", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("reaped", [True, False], ids=["reaped", "not_reaped"])
def test_a_dead_holder_on_this_host_is_taken_over_at_once(warehouse: Warehouse, warehouse_url: str, reaped: bool) -> None:
    # A dead process whose parent has not asked after it is still listed under its number.
    with subprocess.Popen([sys.executable, "-c", _HOLD, warehouse_url, DISTRICT], cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        assert try_acquire(warehouse, ME, clock.now()) is None
        os.kill(child.pid, signal.SIGKILL)
        if reaped:
            child.wait(10)
        started = time.monotonic()
        with held(warehouse, wait_seconds=5) as lease:
            assert lease.token == 2
        assert time.monotonic() - started < 2


def test_a_process_with_the_number_of_a_dead_one_is_another(warehouse: Warehouse) -> None:
    acquired(warehouse, Owner(ME.host, ME.boot, ME.pid, ME.process_start - 1))
    assert acquired(warehouse).token == 2


def test_nothing_that_ran_before_the_host_started_runs_now(warehouse: Warehouse) -> None:
    acquired(warehouse, Owner(ME.host, ME.boot - 1, ME.pid, ME.process_start))
    assert acquired(warehouse).token == 2


def test_a_holder_on_another_host_is_waited_for_until_its_lease_is_over(warehouse: Warehouse) -> None:
    acquired(warehouse, ELSEWHERE, clock.now())
    over = clock.now() + dt.timedelta(seconds=1)
    with writing(warehouse) as connection:
        connection.execute(sa.update(tables.locks).values(lease_until=over))
    with held(warehouse, wait_seconds=30) as lease:
        assert clock.now() >= over
        assert lease.token == 2


def test_who_waits_too_long_is_told_so(warehouse: Warehouse) -> None:
    acquired(warehouse, ELSEWHERE, clock.now())
    with pytest.raises(SifangError, match=f"Another run has held {DISTRICT} for 0 s") as told, held(warehouse, wait_seconds=0):
        pytest.fail("two runs hold one lock")
    assert "Wait for it" in str(told.value.remedy)
    assert row(warehouse)["token"] == 1


def test_the_lock_is_given_back_after_an_error(warehouse: Warehouse) -> None:
    def fail() -> None:
        with held(warehouse):
            assert row(warehouse)["held"]
            raise RuntimeError("in the night")

    with pytest.raises(RuntimeError, match="in the night"):
        fail()
    assert not row(warehouse)["held"]


def test_a_held_lock_is_renewed_although_the_warehouse_fails_once(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[bool | None] = []

    def failing_once(warehouse: Warehouse, lease: Lease) -> bool:
        answers.append(None)
        if len(answers) == 1:
            raise WarehouseError("The warehouse is away.")
        answers[-1] = renew(warehouse, lease)
        return bool(answers[-1])

    monkeypatch.setattr(locks, "RENEW_SECONDS", 0.05)
    monkeypatch.setattr(locks, "renew", failing_once)
    with held(warehouse):
        until = row(warehouse)["lease_until"]
        deadline = time.monotonic() + 10
        while True not in answers and time.monotonic() < deadline:
            time.sleep(0.02)
        assert row(warehouse)["lease_until"] > until
    assert answers[:2] == [None, True]


def test_what_a_killed_holder_was_at_is_recorded_by_the_next(warehouse: Warehouse) -> None:
    gone = Owner(ME.host, ME.boot + 1, ME.pid, ME.process_start)
    assert try_acquire(warehouse, gone, NOW, DOING) is not None
    assert runs_of(warehouse).is_empty()
    acquired(warehouse)
    found = runs_of(warehouse).select("run_id", "night", "status", "error", "started_at").rows()
    assert found == [("one", NIGHT, "failed", KILLED, DOING.started_at)]


def test_one_that_gave_its_lock_back_was_not_killed(warehouse: Warehouse) -> None:
    lease = try_acquire(warehouse, ME, NOW, DOING)
    assert lease is not None
    release(warehouse, lease)
    acquired(warehouse)
    assert runs_of(warehouse).is_empty()
