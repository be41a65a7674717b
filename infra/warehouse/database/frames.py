"""Rows of a query as a frame.

Belongs here: the one conversion, and the type of a moment in a frame. Does not: which columns (``transforms.schema``, and the subjects).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl
from polars.datatypes import DataTypeClass

from transforms.schema import UTC

# Widened, so that instances and classes of types mix in one schema.
UTC_TIME: Final[pl.DataType | DataTypeClass] = UTC


def as_frame(rows: Iterable[Sequence[object]], schema: pl.Schema) -> pl.DataFrame:
    """Rows whose columns stand in the order of ``schema``."""
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
