"""A JSON document: a list of objects, or an object that holds one list of them.

Belongs here: parsing it. Does not: where in the document the records are (``records``).
"""

from __future__ import annotations

import json
import re
from typing import Final

from infra.sources.limits import MAX_JSON_BYTES
from infra.sources.records import gathered
from infra.sources.table import Layout, Table, UnusableFile
from infra.sources.text import to_utf8
from transforms.grids.projected import projected_systems

# The newer number of ArcGIS stands behind its own; GeoJSON names one as a web address of names.
_SYSTEM: Final = re.compile(rb'"latestWkid"\s*:\s*(\d+)|"spatialReference"\s*:\s*\{\s*"wkid"\s*:\s*(\d+)\s*\}|crs:EPSG:[\d.]*:(\d+)')
_RENAMED: Final = {102100: 3857, 102113: 3857, 900913: 3857}


def read(content: bytes, layout: Layout) -> Table:
    """A table with one row per record.

    Raises:
        UnusableFile: no JSON, too large, or no list of objects where one is looked for.
    """
    if len(content) > MAX_JSON_BYTES:
        detail = f"a JSON document of {len(content) >> 20} MiB; up to {MAX_JSON_BYTES >> 20} are read, larger ones as JSON lines (.jsonl)"
        raise UnusableFile("file_too_large", detail)
    text = to_utf8(content, layout.encoding)
    return gathered(parse(text.body), layout, byte_order_mark=text.byte_order_mark)


def parse(body: bytes) -> object:
    """The document. Raises ``UnusableFile`` for what is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnusableFile("file_unreadable", f"not a JSON document ({type(error).__name__})") from None


def system_of(content: bytes) -> str | None:
    """The projected system that ArcGIS or GeoJSON says its coordinates are of, as an EPSG code; None where it says none."""
    said = _SYSTEM.search(content)
    code = next((int(number) for number in said.groups() if number), 0) if said else 0
    found = f"EPSG:{_RENAMED.get(code, code)}"
    return found if code and found in projected_systems() else None
