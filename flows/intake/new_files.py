"""What was delivered and is not done with yet, and what was taken in and still lies where it came from.

Belongs here: looking into the places of the sources, with the memory of what was seen before. Does not: taking a file in
(``flows.intake.ingest``), whose checks those who only count what waits do not import; which refused files are tried again
(``flows.intake.refusals``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from flows.intake.whole import Whole
from flows.stores import Context
from infra.landing.identity import Identity, identify
from infra.sources.connectors.live import Ask, LivePlace
from infra.sources.deliveries import Seen, delivered_in
from infra.sources.fetching import Place, Stamp, UnreachableError
from infra.sources.table import UnusableFile
from infra.sources.unpack import Delivered
from infra.warehouse.intake.batches import is_stored
from transforms.district.source import Source
from transforms.reports.names import reduced
from transforms.reports.order import Made, Waiting, form_of, in_order, made, readable
from transforms.words.reasons import UNREAD


@dataclass(frozen=True)
class New:
    """One delivered file that is not done with; ``place`` is a digest of where it lies, ``whole`` what it belongs to where its source
    delivers all there is; ``told`` is what its name says of when it was made, ``unsure`` whether that leaves open which of those that lie
    there is newer.

    Of such a live source those that are ``known`` come too: what is in them has not vanished.
    """

    source: Source
    file: Delivered
    identity: Identity
    stamp: Stamp = field(default_factory=Stamp)
    place: str = ""
    whole: Whole | None = None
    known: bool = False
    told: Made = field(default_factory=Made)
    unsure: bool = False

    def shown(self, key: bytes) -> str:
        """Its name as far as it may be kept and shown; ``key`` is the district's. A source that is away as a whole has its code."""
        source = self.source
        if source.live is not None and self.file.name.startswith(source.code):
            # What a live source delivers has no name but this one.
            return self.file.name
        return (
            reduced(self.file.name, [source.live.shown] if source.live else [*source.files, *source.deletions], source.members, key)
            or source.code
        )


@dataclass(frozen=True)
class Found:
    """What lies where, as far as it was looked into: batches by source and place, and the sources of which not all could be seen."""

    batches: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Looking:
    """With what one looks into the places of sources.

    ``seen`` spares reading what was read before and has not changed; ``done`` are the batches that are done with, and grows; ``ask`` says
    how live sources are asked, which are passed over without it; what is ``found`` is noted.
    """

    seen: Seen
    done: set[str]
    ask: Ask | None = None
    found: Found = field(default_factory=Found)


def new_files(context: Context, looking: Looking, sources: Collection[str] | None = None) -> Iterator[New]:
    """Every delivered file that is not among the batches that are done with, of all sources or some, by source and name.

    What cannot be reached or read is a refused file of its own; it has no content, so it is known by its place.
    """
    found = looking.found
    for source in context.district.sources:
        if sources is not None and source.code not in sources:
            found.unseen.add(source.code)
            continue
        try:
            places, unsure = _in_order(context, source)
            for place, told, read_as in places:
                where = identified(context, source.code, place.address)
                if looking.seen.holds(source.code, place, looking.done):
                    found.batches[source.code, where.batch_id] = looking.seen.batches(source.code, place)
                else:
                    yield from (_dated(new, told, unsure=unsure) for new in _new_in(context, read_as, place, looking))
        except UnreachableError as error:
            # Its other files would be waited for as long, each of them.
            where = identified(context, source.code, "")
            found.unseen.add(source.code)
            found.batches[source.code, where.batch_id] = [where.batch_id]
            if where.batch_id not in looking.done:
                yield New(source, Delivered("", b"", UnusableFile("source_unreachable", error.message)), where, place=where.batch_id)


