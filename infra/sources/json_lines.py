"""JSON lines: one object in each line.

Belongs here: lines. Does not: objects (``table.Gatherer``), encodings (``text``).
"""

from __future__ import annotations

import io
import json

from infra.sources.table import Gatherer, Layout, Table, UnusableFile
from infra.sources.text import to_utf8


def read(content: bytes, layout: Layout) -> Table:
    """A table with one row per line that is not empty."""
    text = to_utf8(content, layout.encoding)
    gathered = Gatherer(layout)
    # Lines of bytes end at \n alone: JSON texts may hold the other characters at which `splitlines` breaks.
    for number, line in enumerate(io.BytesIO(text.body), start=1):
        if line.strip():
            gathered.add(_object(line, number))
    return gathered.table(byte_order_mark=text.byte_order_mark)


def _object(line: bytes, number: int) -> dict[str, object]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise UnusableFile("file_unreadable", f"line {number} is not a JSON object")
    return record
