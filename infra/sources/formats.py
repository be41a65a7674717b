"""Which reader reads which format, and which ending stands for which. A new format is one file with a ``read`` and a line or two here.

Belongs here: the choice. Does not: reading (a file per format).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Final

from infra.sources import json_document, json_lines, separated
from infra.sources.guarded import asking
from infra.sources.table import Layout, Table, UnusableFile
from transforms.district.source import Format

READERS: Final[dict[Format, Callable[[bytes, Layout], Table]]] = {
    "csv": separated.read_commas,
    "tsv": separated.read_tabs,
    "json": json_document.read,
    "jsonl": json_lines.read,
    "parquet": asking.parquet,
    "excel": asking.workbook,
}
ENDINGS: Final[dict[str, Format]] = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".geojson": "json",
    ".parquet": "parquet",
    ".xlsx": "excel",
}


def format_of(name: str) -> Format:
    """The format that the ending of a name stands for.

    Raises:
        UnusableFile: for none.
    """
    ending = PurePath(name).suffix.lower()
    if ending not in ENDINGS:
        said = f"its ending is not one of {' '.join(ENDINGS)}" if ending else "the name has no ending"
        raise UnusableFile("file_unreadable", f"{said}; say what it holds: format = one of {', '.join(map(repr, READERS))}")
    return ENDINGS[ending]


def read(content: bytes, name: str, layout: Layout, declared: Format | None = None) -> Table:
    """Read the wanted columns of an unpacked file.

    Args:
        content: its bytes.
        name: its name, of which only the ending matters.
        layout: which columns, and what a format needs to know beside them.
        declared: its format whatever its name; None goes by the ending.

    Raises:
        UnusableFile: empty, unreadable, in another encoding, without rows, or without a wanted column.
    """
    if not content:
        raise UnusableFile("file_empty", "the file has no bytes")
    return READERS[declared or format_of(name)](content, layout)
