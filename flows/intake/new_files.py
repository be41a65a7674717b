"""What was delivered and is neither stored nor refused yet, and what was taken in and still lies where it came from.

Belongs here: looking into the places of the sources, with the memory of what was seen before. Does not: taking a file in
(``flows.intake.ingest``), whose checks those who only count what waits do not import.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from flows.intake.whole import Whole
from flows.stores import Context
from infra import clock
from infra.landing.identity import Identity, identify
from infra.sources.connectors.live import Ask, LivePlace
from infra.sources.deliveries import Seen, delivered_in
from infra.sources.fetching import Place, UnreachableError
from infra.sources.table import UnusableFile
from infra.sources.unpack import Delivered
from infra.warehouse.batches import known_batches, ledger_versions
from transforms.district.source import Source


@dataclass(frozen=True)
class New:
    """One delivered file that is neither stored nor refused yet; ``whole`` is what it belongs to where its source delivers all there is.

    Of such a live source those that are ``known`` come too: what is in them has not vanished.
    """

    source: Source
    file: Delivered
    identity: Identity
    whole: Whole | None = None
    known: bool = False


@dataclass(frozen=True)
class Which:
    """Which sources are looked at: one, or all; and how live ones are asked, which are passed over where nobody says it."""

    ask: Ask | None = None
    source: str | None = None


def new_files(context: Context, seen: Seen, which: Which = Which()) -> Iterator[New]:
    """Every delivered file that is not yet stored or refused, by source and name.

    ``seen`` spares reading what was read before and has not changed. A source that cannot be reached is told of once a day, as a refused
    file of its own.
    """
    known = known_batches(context.warehouse, context.folder.version)
    for source in context.district.sources:
        if which.source not in {None, source.code}:
            continue
        try:
            for place in context.folder.source_files(source.code):
                if not seen.holds(source.code, place, known):
                    yield from _new_in(context, source, place, known, Looking(seen, which.ask))
        except UnreachableError as error:
            refusal = UnusableFile("source_unreachable", error.message)
            yield New(source, Delivered(source.code, b"", refusal), identify(f"{source.code} {clock.now():%F}".encode(), "", ""))


def still_lying(context: Context, source: Source, batches: Collection[str]) -> Iterator[New]:
    """Those of some batches of a source whose files still lie where they came from: the city's own files are the archive.

    Raises:
        UnreachableError: the places of the source cannot be looked into.
    """
    seen = Seen(context.settings.landing(context.code))
    left = set(batches)
    for place in context.folder.source_files(source.code):
        if not left:
            return
        if not seen.may_hold(source.code, place, left):
            continue
        for file in delivered_in(place, source):
            identity = identify(file.content, context.code, source.code)
            if identity.batch_id in left and file.refusal is None:
                left.remove(identity.batch_id)
                yield New(source, file, identity)


class Looking(NamedTuple):
    """With what one looks into a place."""

    seen: Seen
    ask: Ask | None


def _new_in(context: Context, source: Source, place: Place, known: set[str], looking: Looking) -> Iterator[New]:
    """What is new in one place, which may hold several files."""
    before = place.mark()
    batches = []
    stored: set[str] | None = None
    whole = Whole() if source.content == "whole" else None
    for file in delivered_in(place, source, looking.ask):
        identity = identify(file.content, context.code, source.code)
        batches.append(identity.batch_id)
        # A live source that cannot be had is told of whenever it was asked, though its refusal stands once a day.
        if identity.batch_id not in known or (file.refusal is not None and isinstance(place, LivePlace)):
            known.add(identity.batch_id)
            yield New(source, file, identity, whole)
        elif file.table is not None:
            stored = {batch for batch, _ in ledger_versions(context.warehouse, source.code)} if stored is None else stored
            file.settled = identity.batch_id in stored
            if whole is not None:
                yield New(source, file, identity, whole, known=True)
    looking.seen.note(source.code, place, before, batches)
