"""From a place to the files it delivers, and which places need no second look.

Belongs here: the way from ``places`` through ``unpack``, and the memory of it. Does not: which batches are done with
(``infra.warehouse.intake.batches``).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from infra.sources.connectors.live import Ask, LivePlace
from infra.sources.fetching import Place
from infra.sources.table import UnusableFile
from infra.sources.unpack import Delivered, unpack
from transforms.district.source import Source

_FILE = "seen.json"


def delivered_in(place: Place, source: Source, ask: Ask | None = None) -> Iterator[Delivered]:
    """The files that one place delivers to a source; one that cannot be fetched is refused by its name.

    A live source delivers what it is asked for, and nothing where nobody says how it is to be asked.

    Raises:
        UnreachableError: the store in which it lies does not answer.
    """
    if isinstance(place, LivePlace):
        yield from place.deliveries(ask) if ask is not None else ()
        return
    try:
        content = place.fetch()
    except UnusableFile as refusal:
        yield Delivered(place.name, f"{place.address} {refusal.detail}".encode("utf-8", "surrogateescape"), refusal)
        return
    yield from unpack(place.name, content, source.members, zipped=source.format == "zip", order=source.order)


class Seen:
    """Which batches lay in which place when it bore which mark, so that a night need not read and hash years of unchanged files.

    A file counts as unchanged only where its place vouches for it (``Place.mark``): a replaced file of the same size and time has another
    mark. What is remembered is a saving and no more: without the memory everything is read again, and a batch is new or known by its
    content as ever.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / _FILE
        self._marks: dict[str, tuple[str, list[str]]] = {}
        try:
            self._marks = {k: (str(mark), [str(b) for b in batches]) for k, (mark, batches) in json.loads(self._file.read_text()).items()}
        except (OSError, ValueError, TypeError, AttributeError):
            # None yet, or a broken one: both only cost time.
            self._marks = {}
        self._changed = False

    def holds(self, source: str, place: Place, known: Collection[str]) -> bool:
        """Whether everything in a place was seen, has not changed since, and is among the ``known`` batches."""
        then = self._marks.get(_named(source, place))
        return then is not None and then[0] == _digest(place.mark()) and all(b in known for b in then[1])

    def may_hold(self, source: str, place: Place, wanted: Collection[str]) -> bool:
        """Whether some of the ``wanted`` batches may lie in a place; of one that was seen and has not changed since it is known."""
        then = self._marks.get(_named(source, place))
        return then is None or then[0] != _digest(place.mark()) or any(b in wanted for b in then[1])

    def batches(self, source: str, place: Place) -> list[str]:
        """The batches that lay in a place when it was last noted."""
        return list(self._marks[_named(source, place)][1])

    def noted(self, source: str, place: Place) -> list[str]:
        """The same, also of a place that was never noted: none."""
        return list(self._marks.get(_named(source, place), ("", []))[1])

    def note(self, source: str, place: Place, before: str | None, batches: list[str]) -> None:
        """Remember what lay in a place that bore the same mark before and after it was read."""
        if before is not None and before == place.mark():
            self._marks[_named(source, place)] = _digest(before), batches
            self._changed = True

    def save(self) -> None:
        """Write the memory down, whole or not at all. Where it cannot be written, nothing is lost but time."""
        if not self._changed:
            return
        draft = self._file.with_suffix(f".{os.getpid()}.draft")
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            try:
                draft.write_text(json.dumps(self._marks))
                draft.replace(self._file)
            finally:
                draft.unlink(missing_ok=True)


def _named(source: str, place: Place) -> str:
    """What a place is remembered by: an address may hold anybody's name, and its digest tells it from the others as well."""
    return _digest(f"{source} {place.address}")


def _digest(text: str | None) -> str:
    """What is remembered of a text that a far side wrote: it tells it from others, and holds nobody. Of no text nothing."""
    return "" if text is None else hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
