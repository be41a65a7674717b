"""Tables out of documents: the list of records in one, whatever the document was written in.

Belongs here: where the list is. Does not: parsing (``json_document``, ``xml_document``), what the records hold (``table.Gatherer``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from infra.sources.table import Gatherer, Layout, Table, UnusableFile


def gathered(document: object, layout: Layout, *, byte_order_mark: bool) -> Table:
    """A table with one row per record of a document.

    Raises:
        UnusableFile: there is no list of objects where one is looked for.
    """
    records = at(document, layout.records)
    if not records:
        raise UnusableFile("no_rows", "the list of records is empty")
    found = Gatherer(layout)
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            raise UnusableFile("file_unreadable", f"record {number} is not an object with names and values")
        found.add(record)
    return found.table(byte_order_mark=byte_order_mark)


def longest(document: object) -> tuple[str | None, Sequence[object]]:
    """The longest list of objects in a document that nobody has declared, and its path where it must be declared."""
    lists = {path: found for path, found in _lists(document, "") if any(isinstance(r, dict) for r in found)}
    if not lists:
        raise UnusableFile("no_rows", "the document holds no list of objects")
    path = max(lists, key=lambda p: len(lists[p]))
    try:
        found_anyway = at(document, None) is lists[path]
    except UnusableFile:
        found_anyway = False
    return None if found_anyway else path, lists[path]


def at(document: object, path: str | None) -> list[object]:
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


def _lists(value: object, path: str) -> Iterator[tuple[str, list[object]]]:
    if isinstance(value, list):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _lists(inner, f"{path}.{name}" if path else name)
