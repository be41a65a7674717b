"""A live source as a place: what it delivers are cuts of what it was asked for.

Belongs here: what is asked for of a source, how far its memory reaches, refusing an asking as a whole. Does not: protocols, files on web
servers (``http_file``), which batches are done with (``flows.intake.new_files``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from infra.sources.connectors.ahead import one_ahead
from infra.sources.connectors.contract import MOMENT, Connector, Wanted
from infra.sources.connectors.cuts import Cut, cuts
from infra.sources.connectors.memory import Asked, Memory
from infra.sources.connectors.moments import latest, only_moment
from infra.sources.connectors.quota import Quota
from infra.sources.connectors.secrets import masked
from infra.sources.fetching import Place, Stamp
from infra.sources.table import Table, UnusableFile, choose
from infra.sources.unforeseen import refusing
from infra.sources.unpack import Delivered
from transforms.district.live import FromHttp, Paged
from transforms.district.source import Source

# Where so many rows lay in the overlap the last time, none now is no quiet day.
_SURELY_SOME = 20
# As JSON writes what is made of several values.
_COMPOSITE = r"^(?:\[.*\]|\{.*\})$"


@dataclass(frozen=True)
class Ask:
    """How a live source is asked: with which memory, at which moment, and since which day whatever the memory says. Under ``key``, which
    the memory never holds, it knows what it had. Who asks ``again`` is told all of it, or all since that day, and it learns nothing by it.
    """

    memory: Memory
    now: dt.datetime
    key: bytes = field(repr=False)
    since: dt.date | None = None
    again: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether it is asked from where it was left off."""
        return self.since is None and not self.again


class LivePlace:
    """A source that answers in pages. It has no bytes to fetch and no mark: it is asked."""

    def __init__(self, source: Source, declared: Paged) -> None:
        self._source, self._declared = source, declared

    @property
    def name(self) -> str:
        """Its code."""
        return self._source.code

    @property
    def address(self) -> str:
        """Where it is asked, without secrets."""
        return f"{self._declared.kind} {self._declared.shown}"

    def mark(self) -> None:
        """Nothing: it has to be asked."""

    def stamp(self) -> Stamp:
        """Nothing: there is no file."""
        return Stamp()

    def fetch(self) -> bytes:
        """Raises ``UnusableFile``: there are no bytes."""
        raise UnusableFile("source_answer", "it is asked for rows, and has no file")

    def deliveries(self, ask: Ask) -> Iterator[Delivered]:
        """Batches in their order. Whoever takes one in sets ``settled``, for only what is in moves the memory on.

        What cannot be had ends the asking with one refusal, which is another one each day.
        """
        # The web's library takes a while to import, and most runs ask nobody.
        from infra.sources.connectors.kinds import opened

        asked = ask.memory.of(self._source.code, self.address, ask.now.date())
        quota = Quota(self._declared.requests_per_minute, self._declared.requests_per_day, asked.requests)
        # A connection to a database is best left to one thread.
        asking = _Asking(self._source, asked, ask, quota, ahead=self._declared.kind != "sql")
        try:
            with refusing(), opened(self._declared, quota) as connector:
                yield from asking.answered(connector)
        except UnusableFile as refusal:
            yield self._refused(refusal, ask)
        finally:
            ask.memory.note(self._source.code, replace(asking.asked, requests=quota.taken))

    def _refused(self, refusal: UnusableFile, ask: Ask) -> Delivered:
        told = UnusableFile(refusal.reason, masked(refusal.detail))
        return Delivered(self.name, f"{self.address} {refusal.reason} {ask.now:%F}".encode(), told)


def asked_at(source: Source, declared: FromHttp | Paged) -> Place:
    """The place at which a live source is asked."""
    if isinstance(declared, FromHttp):
        from infra.sources.connectors.http_file import HttpFile

        return HttpFile(declared, page=source.format == "html")
    return LivePlace(source, declared)


