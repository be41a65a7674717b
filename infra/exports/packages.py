"""What a file holds, for programs and strangers: a Data Package descriptor beside it (datapackage.org, version 2 of the standard).

Belongs here: the descriptor. Does not: the file (``tables``, ``maps``), what columns mean (``infra.views.described``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from infra.exports.maps import PLACE, has_places
from infra.exports.systems import System

ENDING: Final = ".datapackage.json"
_PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
_MEDIA: Final = {
    "csv": "text/csv",
    "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet",
}
_KINDS: Final = {pl.String: "string", pl.Date: "date", pl.Datetime: "datetime", pl.Int64: "integer", pl.Float64: "number"}


@dataclass(frozen=True)
class File:
    """A written file: its name, whose last part says the format, and its bytes."""

    name: str
    content: bytes

    @property
    def format(self) -> str:
        """The ending without its dot."""
        return self.name.rpartition(".")[2].lower()


def as_package(file: File, rows: pl.DataFrame, title: str, columns: Mapping[str, str], system: System) -> bytes:
    """The descriptor of a file that holds these rows: ``columns`` says what each is, ``title`` the question that they answer.

    The same rows have the same descriptor, so it bears no time; size and hash tell whether it belongs to the file beside it.
    """
    on_map = file.format != "csv" and has_places(rows)
    names = [name for name in rows.columns if not (on_map and name in PLACE)]
    fields = [{"name": name, "type": _KINDS[rows.schema[name].base_type()], "description": columns[name]} for name in names]
    if on_map:
        kind = "geojson" if file.format == "geojson" else "any"
        fields.append({"name": "geometry", "type": kind, "description": f"where the row lies, in {system.name}"})
    resource = {
        "name": file.name.rpartition(".")[0].lower().replace(" ", "-"),
        "path": file.name,
        "title": title,
        "format": file.format,
        "mediatype": _MEDIA[file.format],
        "bytes": len(file.content),
        "hash": f"sha256:{hashlib.sha256(file.content).hexdigest()}",
    }
    if file.format != "parquet":
        resource["encoding"] = "utf-8"
    if file.format == "csv":
        resource["type"] = "table"
        resource["dialect"] = {"lineTerminator": "\r\n"}
    resource["schema"] = {"fields": fields, "missingValues": [""]}
    return json.dumps({"$schema": _PROFILE, "resources": [resource]}, ensure_ascii=False, indent=2).encode()
