"""Layers of ArcGIS servers.

Belongs here: their questions and answers. Does not: the walk over pages (``keyset``). Rows are ordered by their object id and asked for
by position; a server that cannot order is asked by ranges of the ids that it lists.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

import polars as pl

from infra.sources.connectors.client import Answer, Asking, BrokenAnswer, Client, Rejected
from infra.sources.connectors.contract import FAR_ID, MOMENT, Described, FarColumn, Page, Wanted
from infra.sources.connectors.keyset import Position, walk, without_seen
from infra.sources.connectors.moments import earlier_ms, latest, read_moment
from infra.sources.connectors.rows import every_column, parsed, table_of
from infra.sources.connectors.secrets import revealed
from infra.sources.table import UnusableFile
from transforms.district.live import FromArcgis

T = TypeVar("T")
Json = dict[str, object]

_PAGE_ROWS: Final = 1000
_KEYS_AT_ONCE: Final = 100
_SAMPLE_ROWS: Final = 500
# As HTTP has them; what else may stand there are words of the far side.
_CODE: Final = re.compile(r"[0-9]{3}", re.ASCII)
_DENIED: Final = frozenset({"401", "403", "498", "499"})
_GEOMETRY: Final = ("geometry.x", "geometry.y")


class Arcgis:
    """One layer."""

    tells_newest_again = True

    def __init__(self, declared: FromArcgis, client: Client) -> None:
        self.declared, self._client = declared, client
        self._headers = {"X-Esri-Authorization": f"Bearer {revealed(declared.token)}"} if declared.token else {}
        told = self._ask(declared.shown, {}, lambda document: document)
        self.fields = [FarColumn(str(f.get("name")), str(f.get("type"))) for f in _objects(told.get("fields"))]
        of_type = next((f.name for f in self.fields if f.kind == "esriFieldTypeOID"), None)
        self.object_id = str(told.get("objectIdField") or of_type or "OBJECTID")
        edits = told.get("editFieldsInfo")
        self.edited = str(edits["editDateField"]) if isinstance(edits, dict) and edits.get("editDateField") else None
        most = told.get("maxRecordCount")
        self.page_rows = min(declared.page_rows or _PAGE_ROWS * 2, most if isinstance(most, int) and most > 0 else _PAGE_ROWS)
        can = told.get("advancedQueryCapabilities")
        self.pages_by_itself = bool(can.get("supportsPagination")) if isinstance(can, dict) else bool(told.get("supportsPagination"))
        self.tells_changes = self.edited is not None

    def columns(self) -> list[str] | None:
        """The names of all its columns, coordinates included."""
        return [*(f.name for f in self.fields), *_GEOMETRY] if self.fields else None

    def before(self, moment: str, now: dt.datetime) -> str:
        """The moment from which on it is asked, where another one was reached."""
        return earlier_ms(moment, dt.timedelta(hours=self.declared.overlap_hours), now)

    def pages(self, wanted: Wanted, since: str | None) -> Iterator[Page]:
        """Everything, or what changed since a moment."""
        changed = self._changed(since)
        # Before anything is read: what is edited behind the reader's back lies after it, and is asked for the next time.
        newest = self._newest(self.edited) if self.edited is not None and self.pages_by_itself and not wanted.whole else None
        if wanted.together:
            # Ids do not keep rows of one key together: they are gathered, and only their keys where only some changed.
            yield from self._together(wanted, changed, newest)
            return
        for rows in walk(_Asker(self, wanted, changed), self.declared.max_rows):
            yield self._page(rows, wanted, newest)

    def _newest(self, by: str) -> str | None:
        return _first(self.query({"outFields": by, "orderByFields": f"{by} DESC", "resultRecordCount": "1", **_BARE}, _features), by)

    def _together(self, wanted: Wanted, changed: str, newest: str | None) -> Iterator[Page]:
        keys = None
        if changed:
            found = [p.select(wanted.key) for p in walk(_Asker(self, wanted, changed), self.declared.max_rows)]
            keys = (
                pl.concat(found).unique(maintain_order=True).drop_nulls()
                if found
                else pl.DataFrame(schema=dict.fromkeys(wanted.key, pl.String))
            )
        clauses = (
            [""] if keys is None else [self._one_of(wanted.key, keys.slice(n, _KEYS_AT_ONCE)) for n in range(0, len(keys), _KEYS_AT_ONCE)]
        )
        for clause in clauses:
            found = list(walk(_Asker(self, wanted, clause), self.declared.max_rows))
            if found:
                yield self._page(pl.concat(found).sort(wanted.key, nulls_last=False, maintain_order=True), wanted, newest)

    def _one_of(self, key: Sequence[str], keys: pl.DataFrame) -> str:
        kinds = {f.name: f.kind for f in self.fields}
        rows = (" AND ".join(f"{n} = {_literal(v, kinds.get(n, ''))}" for n, v in zip(key, row, strict=True)) for row in keys.iter_rows())
        return "(" + " OR ".join(f"({row})" for row in rows) + ")"

    def _changed(self, since: str | None) -> str:
        if since is None or self.edited is None:
            return ""
        at = read_moment(since)
        return f"{self.edited} >= TIMESTAMP '{at:%Y-%m-%d %H:%M:%S}'" if at is not None else ""

    def _page(self, rows: pl.DataFrame, wanted: Wanted, newest: str | None) -> Page:
        moments = [pl.col(self.edited).alias(MOMENT)] if self.edited and not wanted.whole else []
        told = rows.select(*wanted.columns, pl.col(self.object_id).alias(FAR_ID), *moments)
        return Page(told, reached=newest if newest is not None or not moments else latest(told[MOMENT]))

    def describe(self, occurred: str | None) -> Described:
        """What it has, from a few requests."""
        by = occurred or self.edited
        rows = self.query({"outFields": "*", "resultRecordCount": str(_SAMPLE_ROWS), **_PLACE}, _features)
        ordered = self.query({"outFields": by, "orderByFields": f"{by} ASC", "resultRecordCount": "1"}, _features) if by else []
        last = self.query({"outFields": by, "orderByFields": f"{by} DESC", "resultRecordCount": "1"}, _features) if by else []
        return Described(
            columns=(*self.fields, *(FarColumn(name, "WGS-84") for name in _GEOMETRY)),
            rows=self.query({"returnCountOnly": "true"}, _count),
            oldest=_first(ordered, by),
            newest=_first(last, by),
            page_rows=self.page_rows,
            tells_changes=self.tells_changes,
            sample=every_column(rows),
            notes=() if self.pages_by_itself else ("it cannot page by itself, so it is asked by ranges of ids",),
        )

    def query(self, params: Mapping[str, str], understood: Callable[[Json], T]) -> T:
        """What is understood of the answer to one query."""
        return self._ask(f"{self.declared.shown.rstrip('/')}/query", {"where": self.declared.where, **params}, understood)

    def _ask(self, url: str, params: Mapping[str, str], understood: Callable[[Json], T]) -> T:
        # Understood while it is asked: what is broken about an answer may be healed by asking again.
        try:
            return self._client.ask(
                Asking(url, {**params, "f": "json"}, self._headers), lambda a: understood(_document(a, self.declared.shown))
            )
        except Rejected as rejected:
            raise UnusableFile(
                "source_answer", f"{self.declared.shown} does not take the question (it answers {rejected.status})"
            ) from None


_PLACE: Final = {"returnGeometry": "true", "outSR": "4326"}
_BARE: Final = {"returnGeometry": "false"}


class _Asker:
    """Rows of a layer by object id."""

    def __init__(self, layer: Arcgis, wanted: Wanted, where: str) -> None:
        self._layer, self.shown, self.page_rows = layer, layer.declared.shown, layer.page_rows
        self.order: Sequence[str] = [layer.object_id]
        self._where = " AND ".join(c for c in (f"({layer.declared.where})", where) if c)
        beside = [layer.edited] if layer.edited else []
        self._read = list(dict.fromkeys([*wanted.columns, layer.object_id, *beside]))
        self._fields = {"outFields": ",".join(n for n in self._read if n not in _GEOMETRY)}
        self._fields |= _PLACE if set(self._read) & {*_GEOMETRY} else _BARE
        self._ids: list[int] | None = None if layer.pages_by_itself else self._listed()

    def page(self, after: Position | None, seen: pl.DataFrame | None) -> pl.DataFrame:
        """Some rows after an id."""
        if self._ids is None:
            order = {"orderByFields": f"{self._layer.object_id} ASC", "resultRecordCount": str(self._layer.page_rows)}

            def understood(document: Json) -> pl.DataFrame | None:
                rows = self._table(_features(document))
                return None if rows.is_empty() and document.get("exceededTransferLimit") else without_seen(rows, seen, self.order)

            rows = self._layer.query({**self._fields, **order, "where": self._beyond(after)}, understood)
            if rows is not None:
                return rows
            # It has more, and gives none: it cannot page after all.
            self._ids = self._listed()
        return self._by_range(after, seen)

    def count(self, after: Position | None, until: Position | None = None) -> int | None:
        """How many rows lie after an id."""
        upto = f" AND {self._layer.object_id} <= {until[0]}" if until else ""
        return self._layer.query({"where": self._beyond(after) + upto, "returnCountOnly": "true"}, _count)

    def _by_range(self, after: Position | None, seen: pl.DataFrame | None) -> pl.DataFrame:
        left = self._beyond_id(after)
        if not left:
            # Whoever asks beyond the last one has counted more: they have come since.
            self._ids = self._listed()
            left = self._beyond_id(after)
        while left:
            some, left = left[: self._layer.page_rows], left[self._layer.page_rows :]
            oid = self._layer.object_id
            within = f"{self._where} AND {oid} >= {some[0]} AND {oid} <= {some[-1]}"
            rows = self._layer.query({**self._fields, "where": within}, lambda d: without_seen(self._table(_features(d)), seen, self.order))
            if not rows.is_empty():
                return rows
        return self._table([])

    def _beyond_id(self, after: Position | None) -> list[int]:
        return [i for i in self._ids or [] if after is None or i > int(after[0])]

    def _listed(self) -> list[int]:
        def ids(document: Json) -> list[int]:
            found = document.get("objectIds")
            if found is None:
                # So a layer without such rows says it.
                return []
            if not isinstance(found, list) or not all(isinstance(i, int) for i in found):
                raise BrokenAnswer("it answers with something else than a list of ids")
            return sorted(found)

        return self._layer.query({"where": self._where, "returnIdsOnly": "true"}, ids)

    def _beyond(self, after: Position | None) -> str:
        return self._where if after is None else f"{self._where} AND {self._layer.object_id} > {after[0]}"

    def _table(self, records: Sequence[Json]) -> pl.DataFrame:
        rows = table_of(records, self._read)
        oid = self._layer.object_id
        number = pl.col(oid).cast(pl.Int64, strict=False)
        if rows.select(number).to_series().null_count():
            raise UnusableFile("source_answer", f"{self.shown} gives rows without their object id")
        return rows.sort(number)


def _document(answer: Answer, shown: str) -> Json:
    """The answer, where it is none that says with status 200 what is wrong."""
    told = parsed(answer.body, answer.headers.get("content-type", ""))
    if not isinstance(told, dict):
        raise BrokenAnswer("it answers with something else than a JSON object")
    error = told.get("error")
    if isinstance(error, dict):
        code = str(error.get("code"))
        if not _CODE.fullmatch(code):
            raise UnusableFile("source_answer", f"{shown} does not take the question; check columns and `where`")
        if code in _DENIED:
            raise UnusableFile("source_refused", f"{shown} answers {code}: it wants a token, or another one")
        if code.startswith("5"):
            raise BrokenAnswer(f"it answers with the error {code}")
        raise UnusableFile("source_answer", f"{shown} does not take the question (error {code}); check columns and `where`")
    return told


def _features(document: Json) -> list[Json]:
    """The rows of an answer: attributes, and the geometry beside them."""
    if not isinstance(document.get("features"), list):
        raise UnusableFile("source_answer", "it answers without a list of features")
    return [{**_attributes(f), "geometry": f.get("geometry")} for f in _objects(document.get("features"))]


def _attributes(feature: Json) -> Json:
    found = feature.get("attributes")
    return found if isinstance(found, dict) else {}


def _objects(value: object) -> list[Json]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _count(document: Json) -> int:
    count = document.get("count")
    if not isinstance(count, int):
        # No number is not none: a layer that seems empty would pass for one that is.
        raise BrokenAnswer("it answers without a count")
    return count


def _first(records: Sequence[Json], name: str | None) -> str | None:
    value = records[0].get(name) if records and name else None
    return None if value is None else str(value)


def _literal(value: str, kind: str) -> str:
    quoted = "'" + value.replace("'", "''") + "'"
    return quoted if kind in {"esriFieldTypeString", "esriFieldTypeGUID", "esriFieldTypeGlobalID", ""} else value
