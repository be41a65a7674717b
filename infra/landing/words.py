"""The words for kinds in landed batches, so that those without a code can be shown and an edit of a codelist be tried.

Belongs here: reading landed files for this alone. Does not: which words may be shown (``transforms.reports.kind_words``).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from transforms.district.source import Source
from transforms.reports.kind_words import counted

_WORDS = pl.Schema({"word": pl.String, "count": pl.Int64})


def landed_words(folder: Path, source: Source) -> pl.DataFrame:
    """``word`` and ``count`` over every landed batch of a source; none where it has no column of kinds or nothing landed."""
    columns = source.columns.of("kind")
    found = [_WORDS.to_frame()]
    for file in sorted(folder.glob("*.parquet")) if columns else []:
        held = set(pl.read_parquet_schema(file))
        # A batch that landed under another declaration may lack a column of today's.
        if set(columns) <= held:
            found.append(counted(pl.read_parquet(file, columns=columns), source))
    return pl.concat(found).group_by("word").agg(pl.col("count").sum()).sort("count", "word", descending=[True, False])