def _in_order(context: Context, source: Source) -> tuple[list[tuple[Place, Made, Source]], bool]:
    """The places of a source, that of the file made first before the others, how each is read, and whether the order is in doubt."""
    places = context.folder.deliveries(source.code)
    if source.live is not None or not places:
        return [(place, Made(), read_as) for place, read_as in places], False
    waiting = [Waiting(place.name, place.stamp().changed_at) for place, _ in places]
    told = readable([w.name for w in waiting], form_of(source.order))
    order, unsure = in_order(waiting, source.order)
    return [(places[n][0], told[n], places[n][1]) for n in order], unsure


def _dated(new: New, told: Made, *, unsure: bool) -> New:
    """The same with what its name says, or the name of the archive that it is in."""
    own = made(new.file.name, form_of(new.source.order)) if ":" in new.file.name else told
    return replace(new, told=told if own == Made() or new.source.live is not None else own, unsure=unsure)


def still_lying(context: Context, source: Source, batches: Collection[str], places: Sequence[Place] | None = None) -> Iterator[New]:
    """Those of some batches of a source whose files still lie where they came from: the city's own files are the archive. Only some
    ``places`` are looked into where they are given.

    Raises:
        UnreachableError: the places of the source cannot be looked into.
    """
    seen = Seen(context.settings.landing(context.code))
    left, own_key = set(batches), context.settings.batch_key(context.code, source.code)
    for place, read_as in context.folder.deliveries(source.code):
        if places is not None and place.address not in {p.address for p in places}:
            continue
        if not left:
            return
        if not seen.may_hold(source.code, place, left):
            continue
        whole = Whole() if source.content == "whole" else None
        for file in delivered_in(place, source):
            if file.refusal is not None and file.refusal.reason == "source_unreachable":
                raise UnreachableError(file.refusal.detail)
            identity = identify(file.content, own_key)
            if identity.batch_id in left and file.refusal is None:
                left.remove(identity.batch_id)
                yield New(read_as, file, identity, whole=whole)
            elif whole is not None:
                # Of a part that is not asked for nobody knows what it holds.
                whole.broken = True


def _new_in(context: Context, source: Source, place: Place, looking: Looking) -> Iterator[New]:
    """What is new in one place, which may hold several files."""
    before, where = place.mark(), identified(context, source.code, place.address)
    batches = looking.found.batches[source.code, where.batch_id] = []
    refused = False
    own_key = context.settings.batch_key(context.code, source.code)
    whole = Whole() if source.content == "whole" else None
    live = isinstance(place, LivePlace)
    if live and looking.ask is None:
        looking.found.unseen.add(source.code)
    files = delivered_in(place, source, looking.ask)
    for file in files if whole is None or live else _with_an_end(files):
        unread = file.refusal is not None and (live or file.refusal.reason in UNREAD)
        if unread and (live or (file.refusal is not None and file.refusal.reason == "source_unreachable")):
            looking.found.unseen.add(source.code)
        identity = where if unread else identify(file.content, own_key)
        batches.append(identity.batch_id)
        if identity.batch_id not in looking.done:
            looking.done.add(identity.batch_id)
            yield New(source, file, identity, place.stamp(), where.batch_id, whole)
            refused |= not file.settled
        elif file.table is not None:
            file.settled = is_stored(context.warehouse, identity.batch_id)
            if whole is not None:
                yield New(source, file, identity, place=where.batch_id, whole=whole, known=True)
        else:
            refused |= not is_stored(context.warehouse, identity.batch_id)
            if whole is not None:
                # Of an archive a part is known and is not read again: what it holds has not vanished, and nobody counted it.
                whole.broken = True
    if not refused:
        # What was refused may have been broken on its way alone: its mark says nothing of that, so it is fetched again.
        looking.seen.note(source.code, place, before, batches)


def identified(context: Context, source: str, address: str) -> Identity:
    """What stands for a place of a source."""
    return identify(f"place {address}".encode("utf-8", "surrogateescape"), context.settings.batch_key(context.code, source))


def _with_an_end(files: Iterator[Delivered]) -> Iterator[Delivered]:
    """The files of an archive, of which only the last one ends the delivery."""
    held: Delivered | None = None
    for file in files:
        if held is not None:
            held.last = False
            yield held
        held = file
    if held is not None:
        yield held
