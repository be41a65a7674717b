"""Refusals stand until they are settled: which files are tried again, how a refusal ends, and what people are told of them.

Belongs here: deciding these, and the shapes in which runs and `sifang status` tell them. Does not: refusing (``flows.intake.ingest``), the
table (``infra.warehouse.intake.refusals``), what lies where (``flows.intake.new_files``).

A run that dies after it refused a file has told nobody: only one that comes to its end says that it did (``told``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from flows.intake.new_files import Found
from flows.stores import Context
from infra.version import program_version
from infra.warehouse.intake.batches import stored_batches
from infra.warehouse.intake.refusals import RefusalRecord, State, mark_told, refused_files, settle


@dataclass(frozen=True)
class Refusal:
    """A refused file: by what it is told from others, the reason code, and what was found, which quotes no value; since when it stands.

    Times are of the district's zone, ``days`` how long it stands.
    """

    refusal_id: str
    source: str
    file: str
    size_bytes: int | None
    changed_at: dt.datetime | None
    reason: str
    detail: str
    first_seen: dt.datetime
    tried_at: dt.datetime
    tries: int
    days: int


@dataclass(frozen=True)
class Refusals:
    """How refusals stand: those of which no run has told yet, those that stand on, and those that have ended since."""

    new: tuple[Refusal, ...] = ()
    standing: tuple[Refusal, ...] = ()
    accepted: tuple[Refusal, ...] = ()
    gone: tuple[Refusal, ...] = ()


def standing(context: Context) -> list[RefusalRecord]:
    """The refusals that stand."""
    return [r for r in refused_files(context.warehouse) if r.state == "standing"]


def may_succeed(context: Context, refused: RefusalRecord, now: dt.datetime) -> bool:
    """Whether a file that was refused may be accepted by now.

    What could not be read, and is known by its place alone, always may: only reading tells. What was read may under another declaration or
    another version of the program, and where the clock mattered, on another day. Other bytes are another file.
    """
    remade = refused.district_version != context.folder.version or refused.program != program_version()
    if remade or refused.refusal_id == refused.place:
        return True
    zone = context.district.zone
    moved_on = now.astimezone(zone).date() != refused.tried_at.astimezone(zone).date()
    return refused.with_clock and (moved_on or now < refused.tried_at)


def settle_refusals(context: Context, found: Found, now: dt.datetime, only: Collection[str] | None = None) -> None:
    """Note how every refusal stands after all places were looked into; where ``only`` some were, no more than that these came in."""
    stored = stored_batches(context.warehouse)
    states = {r.refusal_id: _state(r, found, stored) for r in standing(context)}
    if only is not None:
        states = {refusal: state for refusal, state in states.items() if refusal in only and state == "accepted"}
    settle(context.warehouse, states, now)


def _state(refused: RefusalRecord, found: Found, stored: set[str]) -> State:
    here = found.batches.get((refused.source, refused.place))
    if refused.refusal_id in stored:
        return "accepted"
    if here is not None:
        return "standing" if refused.refusal_id in here else "accepted" if stored.issuperset(here) else "replaced"
    if refused.source in found.unseen:
        # It may lie where nobody could look.
        return "standing"
    return "accepted" if refused.reason == "source_unreachable" else "gone"


def refusals(context: Context, now: dt.datetime) -> Refusals:
    """How refusals stand, each with its age at ``now``."""
    every = refused_files(context.warehouse)
    return Refusals(
        new=_shown(context, (r for r in every if r.state == "standing" and r.told_at is None), now),
        standing=_shown(context, (r for r in every if r.state == "standing" and r.told_at is not None), now),
        accepted=_shown(context, (r for r in every if r.state == "accepted"), now),
        gone=_shown(context, (r for r in every if r.state == "gone"), now),
    )


def told(context: Context, found: Refusals, now: dt.datetime) -> None:
    """Note that a run which has come to its end tells of these."""
    by_state: tuple[tuple[State, tuple[Refusal, ...]], ...] = (("standing", found.new), ("accepted", found.accepted), ("gone", found.gone))
    mark_told(context.warehouse, {one.refusal_id: state for state, ones in by_state for one in ones}, now)


def _shown(context: Context, records: Iterable[RefusalRecord], now: dt.datetime) -> tuple[Refusal, ...]:
    zone = context.district.zone
    return tuple(
        Refusal(
            refusal_id=r.refusal_id,
            source=r.source,
            file=r.file_name,
            size_bytes=r.size_bytes,
            changed_at=r.changed_at.astimezone(zone) if r.changed_at else None,
            reason=r.reason,
            detail=r.detail,
            first_seen=r.first_seen.astimezone(zone),
            tried_at=r.tried_at.astimezone(zone),
            tries=r.tries,
            days=max(0, (now - r.first_seen).days),
        )
        for r in records
    )
