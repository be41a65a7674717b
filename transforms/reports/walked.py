"""A batch at the end of its road: what may enter the lake, what is set aside and why, what the checks said.

Belongs here: the one value that the road returns, whoever walks it. Does not: walking (``flows.intake.road``), what is kept of it
(``infra.warehouse.ledger``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from transforms.district.declaration import District
from transforms.reports.checked import Said


@dataclass(frozen=True)
class Walked:
    """What became of every row of a batch.

    Attributes:
        rows: ``row, key_hash, kind`` of every candidate, the kind where it may be named beside a row.
        rejects: the rows that the checks set aside (``QUARANTINED``).
        outside: those that lie in no cell (``QUARANTINED``); of an incident, the row that stands for it.
        merged: how many rows became part of an incident that another row stands for.
        versions: what may enter the lake (``REPORTS``), with a ``recorded_seq`` of nothing.
        said: what the checks said, with the measures of the batch.
    """

    rows: pl.DataFrame = field(repr=False)
    rejects: pl.DataFrame = field(repr=False)
    outside: pl.DataFrame = field(repr=False)
    merged: int
    versions: pl.DataFrame = field(repr=False)
    said: Said

    @cached_property
    def passed(self) -> pl.DataFrame:
        """The rows that the checks let through."""
        return self.rows.filter(~pl.col("row").is_in(self.rejects["row"].implode()))


def with_nameable_kinds(candidates: pl.DataFrame, district: District) -> pl.DataFrame:
    """``row, key_hash, kind`` of candidates; no kind that is sensitive stands beside a row."""
    named = [k.code for k in district.kinds.values() if not k.sensitive]
    return candidates.select("row", "key_hash", kind=pl.when(pl.col("kind").is_in(named)).then("kind"))
