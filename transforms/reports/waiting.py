"""Rows that wait in quarantine, once their batch was judged again: which may be let in, and what each of them comes to.

Belongs here: the counting of a retry. Does not: judging (``flows.intake.road``), moving rows from quarantine into the ledger
(``infra.warehouse.intake.ledger``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import polars as pl

from transforms.reports.walked import Walked
from transforms.schema import QUARANTINED


@dataclass(frozen=True)
class Resolution:
    """What a retry made of one batch's waiting rows.

    ``resolved`` are row numbers; they are counted as ``accepted``, ``merged`` or ``duplicate``, which add up to their number. ``still`` is
    ``QUARANTINED``: the rows that go on waiting, with the reason that holds now. ``recorded_seq`` is a commit in which reports entered,
    ``first_day`` and ``last_day`` span the resolved ones.
    """

    batch_id: str
    resolved: tuple[int, ...]
    still: pl.DataFrame = field(repr=False)
    accepted: int
    merged: int
    duplicate: int
    recorded_seq: int | None
    first_day: dt.date | None
    last_day: dt.date | None


@dataclass(frozen=True)
class Again:
    """A batch that was judged again, and those of its waiting rows that may be let in.

    ``waiting`` holds ``row, reason, column`` of every row of the batch that waits, ``chosen`` the numbers of those that may be let in now.
    """

    batch_id: str
    walked: Walked
    waiting: pl.DataFrame
    chosen: pl.Series

    def concerned(self) -> pl.DataFrame:
        """The rows that passed and say something about a report of which a chosen row does: one may complete an incident of others."""
        passed = self.walked.passed
        keys = passed.filter(pl.col("row").is_in(self.chosen.implode()))["key_hash"].unique()
        return passed.filter(pl.col("key_hash").is_in(keys.implode()))

    def entering(self) -> pl.DataFrame:
        """The versions to enter, those of the reports concerned."""
        return self.walked.versions.filter(pl.col("report_id").is_in(self.concerned()["key_hash"].implode()))

    def resolved(self, entered: pl.DataFrame) -> Resolution:
        """What the waiting rows come to; ``entered`` are those of ``entering`` that are in the lake now under the name of the batch."""
        versions, concerned = self.entering(), self.concerned()
        located = pl.col("key_hash").is_in(versions["report_id"].implode())
        inside = concerned.filter(located, pl.col("row").is_in(self.chosen.implode()))
        fresh = inside.filter(~pl.col("key_hash").is_in(self._stood_for().implode()))["key_hash"].unique()
        accepted = int(fresh.is_in(entered["report_id"].implode()).sum())
        days = versions["occurred_on"].to_list()
        outside = self.walked.outside.join(concerned, on="row", how="semi")
        return Resolution(
            batch_id=self.batch_id,
            resolved=tuple(inside["row"].to_list()),
            still=still_waiting(self.waiting, inside["row"], pl.concat([self.walked.rejects, outside])),
            accepted=accepted,
            merged=len(inside) - len(fresh),
            duplicate=len(fresh) - accepted,
            recorded_seq=int(entered["recorded_seq"][0]) if len(entered) else None,
            first_day=min(days, default=None),
            last_day=max(days, default=None),
        )

    def _stood_for(self) -> pl.Series:
        """The reports that other rows stood for before: an incident does not count a second time."""
        waits = pl.col("row").is_in(self.waiting["row"].implode())
        # Rows that wait for lying outside do so in the name of a whole incident: it was merged before it was found to lie there.
        outside = self.waiting.filter(pl.col("reason") == "outside_district")["row"]
        rows = self.walked.rows
        found = rows.filter(~waits)["key_hash"].drop_nulls().unique()
        in_their_name = rows.filter(pl.col("row").is_in(outside.implode()))["key_hash"]
        return found.filter(~found.is_in(in_their_name.implode()))


def still_waiting(waiting: pl.DataFrame, resolved: pl.Series, found: pl.DataFrame) -> pl.DataFrame:
    """The rows that go on waiting (``QUARANTINED``), each for what was found now, or else for what it waited for before."""
    left = waiting.filter(~pl.col("row").is_in(resolved.implode())).select(list(QUARANTINED))
    renewed = found.join(left.select("row").unique(), on="row", how="semi")
    return pl.concat([renewed, left.join(renewed.select("row"), on="row", how="anti")])
