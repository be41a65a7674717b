"""Tables and views of a database, by any address that SQLAlchemy takes.

Belongs here: what is asked of a database. Does not: our own (``infra.warehouse``).

All of it comes in one ordered stream out of one transaction, so that nothing moves meanwhile. Nothing that is raised quotes a statement or
an address: an address holds a password.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Final

import polars as pl
import sqlalchemy as sa

from infra import progress
from infra.sources.connectors import retries
from infra.sources.connectors.contract import MOMENT, Described, FarColumn, Page, Wanted
from infra.sources.connectors.guard import require_far
from infra.sources.connectors.moments import latest, read_moment
from infra.sources.connectors.quota import Quota
from infra.sources.connectors.secrets import revealed
from infra.sources.table import UnusableFile
from transforms.district.live import FromSql

# What a column holds, as the library sees it.
Kind = sa.types.TypeEngine[object] | sa.types.NullType

_PAGE_ROWS: Final = 10_000
_SAMPLE_ROWS: Final = 1000
# Times without a zone are some place's: what lies within a day ahead may be now there.
_ZONES: Final = dt.timedelta(hours=14)


class Sql:
    """One table."""

    tells_newest_again = True

    def __init__(self, declared: FromSql, quota: Quota) -> None:
        self._declared, self._quota = declared, quota
        self.tells_changes = declared.watermark is not None
        self._shown = f"{declared.shown} ({declared.table})"
        url = sa.make_url(declared.url)
        query = {name: revealed(value) if isinstance(value, str) else value for name, value in url.query.items()}
        self._url = url.set(password=revealed(url.password) if url.password else None, query=query)
        self._engine = self._opened()
        self._columns = self._inspected()
        schema, _, name = declared.table.rpartition(".")
        self._table = sa.table(name, *(sa.column(c.name, t) for c, t in self._columns), schema=schema or None)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def columns(self) -> list[str] | None:
        """The names of all its columns."""
        return [c.name for c, _ in self._columns]

    def before(self, moment: str, now: dt.datetime) -> str:
        """The moment from which on it is asked, where another one was reached; a number or a word is one by itself."""
        try:
            if moment.isdecimal():
                return moment
            at = dt.datetime.fromisoformat(moment)
        except ValueError:
            return moment
        most = now.astimezone(at.tzinfo) if at.tzinfo else now.replace(tzinfo=None) + _ZONES
        return _least_text(min(at, most) - dt.timedelta(hours=self._declared.overlap_hours))

    def pages(self, wanted: Wanted, since: str | None) -> Iterator[Page]:
        """Everything, or what changed since a moment."""
        missing = [c for c in wanted.columns if c not in self._table.c]
        if missing:
            raise UnusableFile("column_missing", ", ".join(missing))
        changes = self._declared.watermark if not wanted.whole else None
        if changes and changes not in self._table.c:
            raise UnusableFile("column_missing", f"{changes} (watermark)")
        at = self._table.c[changes] if changes else None
        query = sa.select(*(self._table.c[c] for c in wanted.columns), *([at.label(MOMENT)] if at is not None else []))
        keys = [self._table.c[k] for k in wanted.key]
        if at is not None and since is not None:
            # Rows that say nothing of their last change may have changed.
            changed = sa.or_(self._since(at, since), at.is_(None))
            query = query.where(sa.tuple_(*keys).in_(sa.select(*keys).where(changed))) if wanted.together else query.where(changed)
        order = [*keys] if wanted.together or at is None else [at, *keys]
        # Within a key in one order too, or its batch would differ from run to run.
        rest = [self._table.c[c] for c in wanted.columns if c not in wanted.key]
        yield from self._stream(query.order_by(*order, *rest), by_moment=at is not None and not wanted.together)

    def describe(self, occurred: str | None) -> Described:
        """What it has, from three statements."""
        by = next((self._table.c[n] for n in (occurred, self._declared.watermark) if n is not None and n in self._table.c), None)
        ends = [sa.func.min(by), sa.func.max(by)] if by is not None else [sa.null(), sa.null()]
        with self._reading() as connection:
            rows, oldest, newest = connection.execute(sa.select(sa.func.count(), *ends).select_from(self._table)).one()
            sample = connection.execute(sa.select(self._table).limit(_SAMPLE_ROWS)).all()
        return Described(
            columns=tuple(c for c, _ in self._columns),
            rows=int(rows),
            oldest=_text(oldest),
            newest=_text(newest),
            page_rows=self._declared.page_rows or _PAGE_ROWS,
            tells_changes=self.tells_changes,
            sample=_frame(sample, [c.name for c, _ in self._columns]),
            notes=() if self.tells_changes else ("without a watermark all of it is asked for every time",),
        )

    def _stream(self, query: sa.Select[tuple[object, ...]], *, by_moment: bool) -> Iterator[Page]:
        size, done, newest = self._declared.page_rows or _PAGE_ROWS, 0, None
        with self._reading() as connection:
            names = [c.name for c in query.selected_columns]
            found = connection.execution_options(stream_results=True, yield_per=size).execute(query)
            for rows in found.partitions(size):
                done += len(rows)
                if done > self._declared.max_rows:
                    raise UnusableFile("file_too_large", f"{self._shown} has more than {self._declared.max_rows:,} rows (max_rows)")
                progress.tell(f"{self._shown}: rows", done, done)
                page = _frame(rows, names)
                if MOMENT in names:
                    newest = latest([newest, *page[MOMENT]])
                yield Page(page, by_moment, newest)

    def _since(self, at: sa.ColumnClause[object], since: str) -> sa.ColumnElement[bool]:
        """The condition that a row changed at a moment or later, in the way in which the column says moments."""
        kind, number = at.type, since.removeprefix("-").isdecimal()
        if isinstance(kind, sa.DateTime | sa.Date):
            moment = read_moment(since) if number else dt.datetime.fromisoformat(since)
            if moment is None:
                raise UnusableFile("source_answer", f"{self._shown}: a moment of its watermark cannot be read")
            if isinstance(kind, sa.Date) and not isinstance(kind, sa.DateTime):
                return at >= moment.date()
            return at >= (moment if kind.timezone or moment.tzinfo is None else moment.replace(tzinfo=None))
        if isinstance(kind, sa.Numeric | sa.Integer):
            if not number:
                raise UnusableFile("source_answer", f"{self._shown}: its watermark is a number, which tells no day; leave --since away")
            return at >= int(since)
        if number:
            # Texts of digits grow by a digit now and then, and sort by their first ones.
            return sa.or_(at >= since, sa.func.length(at) > len(since))
        self._require_moments(at)
        return at >= _least_text(dt.datetime.fromisoformat(since.removesuffix("T00:00:00.000Z")))

    def _require_moments(self, at: sa.ColumnClause[object]) -> None:
        """Refuse to compare a day with texts that do not sort as days do."""
        with self._reading() as connection:
            newest = _text(connection.execute(sa.select(sa.func.max(at)).select_from(self._table)).scalar())
        if newest is not None and (newest.isdecimal() or read_moment(newest) is None):
            raise UnusableFile("source_answer", f"{self._shown}: its watermark is no day as ISO writes it; leave --since away")

    def _opened(self) -> sa.Engine:
        backend, declared = self._url.get_backend_name(), self._declared
        if backend == "sqlite":
            if not declared.allow_local:
                raise UnusableFile("source_unreachable", "a SQLite file lies on this machine; where that is meant, say allow_local = true")
            if self._url.database and self._url.database != ":memory:" and not Path(self._url.database).is_file():
                raise UnusableFile("source_unreachable", "there is no such SQLite file")
        elif self._url.host:
            require_far(self._url.host, self._url.port or 0, allow_local=declared.allow_local)
        elif not declared.allow_local:
            raise UnusableFile("source_unreachable", "its address names no host; where this machine is meant, say allow_local = true")
        arguments = {"postgresql": {"connect_timeout": int(declared.timeout_s)}, "sqlite": {"timeout": declared.timeout_s}}
        try:
            return sa.create_engine(self._url, connect_args=arguments.get(backend, {}), hide_parameters=True, poolclass=sa.NullPool)
        except (sa.exc.SQLAlchemyError, ImportError) as error:
            why = f"{declared.shown}: its driver is not installed ({type(error).__name__})"
            raise UnusableFile("source_unreachable", why) from None

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        """One transaction in which nothing moves."""
        attempt = 0
        while True:
            attempt += 1
            try:
                self._quota.take()
                connection = self._engine.connect()
                break
            except sa.exc.SQLAlchemyError as error:
                if _denied(error) or not retries.PATIENCE.wait(attempt, None):
                    raise self._refusal(error) from None
        try:
            # Closing is a statement too: the far side may have gone meanwhile.
            with connection:
                if self._engine.dialect.name == "postgresql":
                    connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                with connection.begin():
                    if self._engine.dialect.name == "postgresql":
                        # Of each piece of what it sends, as with a page of the web.
                        connection.execute(sa.text(f"SET LOCAL statement_timeout = {round(self._declared.timeout_s * 1000)}"))
                    yield connection
        except sa.exc.SQLAlchemyError as error:
            raise self._refusal(error) from None
        except (ValueError, TypeError, OverflowError) as error:
            # Drivers do so where a value is not of the type of its column. Its words hold the value.
            why = f"{self._shown}: a value is not what its column says ({type(error).__name__})"
            raise UnusableFile("source_answer", why) from None

    def _refusal(self, error: sa.exc.SQLAlchemyError) -> UnusableFile:
        if _denied(error):
            return UnusableFile("source_refused", f"{self._shown} refuses the user or the password")
        if isinstance(error, sa.exc.ProgrammingError | sa.exc.NoSuchTableError):
            return UnusableFile("source_answer", f"{self._shown}: there is no such table or column, or no right to read it")
        return UnusableFile("source_unreachable", f"{self._shown} cannot be read ({type(error).__name__})")

    def _inspected(self) -> Sequence[tuple[FarColumn, Kind]]:
        schema, _, name = self._declared.table.rpartition(".")
        with self._reading() as connection:
            try:
                found = sa.inspect(connection).get_columns(name, schema=schema or None)
            except sa.exc.NoSuchTableError:
                raise UnusableFile("source_answer", f"{self._shown}: there is no such table") from None
        return [(FarColumn(c["name"], str(c["type"])), self._read_as(c["type"])) for c in found]

    def _read_as(self, kind: Kind) -> Kind:
        """A column's type as its values are read. SQLite keeps moments as whoever wrote them did, whatever the column says."""
        loose = isinstance(kind, sa.DateTime | sa.Date | sa.Time | sa.Numeric | sa.Boolean)
        return sa.types.NULLTYPE if self._engine.dialect.name == "sqlite" and loose else kind


def _denied(error: sa.exc.SQLAlchemyError) -> bool:
    """Whether it is the user that is refused; drivers say so in words alone, of which nothing is told."""
    said = str(getattr(error, "orig", "")).lower()
    return "password" in said or "authentication" in said or "access denied" in said


def _frame(rows: Sequence[sa.Row[tuple[object, ...]]], names: Sequence[str]) -> pl.DataFrame:
    columns = zip(*rows, strict=True) if rows else [() for _ in names]
    return pl.DataFrame(
        {n: [_text(v) for v in values] for n, values in zip(names, columns, strict=True)}, schema=dict.fromkeys(names, pl.String)
    )


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        # The zone of a session is an accident, and moments of two zones do not sort.
        return (value.astimezone(dt.UTC) if value.tzinfo else value).isoformat(" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes | memoryview):
        raise UnusableFile("file_unreadable", "a declared column holds bytes")
    return str(value)


def _least_text(at: dt.datetime) -> str:
    """A text that sorts before or with every way in which ISO writes a moment or its day: without parts of a second, and with a blank."""
    if at.tzinfo is None and at.time() == dt.time():
        return f"{at:%Y-%m-%d}"
    return at.isoformat(" ", "seconds")
