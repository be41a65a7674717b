"""One writer per district at a time: a lease in the warehouse with a fencing token.

Belongs here: taking, renewing, checking and giving back the lock. Does not: what is done under it (``flows``).

The token grows with every holder. A holder that stalled, lost its lease and wakes up late still carries its old token, and the check inside
the publishing transaction refuses it. A holder that died on this host is recognised at once by its process; one on another host after its
lease. A lease of this very process that nobody in it holds any more, because giving it back failed, is taken over at once.

Leases end by the clock of the warehouse (``clocks``). Processes are told apart without any clock: by the boot of their host and the tick at
which they started, which no correction of the clock moves.
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
from pathlib import Path

import psutil
import sqlalchemy as sa

from infra import progress
from infra.errors import HeldElsewhereError, SifangError
from infra.warehouse.database.clocks import shared_now
from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, WarehouseError, at_once, reading, writing
from infra.warehouse.database.moments import UtcDateTime
from infra.warehouse.nights.runs import Doing, record_killed_run
from transforms.schema.plain import plain, read_back

# One row per district that was ever written; `token` grows with every holder (`infra.warehouse.keeping.locks`).
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
    # What its holder is at (`infra.warehouse.nights.runs.Doing`), for whoever finds that it ended without a word.
    may("doing", sa.JSON),
)

LEASE = dt.timedelta(seconds=120)
RENEW_SECONDS = 30.0
WAIT_SECONDS = 900.0
# A lease that ends later than this was given by a clock that ran ahead; nobody renews one for so long.
TOO_LONG = LEASE + dt.timedelta(minutes=10)
_POLL_SECONDS = 0.2
_RETRY_SECONDS = 2.0
_TELL_AFTER_SECONDS = 2.0
# The leases that somebody in this process holds: where the warehouse is, the district, the token.
_mine: set[tuple[str, str, int]] = set()


class LockLostError(SifangError):
    """Another writer has taken over; nothing of this one may be published."""


def _host() -> str:
    """What this host is told from others by: its name may be its owner's."""
    return hashlib.blake2b(platform.node().encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Owner:
    """Who holds a lock: a process, told apart from a later one with the same number by the boot it runs under and when in it it started."""

    host: str
    boot: int
    pid: int
    process_start: int

    @classmethod
    def this_process(cls) -> Owner:
        """The owner that this process is."""
        return cls(_host(), _boot(), os.getpid(), _started(psutil.Process()))

    def is_gone(self) -> bool:
        """Whether the process certainly runs no more. Processes of other hosts may run."""
        here = Owner.this_process()
        if self.host != here.host:
            return False
        if self.boot != here.boot:
            return True
        try:
            process = psutil.Process(self.pid)
            # A killed process stays listed until its parent asks after it, which a busy parent may never do; it runs no more.
            if process.status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}:
                return True
            return _started(process) != self.process_start
        except psutil.NoSuchProcess:
            return True


def _boot() -> int:
    """A number for the time since this host was started; moments of its clock would move whenever that is set."""
    try:
        text = Path("/proc/sys/kernel/random/boot_id").read_text("ascii")
    except (OSError, ValueError):
        # To the hour: worked out from a clock that may be corrected.
        text = str(round(psutil.boot_time() / 3600))
    return int.from_bytes(hashlib.blake2b(text.strip().encode(), digest_size=7).digest())


