"""Under the lock of a district, once its lake and its warehouse are known to belong together.

Belongs here: the way into every write, and what bars it for a while. Does not: the lock (``infra.warehouse.keeping.locks``), whether the
two agree (``infra.accord``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from flows.stores.context import Context
from infra.accord.erasing import apply, settle
from infra.backup.known import erased_beside
from infra.errors import SifangError
from infra.keys import fingerprint
from infra.settings import key_at_hand
from infra.warehouse.keeping.locks import WAIT_SECONDS, Lease, held
from infra.warehouse.keeping.rotations import under_way
from infra.warehouse.nights.runs import Doing


def require_no_change_of_keys(context: Context) -> None:
    """Pass when no change of keys is going on, or was cut short.

    Raises:
        SifangError: one was.
    """
    if (begun := under_way(context.warehouse)) is not None:
        raise SifangError(
            f"The key of {context.code} is being changed since {begun.begun_at:%Y-%m-%d %H:%M} UTC, and not every file was read again.",
            "Run the same `sifang key rotate` again; it goes on where it was cut short.",
        )


@contextmanager
def writing(context: Context, now: dt.datetime, doing: Doing | None = None, wait_seconds: float = WAIT_SECONDS) -> Iterator[Lease]:
    """Hold the district's lock for what one is ``doing``; what a killed run left untold, or erased by half, is settled first, and a pair
    that exists nowhere is begun at ``now``.

    Raises:
        DisagreementError: lake and warehouse do not belong together, or the key is another one; nothing was written.
        StoreError: the lake is damaged or may not be read.
        HeldElsewhereError: another run still holds the lock after ``wait_seconds``.
    """
    with held(context.warehouse, wait_seconds, doing) as lease:
        require_no_change_of_keys(context)
        context.pair.agree(key_at_hand(context.settings), now)
        settle(context.stored, lease, now)
        yield lease


@contextmanager
def bringing_back(context: Context, now: dt.datetime) -> Iterator[Lease]:
    """As ``writing``, for whoever reads again what was read before: first goes what any backup that is known says was erased.

    Raises:
        SifangError: as ``writing``, or the key is not at hand.
    """
    with writing(context, now) as lease:
        before = context.erased()
        if gone := erased_beside(context.settings, context.code, fingerprint(context.settings.hash_key()), before):
            apply(context.stored, lease, before | gone, now)
        yield lease
