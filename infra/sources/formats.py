"""Which reader reads which format, and which ending stands for which. A new format is one file with a ``read`` and a line or two here.

Belongs here: the choice. Does not: reading (a file per format).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePath
from typing import Final

from infra.sources import html_tables, json_document, json_lines, separated, xml_document
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
    "xml": xml_document.read,
    "html": html_tables.read,
}
# How workbooks begin: archives, and the older ones.
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BEGINNING: Final = 1_000
ENDINGS: Final[dict[str, Format]] = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".geojson": "json",
    ".parquet": "parquet",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xls": "excel",
    ".ods": "excel",
    ".xml": "xml",
    ".html": "html",
    ".htm": "html",
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


def what_it_is(content: bytes) -> Format | None:
    """The format of a file whose name is a workbook's; None where it begins as one does, or with what no text begins with.

    Systems export pages and texts under such names, for spreadsheets open them all the same.
    """
    begins = content[:_BEGINNING].lstrip(b"\xef\xbb\xbf \t\r\n")
    if content.startswith(_WORKBOOKS) or not begins or b"\x00" in begins:
        return None
    if begins.startswith(b"<"):
        # The XML of Excel 2003 has elements called as those of pages are.
        is_book = b"urn:schemas-microsoft-com:office:spreadsheet" in begins and not re.search(rb"(?i)<html", begins)
        return "html" if not is_book and re.search(rb"(?i)<(?:!doctype html|html|table|div|meta|head|body)", begins) else "xml"
    return "tsv" if b"\t" in begins.split(b"\n")[0] else "csv"


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
    form = declared or format_of(name)
    if form == "excel" and (told := what_it_is(content)) is not None:
        raise UnusableFile("file_unreadable", f"it is no workbook whatever its ending says; write format = {told!r}")
    return READERS[form](content, layout)
