"""A batch at the end of its road: what may enter the lake, what is set aside and why, what the checks said.

Belongs here: the one value that the road returns, whoever walks it. Does not: walking (``flows.intake.road``), what is kept of it
(``infra.warehouse.intake.ledger``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import polars as pl

from transforms.district.declaration import District
from transforms.reports.checked import Said
from transforms.reports.corrections import DOUBTING, Corrections, effect_of
from transforms.schema import UTC
from transforms.words.corrections import Effect

# Of a batch of which every row was walked.
NOT_WALKED: Final = pl.DataFrame(schema={"row": pl.Int64, "report_id": pl.String, "reason": pl.String})


@dataclass(frozen=True)
class Walked:
    """What became of every row of a batch.

    Attributes:
        rows: ``row, key_hash, kind`` of every candidate, the kind where it may be named beside a row.
        rejects: the rows that the checks set aside (``QUARANTINED``).
        outside: those that lie in no cell (``QUARANTINED``); of an incident, the row that stands for it.
        leaving: the reports that these are about (``LEAVING``).
        merged: how many rows became part of an incident that another row stands for.
        versions: what may enter the lake (``REPORTS``), with a ``recorded_seq`` of nothing.
        said: what the checks said, with the measures of the batch.
    """

    rows: pl.DataFrame = field(repr=False)
    rejects: pl.DataFrame = field(repr=False)
    outside: pl.DataFrame = field(repr=False)
    leaving: pl.DataFrame = field(repr=False)
    merged: int
    versions: pl.DataFrame = field(repr=False)
    said: Said

    def corrections(self, left_out: pl.DataFrame, only: pl.Series | None = None) -> Corrections:
        """What of the batch cannot enter and is about reports.

        Args:
            left_out: rows that were not walked, ``row, report_id, reason``.
            only: the rows that are asked about; None for all.
        """
        rejected = self.rejects.join(self.rows, on="row").select("row", "reason", report_id="key_hash")
        rest = pl.concat([left_out.select("row", "reason", "report_id"), rejected]).drop_nulls("report_id")
        effects = {reason: effect_of(reason).value for reason in rest["reason"].unique()}
        rest = rest.with_columns(effect=pl.col("reason").replace_strict(effects, return_dtype=pl.String))
        withdrawn = rest.filter(pl.col("effect") == Effect.WITHDRAWS.value)
        named = withdrawn.select("row", "report_id", known_at=pl.lit(None, UTC), rank=pl.lit(0, pl.Int32))
        leaving = pl.concat([self.leaving, named])
        doubting = rest.filter(pl.col("effect") == Effect.DOUBTS.value).select(list(DOUBTING)).unique()
        chosen = pl.lit(value=True) if only is None else pl.col("row").is_in(only.implode())
        return Corrections(leaving.filter(chosen), doubting.filter(chosen))

    @cached_property
    def passed(self) -> pl.DataFrame:
        """The rows that the checks let through."""
        return self.rows.filter(~pl.col("row").is_in(self.rejects["row"].implode()))


def with_nameable_kinds(candidates: pl.DataFrame, district: District) -> pl.DataFrame:
    """``row, key_hash, kind`` of candidates; no kind that is sensitive stands beside a row."""
    named = [k.code for k in district.kinds.values() if not k.sensitive]
    return candidates.select("row", "key_hash", kind=pl.when(pl.col("kind").is_in(named)).then("kind"))
