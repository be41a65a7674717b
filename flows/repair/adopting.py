"""Beginning again where a store is truly lost: what it costs, and doing it once a person has said yes.

Belongs here: what ``sifang db adopt`` comes to. Does not: what is lost and the deed (``infra.accord.adopting``).
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from flows.intake.new_files import still_lying
from flows.nights.plan import checked_reason
from flows.stores import Context, Time, begun, looking
from infra import clock, progress
from infra.accord.adopting import Losses, adopt, count
from infra.accord.erasing import apply
from infra.backup.known import erased_beside
from infra.keys import fingerprint
from infra.lake import tombstones
from infra.settings import Settings
from infra.sources.fetching import UnreachableError
from infra.warehouse.keeping.erasures import learn
from infra.warehouse.keeping.locks import held


@dataclass(frozen=True)
class Lost:
    """So many batches and rows, and of how many batches and rows the files still lie where they came from."""

    batches: int
    rows: int
    batches_at_hand: int
    rows_at_hand: int


@dataclass(frozen=True)
class Adopted:
    """What adopting costs, and whether it was done.

    ``lost`` entered the lake and is not in it; ``unknown`` is in the lake and not in the ledger. ``nights`` replay no more. ``identity`` is
    the new one, None where nothing was done; ``instead_of`` the one before.
    """

    district: str
    done: bool
    reason: str
    says: str
    lost: Lost
    unknown: Lost
    nights: int
    warehouse_is_new: bool
    identity: str | None
    instead_of: str | None


def adopted(code: str, settings: Settings, reason: str, *, agreed: bool, whose_time: Time = Time.HOST) -> Adopted:
    """Count what beginning again costs, and do it where a person agreed to that.

    Raises:
        SifangError: the reason is none, the stores belong together, the key is missing or another one, the lake is damaged or another
            district's.
    """
    key = fingerprint(settings.hash_key())
    if not agreed:
        with looking(code, settings) as context:
            checked = checked_reason(reason, context.district.ticket)
            losses = count(context.pair, key)
            return _told(context, losses, checked, _at_hand(context, losses), None)
    with looking(code, settings) as context:
        # Refused before a warehouse is made.
        checked = checked_reason(reason, context.district.ticket)
        count(context.pair, key)
    with begun(code, settings, whose_time) as context, held(context.warehouse) as lease:
        gone = context.erased() | tombstones.told(context.lake.shelf)
        gone |= erased_beside(settings, code, key, gone)
        # Before anything is read: whoever is killed from here on leaves a warehouse that knows what must not come back.
        learn(context.warehouse, lease, gone)
        losses = count(context.pair, key)
        there = _at_hand(context, losses)
        progress.tell("beginning again")
        owner = adopt(context.pair, lease, key, checked, clock.now(), there)
        # One of the two may be a copy of before an erasure.
        apply(context.stored, lease, gone, clock.now())
        return _told(context, losses, checked, there, owner.identity)


def _at_hand(context: Context, losses: Losses) -> set[str]:
    """Which of the batches in question still lie where they came from."""
    asked = {*losses.lost, *(batch.batch_id for batch in losses.strange)}
    found: set[str] = set()
    for source in context.district.sources:
        progress.tell(f"looking at the files of {source.code}")
        # Of a source that cannot be reached nothing is at hand.
        with suppress(UnreachableError):
            found |= {new.identity.batch_id for new in still_lying(context, source, asked)}
    return found


def _told(context: Context, losses: Losses, reason: str, there: Collection[str], identity: str | None) -> Adopted:
    strange = {batch.batch_id: batch.rows for batch in losses.strange}
    return Adopted(
        district=context.code,
        done=identity is not None,
        reason=reason,
        says=losses.verdict.says,
        lost=_lost(losses.lost, there),
        unknown=_lost(strange, there),
        nights=losses.nights,
        warehouse_is_new=losses.warehouse_is_new,
        identity=identity,
        instead_of=losses.instead_of,
    )


def _lost(rows: dict[str, int], there: Collection[str]) -> Lost:
    at_hand = [batch for batch in rows if batch in there]
    return Lost(len(rows), sum(rows.values()), len(at_hand), sum(rows[batch] for batch in at_hand))
