"""Which reader reads which ending. A new format is one file with a ``read`` and one line here.

Belongs here: the choice. Does not: reading (a file per format).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Final

from infra.sources import excel, json_document, json_lines, parquet, separated
from infra.sources.table import Layout, Table, UnusableFile

FORMATS: Final[dict[str, Callable[[bytes, Layout], Table]]] = {
    ".csv": separated.read_commas,
    ".txt": separated.read_commas,
    ".tsv": separated.read_tabs,
    ".jsonl": json_lines.read,
    ".ndjson": json_lines.read,
    ".json": json_document.read,
    ".geojson": json_document.read,
    ".parquet": parquet.read,
    ".xlsx": excel.read,
}


def read(content: bytes, name: str, layout: Layout) -> Table:
    """Read the wanted columns of an unpacked file.

    Args:
        content: its bytes.
        name: its name, of which only the ending matters.
        layout: which columns, and what a format needs to know beside them.

    Raises:
        UnusableFile: empty, unreadable, in another encoding, without rows, or without a wanted column.
    """
    if not content:
        raise UnusableFile("file_empty", "the file has no bytes")
    ending = PurePath(name).suffix.lower()
    if ending not in FORMATS:
        raise UnusableFile("file_unreadable", f"the ending {ending or 'of the name'!r} is not one of {' '.join(FORMATS)}")
    return FORMATS[ending](content, layout)
