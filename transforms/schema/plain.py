"""Values as JSON and back: every result that is stored, printed or sent is a frozen dataclass, and this is the one place that dumps it.

Belongs here: dataclass to plain values and plain values to dataclass, as their types say. Does not: what the values mean (their own
modules), frames (``transforms.schema``).
"""

from __future__ import annotations

import json
from typing import TypeAlias, TypeVar, cast

import polars as pl
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

T = TypeVar("T")
# Making one takes a thousand times as long as asking it.
_adapters: dict[type[object], TypeAdapter[object]] = {}


def plain(value: object) -> Json:
    """A dataclass, or a list or mapping of such, as plain JSON values; dates and moments become ISO 8601 texts, tuples lists."""
    return cast("Json", to_jsonable_python(value))


def as_json(value: object) -> str:
    """The same as an indented text that keeps Chinese readable."""
    return json.dumps(plain(value), ensure_ascii=False, indent=1)


def read_back(kind: type[T], value: object) -> T:
    """What ``plain`` made of a value of this type, as that type again.

    Raises:
        pydantic.ValidationError: it is not one.
    """
    adapter = _adapters.get(kind) or _adapters.setdefault(kind, TypeAdapter(kind))
    return cast("T", adapter.validate_python(value))


def records(kind: type[T], frame: pl.DataFrame) -> tuple[T, ...]:
    """The rows of a frame as dataclasses; its further columns are left out.

    Raises:
        polars.exceptions.ColumnNotFoundError: a field has no column.
        pydantic.ValidationError: a value is not of its field's type.
    """
    rows = frame.select(list(getattr(kind, "__dataclass_fields__", ()))).iter_rows(named=True)
    return tuple(read_back(kind, row) for row in rows)