class _Asking:
    """One asking of one source, and what is remembered of it so far."""

    def __init__(self, source: Source, asked: Asked, ask: Ask, quota: Quota, *, ahead: bool) -> None:
        self._source, self._before, self._ask, self._quota = source, asked, ask, quota
        self._in_turn = one_ahead if ahead else iter
        self.asked = asked
        self._whole = source.content == "whole"

    def answered(self, connector: Connector) -> Iterator[Delivered]:
        wanted, undeclared = self._wanted(connector)
        polled = connector.tells_changes and not self._whole
        cursor = self._before.cursor if polled and self._ask.goes_on else None
        since = connector.before(cursor, self._reached_at()) if cursor else None
        if self._ask.since is not None and not self._whole:
            since = f"{self._ask.since:%F}T00:00:00.000Z"
        rows, held, known_as = 0, False, {}
        found = self._known(cuts(connector.pages(wanted, since), wanted.key if wanted.together else ()))
        for number, (cut, digest) in enumerate(self._in_turn(found), start=1):
            self._require_key(cut, wanted)
            rows += len(cut.rows)
            known_as[digest] = self._known_as(digest, polled=polled)
            table = Table(cut.rows.drop(MOMENT, strict=False), undeclared)
            name = f"{self._source.code}.{number}"
            file = Delivered(name, known_as[digest].encode(), table=table, last=cut.last)
            yield file
            # A batch that is not in must be asked for again, and so must what lies after it.
            held |= not file.settled
            # What is no moment is not remembered, for it may be anybody's name; all of it is asked for again then.
            reached = only_moment(cut.reached)
            if polled and not held and reached is not None and self._ask.goes_on:
                self._go_on(reached)
        self._require_some(rows, since, connector, wanted)
        if not held and not self._ask.again:
            self.asked = replace(
                self.asked, rows=rows, cuts={} if polled else known_as, asked_at=self._ask.now.isoformat(timespec="seconds")
            )
            if polled and self._ask.goes_on:
                self.asked = replace(self.asked, reached_at=self._ask.now.isoformat())

    def _known(self, found: Iterator[Cut]) -> Iterator[tuple[Cut, str]]:
        """Batches with what they hold as one word."""
        return ((cut, cut.digest(self._ask.key)) for cut in found)

    def _go_on(self, reached: str) -> None:
        """Remember how far it is in, at once. A cursor that was ahead stays, and so does when it was reached: until all is in."""
        cursor = latest([reached, self.asked.cursor])
        at = self.asked.reached_at if cursor == self.asked.cursor else self._ask.now.isoformat()
        self.asked = replace(self.asked, cursor=cursor, reached_at=at, requests=self._quota.taken)
        self._ask.memory.note(self._source.code, self.asked)

    def _reached_at(self) -> dt.datetime:
        """No later than when the cursor was reached: one that their clock set ahead says nothing of what changed since."""
        then = self._before.reached_at
        return min(self._ask.now, dt.datetime.fromisoformat(then)) if then else self._ask.now

    def _wanted(self, connector: Connector) -> tuple[Wanted, list[str]]:
        """What to ask for, and the columns that the far side has beside it."""
        source = self._source
        names = [[*n, None] if n[0] in source.optional else [*n] for n in source.names_of(source.needed_columns)]
        beside: list[str] = []
        has = connector.columns() if source.undeclared != "ignore" or source.other_names or source.optional else None
        if has is None:
            columns = [n[0] for n in source.names_of(source.needed_columns)]
        else:
            roots = {c.partition(".")[0] for n in names for c in n if c}
            paths = [c for n in names for c in n if c and "." in c and c.partition(".")[0] in has]
            columns, beside = choose([*has, *paths], names)
            beside = [c for c in beside if c not in roots]
        own = {name: n[0] for n in source.names_of(source.needed_columns) for name in n}
        key = [c for c in columns if own.get(c, c) in source.key]
        return Wanted(columns, key, source.columns.of("occurred_at")[0], together=source.merge, whole=self._whole), beside

    def _require_key(self, cut: Cut, wanted: Wanted) -> None:
        """Refuse rows without any key or time at all: the far side has lost a column that it does not miss. And keys of another type."""
        empty = [c for c in dict.fromkeys([*wanted.key, wanted.occurred]) if c in cut.rows.columns and not cut.rows[c].count()]
        if empty:
            raise UnusableFile("column_missing", f"{', '.join(empty)}: no row has a value")
        lists = [c for c in wanted.key if c in cut.rows.columns and cut.rows[c].str.contains(_COMPOSITE).any()]
        if lists:
            raise UnusableFile("source_answer", f"{', '.join(lists)}: some values are lists or objects, which are no key")

    def _require_some(self, rows: int, since: str | None, connector: Connector, wanted: Wanted) -> None:
        """Refuse that there is nothing where there was something."""
        if rows or (since is not None and (self._before.rows or 0) < _SURELY_SOME):
            return
        # Of some far sides quiet weeks are empty; whether it has lost its rows the others tell, and the first of them is enough.
        if since is not None and not connector.tells_newest_again and any(len(page.rows) for page in connector.pages(wanted, None)):
            return
        if since is None:
            raise UnusableFile("no_rows", "it has no rows at all")
        raise UnusableFile("no_rows", f"it has no row where it had {self._before.rows} the last time")

    def _known_as(self, digest: str, *, polled: bool) -> str:
        """What a batch is known by."""
        if not polled:
            return self._before.cuts.get(digest) or f"{digest} {self._marker()}"
        if self._ask.since is None:
            return digest
        # Who asks for a window again may have mended the declaration: under another one it is another batch.
        return f"{digest} {hashlib.sha256(self._source.model_dump_json().encode()).hexdigest()}"

    def _marker(self) -> str:
        """What tells this reading of everything from earlier ones, so that what is as it was long ago is not taken for known: by what stood
        before it; without a memory, by its day."""
        if not self._before.cuts:
            return f"{self._ask.now:%F}"
        return hashlib.sha256(" ".join(self._before.cuts).encode()).hexdigest()
