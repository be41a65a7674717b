"""What every frame of the house is declared and held to.

Belongs here: the types that columns share, and the check that a frame has the columns it should. Does not: any frame (the files beside this
one, one per subject).
"""

from __future__ import annotations

from typing import Final

import polars as pl
from polars.datatypes import DataTypeClass

UTC: Final = pl.Datetime("us", "UTC")


def frame(columns: dict[str, pl.DataType | DataTypeClass]) -> pl.Schema:
    """A schema; types with and without parameters may stand side by side."""
    return pl.Schema(columns)


def require_schema(frame: pl.DataFrame, schema: pl.Schema, name: str) -> pl.DataFrame:
    """Return ``frame`` with exactly the columns of ``schema``, in its order.

    Raises:
        ValueError: a column is missing, unexpected, or of another type; the message names each.
    """
    problems = [f"missing {c}" for c in schema if c not in frame.columns]
    problems += [f"unexpected {c}" for c in frame.columns if c not in schema]
    problems += [f"{c} is {frame.schema[c]}, not {t}" for c, t in schema.items() if c in frame.columns and frame.schema[c] != t]
    if problems:
        raise ValueError(f"{name}: " + "; ".join(problems))
    return frame.select(list(schema))
