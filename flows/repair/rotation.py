"""Another key in the stead of one: `sifang key rotate`.

Belongs here: reading a district's own files with both keys, and what it came to. Does not: what the stores forget
(``infra.accord.rotating``), taking a file in (``flows.intake.ingest``), the keys' form (``infra.keys``).

A backup comes first. Then the stores leave the old key in one transaction, and every delivered file that still lies where it came from is
taken in again on the ordinary road, with the moment and the place in the order that it had. Killed anywhere, the same command goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from flows.intake.ingest import take_in
from flows.intake.new_files import Looking, New, still_lying
from flows.nights.plan import checked_reason
from flows.repair.safekeeping import backup
from flows.stores import Context, looking, opened, writing
from flows.stores.district import remember, require_same_grid
from infra import addresses, clock, progress
from infra.accord.rotating import end, go_on, leave, nights_before
from infra.backup.known import known
from infra.keys import fingerprint
from infra.landing.identity import identify
from infra.landing.scanning import ids_under_both
from infra.settings import Settings
from infra.sources.deliveries import Seen
from infra.sources.fetching import Place
from infra.sources.table import UnusableFile
from infra.warehouse.intake.batches import BatchRecord, batches_of
from infra.warehouse.keeping.locks import Lease, held
from infra.warehouse.keeping.rotations import Rotation, Waiting, carry, not_carried, read_again, to_read, under_way
from transforms.district.source import Source
from transforms.reports.delivery import Delivery
from transforms.reports.versions import standing


@dataclass(frozen=True)
class Rotated:
    """What another key came to; only counted in a dry run.

    ``batches`` were read again, ``refused`` of them not taken in under today's declaration; ``batches_gone`` have no file any more.
    ``reports`` stand now, and ``reports_gone`` stood before and are in no file. ``erased`` reports stay out; of ``erased_unknown`` no file
    holds any, so that they are not known under the new key. ``nights`` of before are computed again only from ``backup``.
    """

    district: str
    dry_run: bool
    reason: str
    before: str
    after: str
    batches: int
    refused: int
    batches_gone: int
    reports: int
    reports_gone: int
    erased: int
    erased_unknown: int
    nights: int
    backup: str
    folder: str


def rotate(code: str, settings: Settings, folder: Path, reason: str, *, lost: bool, dry_run: bool) -> Rotated:
    """Fill a district under another key, from its own files.

    Args:
        code: the district.
        settings: with both keys, or the next one alone where the other is ``lost``.
        folder: where the backup goes that is made first.
        reason: a code, and perhaps a ticket.
        lost: the key of before is known to nobody any more: files count as delivered when the next nightly takes them in.
        dry_run: only count.

    Raises:
        SifangError: a key is missing or none, the stores do not belong together, one cannot be read or written.
    """
    after = settings.under_next_key()
    before = settings.model_copy(update={"key": None}) if lost else settings
    if not lost:
        settings.hash_key()
    with looking(code, before) as context:
        checked = checked_reason(reason, context.district.ticket)
        begun = under_way(context.warehouse)
        require_same_grid(context)
        if dry_run:
            return _foreseen(context, before, after, checked)
    if begun is None:
        begun = _leave(code, before, after, folder, checked)
    return _fill(code, before, after, begun)


def _foreseen(context: Context, before: Settings, after: Settings, reason: str) -> Rotated:
    """What it would come to, by batches."""
    plan, lying = _plan(context, lost=before.key is None), 0
    for source in context.district.sources:
        progress.tell(f"looking at the files of {source.code}")
        own = {one.batch_id for one in plan if one.source == source.code}
        lying += sum(1 for _ in still_lying(context, source, own)) if own else 0
    stands = standing(context.lake.read(), context.district.released).height
    told = _Told(lying, 0, len(plan) - lying, stands, 0, len(context.erased()), 0)
    return _rotated(context, before, after, Rotation(clock.now(), "", reason, stands), told, dry_run=True)


def _leave(code: str, before: Settings, after: Settings, folder: Path, reason: str) -> Rotation:
    """Make the backup, and leave the old key."""
    kept = backup(before, folder)
    with opened(code, before) as context:
        now = clock.now()
        stands = standing(context.lake.read(), context.district.released).height
        begun = Rotation(now, kept.backup, reason, stands)
        with writing(context, now) as lease:
            plan = _plan(context, lost=before.key is None)
            progress.tell("leaving the old key")
            leave(context.stored, lease, begun, fingerprint(after.hash_key()), plan)
        return begun


def _plan(context: Context, *, lost: bool) -> list[Waiting]:
    """The batches to be read again. Without the old key none is known by what it holds."""
    if lost:
        return []
    every: list[BatchRecord] = [b for s in context.district.sources for b in batches_of(context.warehouse, s.code) if b.came_as_a_file]
    return [Waiting(b.batch_id, b.source, b.landed_at, b.order_key) for b in every]


def _fill(code: str, before: Settings, after: Settings, begun: Rotation) -> Rotated:
    """Read every file again that still lies there."""
    with opened(code, after) as context, held(context.warehouse) as lease:
        now = clock.now()
        go_on(context.stored, lease, fingerprint(after.hash_key()), now)
        remember(context, now)
        taken: list[BatchRecord] = []
        if before.key is not None:
            under_old = replace(context, stores=replace(context.stores, settings=before))
            for source in context.district.sources:
                taken += _source(under_old, context, source, lease)
        left = sum(len(to_read(context.warehouse, source.code)) for source in context.district.sources)
        stands = standing(context.lake.read(), context.district.released).height
        unknown = len(not_carried(context.warehouse))
        stored = sum(record.state == "stored" for record in taken)
        told = _Told(stored, len(taken) - stored, left, stands, max(0, begun.reports - stands), len(context.erased()), unknown)
        end(context.stored, clock.now(), told.reports_gone)
        return _rotated(context, before, after, begun, told, dry_run=False)


def _source(old: Context, new: Context, source: Source, lease: Lease) -> Iterator[BatchRecord]:
    """Every file of a source that lies there, in the order in which the city delivered them."""
    waiting = to_read(new.warehouse, source.code)
    if not waiting:
        return
    looked = Looking(Seen(new.settings.landing(new.code)), set())
    for number, (place, batches) in enumerate(_places(old, source, waiting)):
        progress.tell(f"{source.code}: reading again", number, len(waiting))
        for found in still_lying(old, source, batches, [place]):
            batch = waiting[found.identity.batch_id]
            _carry(old, new, found)
            identity = identify(found.file.content, new.settings.batch_key(new.code, source.code))
            again = replace(found, identity=identity, place=f"{number}")
            looked.found.batches[source.code, again.place] = []
            delivery = Delivery(source, identity.batch_id, batch.landed_at, batch.order_key)
            yield from take_in(new, again, looked, delivery, lease)
            read_again(new.warehouse, batch.batch_id)


def _places(old: Context, source: Source, waiting: dict[str, Waiting]) -> list[tuple[Place, list[str]]]:
    """The places in which waiting batches lie, by the first delivery in each, with those batches."""
    left, found = set(waiting), list[tuple[int, int, Place, list[str]]]()
    for place, _ in old.folder.deliveries(source.code):
        if there := [new.identity.batch_id for new in still_lying(old, source, left, [place])]:
            left -= {*there}
            found.append((min(waiting[batch].order_key for batch in there), len(found), place, there))
    return [(place, there) for _, _, place, there in sorted(found, key=lambda one: one[:2])]


def _carry(old: Context, new: Context, found: New) -> None:
    """Find out under the new key what must not come back, before anything of the file is."""
    if not (wanted := not_carried(new.warehouse)):
        return
    keys = old.settings.district_key(old.code), new.settings.district_key(new.code)
    try:
        both = ids_under_both(found.file.table or found.file.content, found.file.name, found.source, *keys)
    except UnusableFile:
        # Then nothing of it will be taken in either.
        return
    carry(new.warehouse, {before: after for before, after in both.iter_rows() if before in wanted})


@dataclass(frozen=True)
class _Told:
    """The counts of ``Rotated``."""

    batches: int
    refused: int
    batches_gone: int
    reports: int
    reports_gone: int
    erased: int
    erased_unknown: int


def _rotated(context: Context, before: Settings, after: Settings, begun: Rotation, told: _Told, *, dry_run: bool) -> Rotated:
    return Rotated(
        district=context.code,
        dry_run=dry_run,
        reason=begun.reason,
        before=fingerprint(before.hash_key()) if before.key is not None else "",
        after=fingerprint(after.hash_key()),
        nights=nights_before(context.stored),
        backup=begun.backup,
        folder=next((addresses.shown(Path(k.folder)) for k in known(before) if k.backup == begun.backup), ""),
        **vars(told),
    )
