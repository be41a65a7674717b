"""Socrata portals (SODA 2).

Belongs here: its questions and answers. Does not: the walk over pages (``keyset``). Rows are ordered by their last change and
their id, and asked for by position: offsets repeat and skip rows while a dataset changes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

import polars as pl

from infra.sources.connectors.client import Answer, Asking, BrokenAnswer, Client, Rejected
from infra.sources.connectors.contract import FAR_ID, MOMENT, Described, FarColumn, Page, Wanted
from infra.sources.connectors.keyset import Position, walk, without_seen
from infra.sources.connectors.moments import earlier
from infra.sources.connectors.rows import every_column, parsed, text_table
from infra.sources.connectors.secrets import revealed
from infra.sources.table import UnusableFile
from transforms.district.live import FromSocrata

T = TypeVar("T")

PAGE_ROWS: Final = 20_000
_KEYS_AT_ONCE: Final = 200
# From so many changed keys on, asking for everything takes fewer requests.
_TOO_MANY_KEYS: Final = 100_000
_UPDATED, _ID = ":updated_at", ":id"
_SAMPLE_ROWS: Final = 1000
_FORM: Final = "%Y-%m-%dT%H:%M:%S.%fZ"


class Socrata:
    """One dataset."""

    tells_changes = True
    tells_newest_again = True

    def __init__(self, declared: FromSocrata, client: Client) -> None:
        self.declared, self._client = declared, client
        self._headers = {"Accept": "application/json", **({"X-App-Token": revealed(declared.token)} if declared.token else {})}

    def columns(self) -> list[str] | None:
        """The names of all its columns; None where it does not say them."""
        return [c.name for c in self._fields()] or None

    def before(self, moment: str, now: dt.datetime) -> str:
        """The moment from which on it is asked, where another one was reached."""
        return earlier(moment, dt.timedelta(hours=self.declared.overlap_hours), now, _FORM)

    def pages(self, wanted: Wanted, since: str | None) -> Iterator[Page]:
        """Everything, or what changed since a moment."""
        if wanted.together:
            yield from self._together(wanted, since)
            return
        asker = _Asker(self, wanted.columns, [_ID] if wanted.whole else [_UPDATED, _ID], _changed(since))
        for rows in walk(asker, self.declared.max_rows):
            yield _page(rows, wanted, by_moment=not wanted.whole)

    def _together(self, wanted: Wanted, since: str | None) -> Iterator[Page]:
        """All rows of every key of which one changed, or of all keys, in the order of the keys."""
        newest = self.value(f"max({_UPDATED})", "")
        keys = self._changed_keys(wanted.key, since) if since is not None else None
        named = " AND ".join(f"{_quoted(k)} IS NOT NULL" for k in wanted.key)
        ranges = [f"NOT ({named})", *([named] if keys is None else _any_of(wanted.key, keys))]
        for number, clause in enumerate(ranges):
            changed = _changed(since) if number == 0 else ""
            asker = _Asker(self, wanted.columns, [*(wanted.key if number else ()), _ID], _and(changed, clause))
            for rows in walk(asker, self.declared.max_rows):
                yield _page(rows, wanted)
        # Whatever changed while this was read is asked for the next time.
        yield Page(pl.DataFrame(), reached=newest)

    def _changed_keys(self, key: Sequence[str], since: str) -> pl.DataFrame | None:
        """The keys of rows that changed; None where there are too many."""
        found: list[pl.DataFrame] = []
        for page in walk(_Asker(self, key, [_UPDATED, _ID], _changed(since)), self.declared.max_rows):
            found = [pl.concat([*found, page.select(key)]).unique(maintain_order=True)]
            if len(found[0]) > _TOO_MANY_KEYS:
                return None
        return found[0].drop_nulls() if found else pl.DataFrame(schema=dict.fromkeys(key, pl.String))

    def describe(self, occurred: str | None) -> Described:
        """What it has, from a few requests."""
        by = _quoted(occurred) if occurred else _UPDATED
        rows = self.ask({"$limit": str(_SAMPLE_ROWS), "$order": f"{_UPDATED} DESC"}, _records)
        return Described(
            columns=tuple(self._fields()),
            rows=self.count(""),
            oldest=self.value(f"min({by})", ""),
            newest=self.value(f"max({by})", ""),
            page_rows=self.declared.page_rows or PAGE_ROWS,
            tells_changes=True,
            sample=every_column(rows),
        )

    def ask(self, params: dict[str, str], understood: Callable[[Answer], T]) -> T:
        """What is understood of the answer to one question.

        Raises:
            UnusableFile: it does not take it.
        """
        try:
            return self._client.ask(Asking(self.declared.resource, params, self._headers), understood)
        except Rejected as rejected:
            raise _refusal(self.declared.shown, rejected) from None

    def value(self, expression: str, where: str) -> str | None:
        """One number or moment over the rows that fulfil a condition."""

        def single(answer: Answer) -> str | None:
            rows = _records(answer)
            value = next(iter(rows[0].values()), None) if rows else None
            return None if value is None else str(value)

        both = self.within(where)
        return self.ask({"$select": expression, **({"$where": both} if both else {})}, single)

    def count(self, where: str) -> int | None:
        """How many rows fulfil a condition; None where it says no number."""
        told = self.value("count(*)", where)
        return int(told) if told is not None and told.isdecimal() else None

    def within(self, where: str) -> str:
        """A condition beside the one that is declared."""
        return _and(f"({self.declared.where})" if self.declared.where else "", where)

    def _fields(self) -> list[FarColumn]:
        def named(answer: Answer) -> list[FarColumn]:
            names, kinds = (parsed(answer.headers.get(h, "[]").encode()) for h in ("x-soda2-fields", "x-soda2-types"))
            if not isinstance(names, list) or not isinstance(kinds, list):
                return []
            return [
                FarColumn(str(n), str(k)) for n, k in zip(names, [*kinds, *[""] * len(names)], strict=False) if not str(n).startswith(":")
            ]

        return self.ask({"$limit": "1"}, named)


class _Asker:
    """Rows of a dataset by position."""

    def __init__(self, dataset: Socrata, columns: Sequence[str], order: Sequence[str], where: str) -> None:
        self._dataset, self._where = dataset, where
        self.shown = dataset.declared.shown
        self.order = order
        self.page_rows = dataset.declared.page_rows or PAGE_ROWS
        self._read = list(dict.fromkeys([*columns, *order, _UPDATED, _ID]))
        self._select = ",".join(dict.fromkeys(_quoted(name.partition(".")[0]) for name in self._read))

    def page(self, after: Position | None, seen: pl.DataFrame | None) -> pl.DataFrame:
        """Some rows after a position."""
        where = self._dataset.within(_and(self._where, self._after(after)))
        params = {
            "$select": self._select,
            "$order": ",".join(map(_quoted, self.order)),
            "$limit": str(self.page_rows),
            **({"$where": where} if where else {}),
        }
        return self._dataset.ask(params, lambda answer: without_seen(self._sorted(answer), seen, self.order))

    def count(self, after: Position | None, until: Position | None = None) -> int | None:
        """How many rows lie after a position."""
        within = f"NOT ({self._after(until)})" if until else ""
        return self._dataset.count(_and(self._where, self._after(after), within))

    def _sorted(self, answer: Answer) -> pl.DataFrame:
        rows = text_table(answer.body, self._read, answer.headers.get("content-type", ""))
        if rows.is_empty():
            return rows
        if rows[_ID].null_count() or rows[_UPDATED].null_count():
            raise BrokenAnswer("it answers with rows that lack :id or :updated_at")
        if self.order[0] == _UPDATED and not rows[_UPDATED].is_sorted():
            # The count that follows says whether the right rows came, in whatever order.
            rows = rows.sort(_UPDATED, _ID)
        return rows

    def _after(self, position: Position | None) -> str:
        if position is None:
            return ""
        same, ways = "", []
        for name, value in zip(self.order, position, strict=True):
            ways.append(_and(same, f"{_quoted(name)} > {_literal(value)}"))
            same = _and(same, f"{_quoted(name)} = {_literal(value)}")
        return f"({' OR '.join(f'({way})' for way in ways)})" if len(ways) > 1 else ways[0]


def _page(rows: pl.DataFrame, wanted: Wanted, *, by_moment: bool = False) -> Page:
    """The rows of a page; of everything that there is, the moments are no part: a portal that writes all rows anew changes none of them."""
    told = [pl.col(_ID).alias(FAR_ID), *([] if wanted.whole else [pl.col(_UPDATED).alias(MOMENT)])]
    return Page(rows.select(*wanted.columns, *told), by_moment)


def _records(answer: Answer) -> list[dict[str, object]]:
    rows = parsed(answer.body, answer.headers.get("content-type", ""))
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        raise BrokenAnswer("it answers with something else than a list of rows")
    return rows


def _refusal(shown: str, rejected: Rejected) -> UnusableFile:
    """What a rejected question means; of the answer only its code is read."""
    try:
        said = parsed(rejected.body)
    except BrokenAnswer:
        said = {}
    code = str(said.get("code") or said.get("errorCode") or "") if isinstance(said, dict) else ""
    if "no-such-column" in code:
        return UnusableFile("column_missing", f"{shown} does not have every declared column; `sifang doctor --connect` lists those it has")
    return UnusableFile("source_answer", f"{shown} does not take the question (it answers {rejected.status}); check `where`")


def _changed(since: str | None) -> str:
    return f"{_UPDATED} >= {_literal(since)}" if since is not None else ""


def _any_of(key: Sequence[str], keys: pl.DataFrame) -> list[str]:
    """Conditions that together hold for some keys, each short enough for an address."""
    at_once = max(1, _KEYS_AT_ONCE // len(key))
    return [_one_of(key, keys.slice(start, at_once)) for start in range(0, len(keys), at_once)]


def _one_of(key: Sequence[str], keys: pl.DataFrame) -> str:
    if len(key) == 1:
        return f"{_quoted(key[0])} in ({','.join(map(_literal, keys.to_series().to_list()))})"
    rows = (" AND ".join(f"{_quoted(n)} = {_literal(v)}" for n, v in zip(key, row, strict=True)) for row in keys.iter_rows())
    return "(" + " OR ".join(f"({row})" for row in rows) + ")"


def _and(*clauses: str) -> str:
    return " AND ".join(c for c in clauses if c)


def _quoted(name: str) -> str:
    return name if name.lstrip(":@").replace("_", "").isalnum() else f"`{name.replace('`', '')}`"


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
