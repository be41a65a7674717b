"""The words for kinds in landed batches, so that those without a code can be shown and an edit of a codelist be tried.

Belongs here: reading landed files for this alone. Does not: which words may be shown (``transforms.reports.kind_words``).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from infra.addresses import linked
from transforms.district.source import Source
from transforms.reports.kind_words import counted

_WORDS = pl.Schema({"word": pl.String, "count": pl.Int64})


def landed_words(folder: Path, source: Source) -> pl.DataFrame:
    """``word`` and ``count`` over every landed batch of a source; none where it has no column of kinds or nothing landed."""
    columns = source.columns.of("kind")
    # A batch that landed under another declaration may lack a column of today's.
    held = [f for f in sorted(linked(folder).glob("*.parquet")) if columns and set(columns) <= set(pl.read_parquet_schema(f))]
    # Together: counting costs much the same for one batch and for all of them.
    return counted(pl.read_parquet(held, columns=columns), source) if held else _WORDS.to_frame()
