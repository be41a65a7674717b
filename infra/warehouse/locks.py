"""One writer per district at a time: a lease in the warehouse with a fencing token.

Belongs here: taking, renewing, checking and giving back the lock. Does not: what is done under it (``flows``).

The token grows with every holder. A holder that stalled, lost its lease and wakes up late still carries its old token, and the check inside
the publishing transaction refuses it. A holder that died on this host is recognised at once by its process; one on another host after its
lease.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil
import sqlalchemy as sa

from infra import clock
from infra.errors import SifangError
from infra.warehouse.columns import key, metadata, must
from infra.warehouse.engine import Warehouse, WarehouseError, reading, writing
from infra.warehouse.moments import UtcDateTime

# One row per district that was ever written; `token` grows with every holder (`infra.warehouse.locks`).
locks = sa.Table(
    "locks",
    metadata,
    key("district"),
    must("token", sa.BigInteger),
    must("held", sa.Boolean(create_constraint=False)),
    must("host"),
    must("boot", sa.BigInteger),
    must("pid", sa.BigInteger),
    must("process_start", sa.BigInteger),
    must("lease_until", UtcDateTime),
)

LEASE = dt.timedelta(seconds=120)
RENEW_SECONDS = 30.0
WAIT_SECONDS = 900.0
_POLL_SECONDS = 0.2


class LockLostError(SifangError):
    """Another writer has taken over; nothing of this one may be published."""


def _host() -> str:
    """What this host is told from others by: its name may be its owner's."""
    return hashlib.blake2b(platform.node().encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Owner:
    """Who holds a lock: a process, told apart from a later one with the same number by when it started."""

    host: str
    boot: int
    pid: int
    process_start: int

    @classmethod
    def this_process(cls) -> Owner:
        """The owner that this process is."""
        return cls(_host(), round(psutil.boot_time()), os.getpid(), round(1000 * psutil.Process().create_time()))

    def is_gone(self) -> bool:
        """Whether the process certainly runs no more. Processes of other hosts may run."""
        here = Owner.this_process()
        if self.host != here.host:
            return False
        # The boot time is worked out from a clock that may be corrected by a second.
        if abs(self.boot - here.boot) > 2:
            return True
        try:
            process = psutil.Process(self.pid)
            # A killed process stays listed until its parent asks after it, which a busy parent may never do; it runs no more.
            if process.status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}:
                return True
            return bool(abs(round(1000 * process.create_time()) - self.process_start) > 2000)
        except psutil.NoSuchProcess:
            return True


@dataclass(frozen=True)
class Lease:
    """A held lock of one district."""

    district: str
    token: int


@dataclass(frozen=True)
class Holding:
    """Who has the lock, and until when unless it renews it."""

    owner: Owner
    lease_until: dt.datetime


def holding(warehouse: Warehouse) -> Holding | None:
    """Who has the lock of a district; None where nobody has."""
    t = locks.c
    with reading(warehouse) as connection:
        held = connection.execute(sa.select(locks).where(t.district == warehouse.district, t.held)).mappings().one_or_none()
    if held is None:
        return None
    return Holding(Owner(held["host"], held["boot"], held["pid"], held["process_start"]), held["lease_until"])


def try_acquire(warehouse: Warehouse, owner: Owner, now: dt.datetime) -> Lease | None:
    """Take the lock if it is free, its lease is over, or its owner is gone; otherwise None."""
    t = locks.c
    with writing(warehouse) as connection:
        held = connection.execute(sa.select(locks).where(t.district == warehouse.district)).mappings().one_or_none()
        if held is not None and held["held"] and held["lease_until"] > now:
            holder = Owner(held["host"], held["boot"], held["pid"], held["process_start"])
            if not holder.is_gone():
                return None
        token = (held["token"] if held else 0) + 1
        values = {"token": token, "held": True, "lease_until": now + LEASE, **vars(owner)}
        if held is None:
            connection.execute(sa.insert(locks).values(district=warehouse.district, **values))
        else:
            connection.execute(sa.update(locks).where(t.district == warehouse.district).values(**values))
    return Lease(warehouse.district, token)


def renew(warehouse: Warehouse, lease: Lease, now: dt.datetime) -> bool:
    """Move the end of the lease; False when another holder has taken over."""
    t = locks.c
    with writing(warehouse) as connection:
        mine = sa.and_(t.district == lease.district, t.token == lease.token, t.held)
        return bool(connection.execute(sa.update(locks).where(mine).values(lease_until=now + LEASE)).rowcount)


def release(warehouse: Warehouse, lease: Lease) -> None:
    """Give the lock back; a lock that was taken over stays with its new holder."""
    t = locks.c
    with writing(warehouse) as connection:
        connection.execute(sa.update(locks).where(t.district == lease.district, t.token == lease.token).values(held=False))


def require_held(connection: sa.Connection, lease: Lease) -> None:
    """Pass when ``lease`` is the newest; to be called inside the transaction that writes.

    Raises:
        LockLostError: another writer has taken over.
    """
    t = locks.c
    token = connection.scalar(sa.select(t.token).where(t.district == lease.district))
    if token != lease.token:
        raise LockLostError(
            f"Another run took over {lease.district} while this one stood still; nothing of this one was published.",
            "Look at `sifang status`; run this again if its night is missing.",
        )


@contextmanager
def held(warehouse: Warehouse, wait_seconds: float = WAIT_SECONDS) -> Iterator[Lease]:
    """Hold a district's lock, waiting for another holder, and renew it from a thread meanwhile.

    Raises:
        SifangError: another run still holds it after ``wait_seconds``.
    """
    owner = Owner.this_process()
    deadline = time.monotonic() + wait_seconds
    while (lease := try_acquire(warehouse, owner, clock.now())) is None:
        if time.monotonic() > deadline:
            raise SifangError(
                f"Another run has held {warehouse.district} for {wait_seconds:.0f} s.", "Wait for it, or stop it, and try again."
            )
        time.sleep(_POLL_SECONDS)
    done = threading.Event()

    def keep() -> None:
        while not done.wait(RENEW_SECONDS):
            # A warehouse that is busy or away for a moment is asked again: one failure must not let a living lease run out.
            with suppress(WarehouseError):
                if not renew(warehouse, lease, clock.now()):
                    return

    keeper = threading.Thread(target=keep, name=f"lease-{warehouse.district}", daemon=True)
    keeper.start()
    try:
        yield lease
    finally:
        done.set()
        keeper.join()
        release(warehouse, lease)
