"""Beginning again where a store is truly lost: what that costs, counted before anything is done, and doing it by a person's order.

Belongs here: what one of the two holds and the other lacks, and making one pair of them. Does not: whether they belong together
(``verdict``), which files still lie where they came from (``flows.intake``), the statements (``infra.warehouse.keeping.adoptions``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Set
from dataclasses import dataclass

from infra.accord.pair import Pair
from infra.accord.sides import Sides
from infra.accord.verdict import Standing, Verdict, compare, other_key
from infra.errors import SifangError
from infra.lake import log
from infra.marks import Identity, new_identity
from infra.warehouse.keeping import adoptions
from infra.warehouse.keeping.adoptions import Adoption, InLake
from infra.warehouse.keeping.locks import Lease
from transforms.schema.plain import records


@dataclass(frozen=True)
class Losses:
    """What adopting comes to.

    ``kept_to`` is the newest commit that both know. ``lost`` are batches that entered the lake and are not in it, with their rows. The
    ledger forgets them, and ``repeats``, which brought nothing new while those were there. ``strange`` are batches of the lake of which
    the ledger has never heard. ``nights`` were computed from commits that are no more, and replay no more.
    """

    verdict: Verdict
    instead_of: str | None
    kept_to: int
    lost_to: int
    lost: dict[str, int]
    repeats: tuple[str, ...]
    strange: tuple[InLake, ...]
    nights: int

    @property
    def warehouse_is_new(self) -> bool:
        """Whether everything that only a warehouse holds begins anew."""
        return self.verdict.standing is Standing.WAREHOUSE_EMPTY


def count(pair: Pair, fingerprint: str) -> Losses:
    """Count what adopting would cost; nothing is changed.

    Raises:
        SifangError: they belong together, the lake is another district's, or the key is not that of what is kept.
        StoreError: the lake is damaged or may not be read.
    """
    told = pair.sides()
    verdict = compare(told, fingerprint)
    _require_adoptable(told, verdict, fingerprint)
    kept_to = _kept_to(pair, told)
    in_lake = records(InLake, pair.lake.batches())
    ledger = adoptions.stored(pair.warehouse)
    known, there = {batch.batch_id for batch in ledger}, {batch.batch_id for batch in in_lake}
    lost = [b for b in ledger if b.recorded_seq is not None and b.recorded_seq > kept_to and b.batch_id not in there]
    since = lost[0].landed_at if lost else None
    return Losses(
        verdict=verdict,
        instead_of=_before(told),
        kept_to=kept_to,
        lost_to=max(adoptions.numbers_used(pair.warehouse), told.lake.sequence),
        lost={batch.batch_id: batch.accepted for batch in lost},
        repeats=tuple(b.batch_id for b in ledger if since is not None and b.recorded_seq is None and b.landed_at >= since),
        strange=tuple(batch for batch in in_lake if batch.batch_id not in known),
        nights=adoptions.nights_after(pair.warehouse, kept_to),
    )


def adopt(pair: Pair, lease: Lease, fingerprint: str, reason: str, now: dt.datetime, at_hand: Set[str]) -> Identity:
    """Make one pair of what is there; to be called under the district's lock, by a person's order.

    The lake keeps its commits; one that is not there is begun. Its next commit is numbered after every one that the warehouse has heard
    of, so that what nights and batches say of lost ones is never taken for something of this one. ``at_hand`` are batches whose files
    will be taken in again: the ledger learns of the others of the lake here.

    Raises:
        SifangError: as ``count``.
        LockLostError: another writer has taken the district over.
    """
    losses = count(pair, fingerprint)
    owner = new_identity(pair.warehouse.district, fingerprint, now, losses.instead_of)
    told = Adoption(
        adopted_at=now,
        reason=reason,
        standing=losses.verdict.standing.value,
        identity=owner.identity,
        instead_of=owner.instead_of,
        kept_to=losses.kept_to,
        lost_to=losses.lost_to,
        batches=len(losses.lost),
        rows=sum(losses.lost.values()),
    )
    learn = [batch for batch in losses.strange if batch.batch_id not in at_hand]
    adoptions.adopt(pair.warehouse, lease, owner, told, (*losses.lost, *losses.repeats), learn)
    pair.begin(owner, losses.lost_to + 1)
    return owner


def _require_adoptable(told: Sides, verdict: Verdict, fingerprint: str) -> None:
    if verdict.goes_on:
        raise SifangError(
            f"The lake and the warehouse of {told.district} belong together; there is nothing to adopt.",
            "Where files are damaged, restore a backup; without one, give the damaged folder another name, then it counts as lost.",
        )
    ours = told.lake.newest.identity if told.lake.newest else None
    if verdict.standing is Standing.OTHER_KEY or (ours is not None and ours.district != told.district):
        verdict.require()
    # A lake that holds rows was filled under a key, and goes on under no other. Where none is left, nothing is bound to the old one.
    if ours is not None and told.lake.rows and ours.fingerprint != fingerprint:
        other_key(told.district, fingerprint, ours.fingerprint).require()


def _kept_to(pair: Pair, told: Sides) -> int:
    """The newest commit of the lake that the warehouse knows as the lake itself does; 0 where there is none."""
    if told.lake.version is None or told.lake.newest is None or told.warehouse.newest is None:
        return told.lake.sequence if told.warehouse.newest is None and told.warehouse.is_empty else 0
    known = adoptions.marks_told(pair.warehouse)
    for commit in log.commits_down(pair.lake.shelf, told.lake.version):
        if commit.mark is not None and commit.mark.sequence and known.get(commit.mark.sequence) == commit.mark.files:
            return commit.mark.sequence
    return 0


def _before(told: Sides) -> str | None:
    """The identity in whose stead another one comes: the warehouse's, which has the nights, or the lake's."""
    return told.warehouse.identity.identity if told.warehouse.identity else told.lake.owner
