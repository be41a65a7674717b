"""Leaving one key for another: both stores forget what is known by the old one, and are a pair under the new.

Belongs here: the order. Does not: reading the city's files again (``flows.repair.rotation``), what is remembered of it
(``infra.warehouse.keeping.rotations``).

Ids of reports, spots and digests of batches are made under the key, and none can be carried over without the city's own files. So the lake
is emptied, its commits go on, and each file is read again with the times that it had. Killed anywhere, it is gone on with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from infra.accord.erasing import Stored
from infra.accord.verdict import Standing
from infra.lake import tombstones
from infra.landing import landing
from infra.marks import new_identity
from infra.warehouse.keeping import rotations
from infra.warehouse.keeping.adoptions import Adoption, nights_after, numbers_used
from infra.warehouse.keeping.erasures import erased
from infra.warehouse.keeping.identities import remembered
from infra.warehouse.keeping.locks import Lease
from infra.warehouse.keeping.rotations import Rotation, Waiting, under_way


def leave(stored: Stored, lease: Lease, rotation: Rotation, fingerprint: str, read_again: Collection[Waiting]) -> None:
    """Leave the old key; under the district's lock, with lake and warehouse known to belong together.

    Raises:
        LockLostError: another writer has taken the district over; nothing was done.
    """
    pair = stored.pair
    before = remembered(pair.warehouse)
    owner = new_identity(pair.warehouse.district, fingerprint, rotation.begun_at, before.identity.identity if before.identity else None)
    told = Adoption(
        adopted_at=rotation.begun_at,
        reason=rotation.reason,
        standing=Standing.OTHER_KEY.value,
        identity=owner.identity,
        instead_of=owner.instead_of,
        kept_to=0,
        lost_to=max(numbers_used(pair.warehouse), pair.lake.sequence()),
        batches=before.batches,
        rows=before.rows,
    )
    rotations.begin(pair.warehouse, lease, owner, rotation, told, read_again)


def go_on(stored: Stored, lease: Lease, fingerprint: str, now: dt.datetime) -> None:
    """Bring both stores under the new key, whatever was done of it already: nothing that the old one made is left in either.

    Raises:
        DisagreementError: they do not belong together under this key.
        StoreError: one cannot be written.
    """
    pair, begun = stored.pair, under_way(stored.pair.warehouse)
    assert begun is not None, "no rotation is under way"
    fresh = pair.look(fingerprint).standing is Standing.LEFTOVERS and remembered(pair.warehouse).newest is None
    pair.agree(fingerprint, now)
    if fresh:
        # Nothing was read again yet.
        landing.forget(stored.landing)
    last = rotations.last_of_before(pair.warehouse, begun)
    pair.empty(last, lease)


def end(stored: Stored, now: dt.datetime, reports_gone: int) -> None:
    """Every file was read again: what is erased is listed by its new ids alone."""
    tombstones.tell(stored.pair.lake.shelf, erased(stored.pair.warehouse))
    rotations.finish(stored.pair.warehouse, now, reports_gone)


def nights_before(stored: Stored) -> int:
    """How many nights stand that only a backup of before can compute again."""
    return nights_after(stored.pair.warehouse, 0)