def _started(process: psutil.Process) -> int:
    """When in this boot a process started, in ticks where the system says so, otherwise in milliseconds by its clock."""
    try:
        # The name in brackets may hold anything; what follows it does not. The start is the 22nd field of all.
        return int(Path(f"/proc/{process.pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return int(process.create_time())


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


def try_acquire(warehouse: Warehouse, owner: Owner, now: dt.datetime | None = None, doing: Doing | None = None) -> Lease | None:
    """Take the lock if it is free, its lease is over, or its owner is gone; otherwise None. ``now`` is the warehouse's unless given.

    What an owner was at who never gave it back is recorded as killed.
    """
    t = locks.c
    taken: tuple[str, str, int] | None = None
    try:
        with writing(warehouse) as connection:
            now = now or shared_now(connection)
            held = connection.execute(sa.select(locks).where(t.district == warehouse.district)).mappings().one_or_none()
            if held is not None and held["held"] and _binds(warehouse, held, owner, now):
                return None
            if held is not None and held["held"] and held["doing"] is not None:
                record_killed_run(connection, warehouse.district, read_back(Doing, held["doing"]), now)
            token = (held["token"] if held else 0) + 1
            # Before anybody can see it: another thread of this process would take it for one that was left behind.
            taken = _name(warehouse, token)
            _mine.add(taken)
            values = {"token": token, "held": True, "lease_until": now + LEASE, "doing": doing and plain(doing), **vars(owner)}
            if held is None:
                connection.execute(sa.insert(locks).values(district=warehouse.district, **values))
            else:
                connection.execute(sa.update(locks).where(t.district == warehouse.district).values(**values))
    except BaseException:
        # Whether it was committed nobody knows; that nobody here holds it is certain.
        if taken is not None:
            _mine.discard(taken)
        raise
    return Lease(warehouse.district, token)


def _binds(warehouse: Warehouse, held: sa.RowMapping, asking: Owner, now: dt.datetime) -> bool:
    """Whether a lock that somebody holds must be waited for."""
    holder = Owner(held["host"], held["boot"], held["pid"], held["process_start"])
    if holder == asking and holder.pid == os.getpid():
        # Nobody here holds it any more, or it was taken in a transaction whose end this process never heard of.
        return _name(warehouse, held["token"]) in _mine and held["lease_until"] > now
    if not now < held["lease_until"]:
        return False
    if holder.host != asking.host and held["lease_until"] > now + TOO_LONG:
        return False
    return not holder.is_gone()


def _name(warehouse: Warehouse, token: int) -> tuple[str, str, int]:
    # As an address it would be quoted, which a path of bytes that are no UTF-8 cannot be.
    return repr(tuple(warehouse.engine.url)), warehouse.district, token


def renew(warehouse: Warehouse, lease: Lease, now: dt.datetime | None = None) -> bool:
    """Move the end of the lease; False when another holder has taken over."""
    t = locks.c
    with writing(warehouse) as connection:
        mine = sa.and_(t.district == lease.district, t.token == lease.token, t.held)
        until = (now or shared_now(connection)) + LEASE
        return bool(connection.execute(sa.update(locks).where(mine).values(lease_until=until)).rowcount)


def release(warehouse: Warehouse, lease: Lease) -> None:
    """Give the lock back; a lock that was taken over stays with its new holder. Where this fails, this process owns it no more either."""
    t = locks.c
    _mine.discard(_name(warehouse, lease.token))
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
def held(warehouse: Warehouse, wait_seconds: float = WAIT_SECONDS, doing: Doing | None = None) -> Iterator[Lease]:
    """Hold a district's lock for what one is ``doing``, waiting for another holder, and renew it from a thread meanwhile.

    Raises:
        HeldElsewhereError: another run still holds it after ``wait_seconds``.
    """
    lease = _acquired(warehouse, wait_seconds, doing)
    done = threading.Event()
    # What happens beside the work waits for nothing: an outage is waited for by the work itself, and its end must not be held up.
    beside = at_once(warehouse)

    def keep() -> None:
        pause = RENEW_SECONDS
        while not done.wait(pause):
            # A warehouse that is busy or away for a moment is asked again: one failure must not let a living lease run out.
            try:
                if not renew(beside, lease):
                    return
                pause = RENEW_SECONDS
            except WarehouseError:
                pause = min(RENEW_SECONDS, _RETRY_SECONDS)

    keeper = threading.Thread(target=keep, name=f"lease-{warehouse.district}", daemon=True)
    keeper.start()
    try:
        yield lease
    finally:
        done.set()
        keeper.join()
        _give_back(beside, lease)


def _acquired(warehouse: Warehouse, wait_seconds: float, doing: Doing | None) -> Lease:
    owner, began = Owner.this_process(), time.monotonic()
    told = False
    while (lease := try_acquire(warehouse, owner, doing=doing)) is None:
        waited = time.monotonic() - began
        if waited > wait_seconds:
            raise HeldElsewhereError(
                f"Another run has held {warehouse.district} for {wait_seconds:.0f} s{_whose(warehouse)}.",
                "Wait for it, or stop it, and try again.",
            )
        if not told and waited > _TELL_AFTER_SECONDS:
            progress.notice(f"Another run holds {warehouse.district}{_whose(warehouse)}; waiting for it, at most {wait_seconds:.0f} s.")
            told = True
        time.sleep(_POLL_SECONDS)
    return lease


def _whose(warehouse: Warehouse) -> str:
    found = holding(warehouse)
    if found is None:
        return ""
    return f" (process {found.owner.pid} on {'this' if found.owner.host == Owner.this_process().host else 'another'} machine)"


def _give_back(warehouse: Warehouse, lease: Lease) -> None:
    """Release the lock. Where that fails nothing is said: what went wrong before is what counts, and whoever asks next sees that nobody
    holds it, by the process or by the end of the lease."""
    with suppress(WarehouseError):
        release(warehouse, lease)
