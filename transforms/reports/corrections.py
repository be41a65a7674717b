"""Corrections that cannot enter: what becomes of the report that stands, so that an old version never goes on counting in silence.

Belongs here: the rule per reason, and the versions that withdraw. Does not: which rows cannot enter (``expectations``, ``locating``,
``scope``), the lake (``flows.intake.entering``), showing what is doubtful (``flows.tell``).

The rule. What is known to be no longer ours is withdrawn: a report that now lies outside the district, or that its source's filter now
leaves out while nothing in the delivery keeps it in. What cannot be read says only that something changed: the report that stands goes on
counting, and is told to be doubtful until the row is resolved, expires, or a later delivery says something that can be read. A row
without a key names no report.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from transforms.reports.delivery import Delivery
from transforms.reports.versions import is_latest, standing, version_hash
from transforms.schema import REPORTS, UTC
from transforms.schema.frames import frame
from transforms.words import Status
from transforms.words.corrections import Effect

# By reason code; what is not named here casts doubt.
_EFFECTS: Final = {
    "outside_district": Effect.WITHDRAWS,
    "out_of_scope": Effect.WITHDRAWS,
    "deleted": Effect.WITHDRAWS,
    "key_missing": Effect.NOTHING,
}

# A commit after every other.
LAST: Final = 2**62

# Reports that a delivery says are no longer here: which, since when that could be known (null: since the delivery), the rank in it.
LEAVING: Final = frame({"row": pl.Int64, "report_id": pl.String, "known_at": UTC, "rank": pl.Int32})
# Rows that say something about a report which cannot be read.
DOUBTING: Final = frame({"row": pl.Int64, "report_id": pl.String})


def effect_of(reason: str) -> Effect:
    """What a row set aside for a reason does to the report that stands."""
    return _EFFECTS.get(reason, Effect.DOUBTS)


@dataclass(frozen=True)
class Corrections:
    """What a delivery says of reports in rows that cannot enter: who leaves (``LEAVING``), and which rows cast doubt (``DOUBTING``)."""

    leaving: pl.DataFrame = field(default_factory=LEAVING.to_frame, repr=False)
    doubting: pl.DataFrame = field(default_factory=DOUBTING.to_frame, repr=False)

    @property
    def report_ids(self) -> pl.DataFrame:
        """The reports that they are about, ``report_id``."""
        return pl.concat([self.leaving.select("report_id"), self.doubting.select("report_id")]).unique().drop_nulls()


def withdrawals(leaving: pl.DataFrame, known: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    """Versions (``REPORTS``) that withdraw those of the ``known`` reports that stand and are ``leaving``."""
    # Few reports leave; the rest of what is known is not looked at.
    known = known.join(leaving, on="report_id", how="semi")
    stands = standing(known, delivery.source.released)
    last = leaving.sort("report_id", "rank").unique("report_id", keep="last", maintain_order=True)
    gone = stands.join(last.select("report_id", since="known_at", place="rank"), on="report_id", maintain_order="left")
    # By a rule of so many hours after a report, whatever is said of it was known then.
    usual = pl.col("known_at") if delivery.source.known_at.rule == "after_reported" else pl.lit(delivery.landed_at).cast(UTC)
    gone = gone.with_columns(
        status=pl.lit(Status.WITHDRAWN.value),
        known_at=pl.coalesce("since", usual),
        rank=pl.col("place"),
        order_key=pl.lit(delivery.order_key, pl.Int64),
        batch_id=pl.lit(delivery.batch_id),
        recorded_seq=pl.lit(0, pl.Int64),
    ).select(list(REPORTS))
    gone = gone.with_columns(version_hash(gone))
    # One that would not come to stand, as where a later release of the same file lies inside, withdraws nothing.
    both = pl.concat([known, gone.with_columns(recorded_seq=pl.lit(LAST, pl.Int64))])
    return gone.filter(is_latest(both, delivery.source.released).tail(len(gone))) if len(gone) else gone


def doubtful(doubting: pl.DataFrame, known: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    """Of the rows that cast doubt those, ``row``, whose report stands."""
    asked = known.join(doubting, on="report_id", how="semi")
    return doubting.join(standing(asked, delivery.source.released), on="report_id", how="semi").select("row")
