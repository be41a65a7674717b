"""Tables of text out of the answers of far sides.

Belongs here: records of JSON as columns. Does not: where in an answer the records are (a file per protocol), files
(``infra.sources.formats``).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence

import orjson
import polars as pl

from infra.sources.connectors.client import BrokenAnswer
from infra.sources.table import flat, text_of


def parsed(body: bytes, content_type: str = "") -> object:
    """A JSON answer.

    Raises:
        BrokenAnswer: it is none.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BrokenAnswer(f"it answers with {_instead(body, content_type)} where JSON belongs") from None


def text_table(body: bytes, columns: Sequence[str], content_type: str = "") -> pl.DataFrame:
    """The wanted columns of an answer that is a list of objects; null where an object lacks one.

    Raises:
        BrokenAnswer: it is something else.
    """
    if body[:64].lstrip()[:1] == b"[" and not any("." in name for name in columns):
        # Four times as fast, and it cannot say what is wrong.
        try:
            found = pl.read_json(io.BytesIO(body), schema=dict.fromkeys(columns, pl.String))
        except pl.exceptions.PolarsError:
            return table_of(listed(parsed(body, content_type)), columns)
        # Half of a character is read as nothing, and nobody else writes a NUL.
        return found if b"\\u" not in body else table_of(listed(parsed(body, content_type)), columns)
    return table_of(listed(parsed(body, content_type)), columns)


def listed(document: object) -> list[object]:
    """A document that is a list. Raises ``BrokenAnswer``."""
    if not isinstance(document, list):
        raise BrokenAnswer("it answers with a JSON object where a list of rows belongs")
    return document


def table_of(records: Iterable[object], columns: Sequence[str]) -> pl.DataFrame:
    """The wanted columns of records, those of inner objects by their path (``place.lat``), points as ``POINT (lon lat)``.

    Raises:
        BrokenAnswer: a record is no object, or a text is broken.
    """
    gathered: dict[str, list[str | None]] = {name: [] for name in columns}
    for record in records:
        if not isinstance(record, dict):
            raise BrokenAnswer("it answers with rows that are no JSON objects")
        for name, values in gathered.items():
            values.append(_text(_at(record, name)))
    try:
        return pl.DataFrame(gathered, schema=dict.fromkeys(columns, pl.String))
    except UnicodeEncodeError:
        raise BrokenAnswer("it answers with half of a character") from None


def every_column(records: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """All columns of some records, for a sample."""
    names = list(dict.fromkeys(name for r in records for name, _ in flat({k: _point(v) for k, v in r.items()})))
    return table_of(records, names)


def _at(record: Mapping[str, object], name: str) -> object:
    if name in record or "." not in name:
        return record.get(name)
    found: object = record
    for step in name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _point(value: object) -> object:
    """The text of a point in one of the ways in which portals write them; any other value as it is."""
    if not isinstance(value, dict):
        return value
    pair = value.get("coordinates") if value.get("type") == "Point" else (value.get("longitude"), value.get("latitude"))
    return f"POINT ({pair[0]} {pair[1]})" if isinstance(pair, list | tuple) and len(pair) >= 2 and None not in pair else value


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        # A column of numbers may come with and without a point; a key must not.
        return str(int(value))
    return text_of(_point(value))


def _instead(body: bytes, content_type: str) -> str:
    start = body[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")) or "html" in content_type:
        return "a page of HTML"
    if not start:
        return "nothing"
    return "something that breaks off" if start[:1] in b"[{" else "something else"
