"""A JSON document: a list of objects, or an object that holds one list of them.

Belongs here: where in the document the records are. Does not: what they hold (``table.Gatherer``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from infra.sources.limits import MAX_JSON_BYTES
from infra.sources.table import Gatherer, Layout, Table, UnusableFile
from infra.sources.text import to_utf8


def read(content: bytes, layout: Layout) -> Table:
    """A table with one row per record.

    Raises:
        UnusableFile: no JSON, too large, or no list of objects where one is looked for.
    """
    if len(content) > MAX_JSON_BYTES:
        detail = f"a JSON document of {len(content) >> 20} MiB; up to {MAX_JSON_BYTES >> 20} are read, larger ones as JSON lines (.jsonl)"
        raise UnusableFile("file_too_large", detail)
    text = to_utf8(content, layout.encoding)
    records = _records(parse(text.body), layout.records)
    if not records:
        raise UnusableFile("no_rows", "the list of records is empty")
    gathered = Gatherer(layout)
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            raise UnusableFile("file_unreadable", f"record {number} is not a JSON object")
        gathered.add(record)
    return gathered.table(byte_order_mark=text.byte_order_mark)


def parse(body: bytes) -> object:
    """The document. Raises ``UnusableFile`` for what is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnusableFile("file_unreadable", f"not a JSON document ({type(error).__name__})") from None


def longest(document: object) -> tuple[str | None, list[object]]:
    """The longest list of objects in a document that nobody has declared, and its path where it must be declared."""
    lists = {path: found for path, found in _lists(document, "") if any(isinstance(r, dict) for r in found)}
    if not lists:
        raise UnusableFile("no_rows", "the document holds no list of objects")
    path = max(lists, key=lambda p: len(lists[p]))
    try:
        found_anyway = _records(document, None) is lists[path]
    except UnusableFile:
        found_anyway = False
    return None if found_anyway else path, lists[path]


def _lists(value: object, path: str) -> Iterator[tuple[str, list[object]]]:
    if isinstance(value, list):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _lists(inner, f"{path}.{name}" if path else name)


def _records(document: object, path: str | None) -> list[object]:
    """The list at ``path``; without a path the document itself, or the one list in it."""
    if path is not None:
        found: object = document
        for step in path.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        if not isinstance(found, list):
            raise UnusableFile("file_unreadable", f"there is no list at records = {path!r}")
        return found
    if isinstance(document, list):
        return document
    lists = {name: value for name, value in document.items() if isinstance(value, list)} if isinstance(document, dict) else {}
    if len(lists) != 1:
        what = "holds no list" if not lists else f"holds {len(lists)} lists"
        raise UnusableFile("file_unreadable", f"the document {what}; name the path of the records: records = 'result.items'")
    return next(iter(lists.values()))
