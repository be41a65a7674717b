"""What a column of a report may hold: a closed set of types, and why a text that was written there came to nothing.

Belongs here: which field has which type, how each lies, and the reason code of each that cannot be read. Does not: reading a text as one
(``values``, ``mapping``), what is done about it (``expectations.suites``).

A text is none of these, so none of a report is kept: whoever writes a name where a code should stand has written nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl
from polars.datatypes import DataTypeClass

from transforms.schema import UTC
from transforms.words.types import Type

# How each type lies in a table.
STORED_AS: Final[Mapping[Type, frozenset[pl.DataType | DataTypeClass]]] = {
    Type.KEY: frozenset({pl.String()}),
    Type.TIME: frozenset({UTC}),
    Type.DAY: frozenset({pl.Date()}),
    Type.NUMBER: frozenset({pl.Float64()}),
    Type.CELL: frozenset({pl.String()}),
    Type.CODE: frozenset({pl.String()}),
    Type.FLAG: frozenset({pl.Boolean()}),
    Type.COUNT: frozenset({pl.Int8(), pl.Int32(), pl.Int64()}),
}


@dataclass(frozen=True)
class Field:
    """A field of a report: its type, and the reason code where a text could not be read as one; None where that is no reason."""

    type: Type
    unread: str | None = None


# Every column of ``CANDIDATES``, which is what lands.
FIELDS: Final[Mapping[str, Field]] = {
    "row": Field(Type.COUNT),
    "key_hash": Field(Type.KEY, "key_missing"),
    "occurred_at": Field(Type.TIME, "time_unreadable"),
    "reported_at": Field(Type.TIME, "time_unreadable"),
    "known_at": Field(Type.TIME, "time_unreadable"),
    "kind": Field(Type.CODE, "kind_unknown"),
    "severity": Field(Type.COUNT, "severity_invalid"),
    "discovery": Field(Type.CODE, "discovery_unknown"),
    "lon": Field(Type.NUMBER, "coordinates_impossible"),
    "lat": Field(Type.NUMBER, "coordinates_impossible"),
    "zone": Field(Type.CELL, "zone_unknown"),
    "premises": Field(Type.CODE, "premises_unknown"),
    "department": Field(Type.CODE, "department_unknown"),
    "first_department": Field(Type.CODE),
    "status": Field(Type.CODE, "status_unknown"),
    "confirmed": Field(Type.FLAG),
    "urgency": Field(Type.CODE),
    **{
        name: Field(Type.TIME, "time_unreadable")
        for name in ("due_at", "first_contact_at", "accepted_at", "recheck_at", "closed_at", "extended_until")
    },
    "by_the_hour": Field(Type.FLAG),
    **{name: Field(Type.COUNT) for name in ("callers", "paused_days", "transfers", "reopens", "unread_times")},
    "count": Field(Type.COUNT, "count_invalid"),
    **{f"{name}_given": Field(Type.FLAG) for name in ("occurred", "kind", "place", "zone", "premises", "department", "status")},
}


def require_typed(rows: pl.DataFrame) -> pl.DataFrame:
    """Pass rows of which every column is a field and lies as its type does: what lands.

    Raises:
        ValueError: one is none, or lies otherwise; the message names each column and no value.
    """
    wrong = [f"{name} is {type_}" for name, type_ in rows.schema.items() if name not in FIELDS or type_ not in STORED_AS[FIELDS[name].type]]
    if wrong:
        raise ValueError("these columns may not be kept: " + ", ".join(wrong))
    return rows
