"""What reading a source's deliveries again changes: which reports come out otherwise, which come out no more.

Belongs here: comparing what stands with what would stand had today's declaration been there from the start, and the versions that make up
the difference. Does not: reading (``flows.intake.reread``), which version stands (``versions``).

A version made by a rereading stands where the one it replaces stood: it takes the greater of both orders, and enters after it. Earlier
nights never see it, for they read no later commit than their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from transforms.reports.delivery import Delivery
from transforms.reports.versions import standing, version_hash
from transforms.schema import REPORTS
from transforms.schema.frames import frame
from transforms.words import Status

# What changed, by what became of the reports and by their kinds before and after; a null is none.
CHANGES: Final = frame({"change": pl.String, "before": pl.String, "after": pl.String, "reports": pl.Int64})


@dataclass(frozen=True)
class Difference:
    """What a rereading comes to.

    Attributes:
        versions: what is to enter (``REPORTS``).
        changes: those reports by what becomes of them, ``added``, ``changed`` or ``withdrawn``, and by kind (``CHANGES``).
        unchanged: how many reports come out as they stand.
        left: how many would come out otherwise, or no more, and stay as they stand because what told of them has gone.
        first_day: the earliest day of a report that changes, before or after; None where none does.
    """

    versions: pl.DataFrame = field(repr=False)
    changes: pl.DataFrame = field(repr=False)
    unchanged: int
    left: int

    def counted(self, change: str) -> int:
        """How many reports changed in this way."""
        return int(self.changes.filter(pl.col("change") == change)["reports"].sum())


def difference(stored: pl.DataFrame, wanted: pl.DataFrame, unsure: pl.Series, reading: Delivery) -> Difference:
    """Compare what stands with what the deliveries come to now.

    Args:
        stored: every version that the lake holds of the source.
        wanted: every version that its deliveries make now, as a lake would have taken them in one after the other.
        unsure: the ids of reports of which something was told that cannot be read again (``told_by_lost``): they stay as they stand.
        reading: whose versions the difference becomes.
    """
    released = reading.source.released
    have, want = standing(stored, released), standing(wanted, released)
    sure = ~pl.col("report_id").is_in(unsure.implode())
    both = want.join(have.select("report_id", was="version_hash", was_kind="kind"), on="report_id", how="left")
    same = both.filter(pl.col("was") == pl.col("version_hash"))
    other = both.filter(pl.col("was").is_null() | (pl.col("was") != pl.col("version_hash")))
    gone = have.join(want, on="report_id", how="anti")
    entering = other.filter(pl.col("was").is_null() | sure)
    leaving = gone.filter(sure)
    replaced = _latest(stored, entering)
    entering = entering.join(replaced, on="report_id", how="left").with_columns(
        *(pl.max_horizontal(c, f"{c}_before").alias(c) for c in ("order_key", "rank")),
        known_at=pl.max_horizontal("known_at", "known_at_before") if released else pl.col("known_at"),
    )
    leaving = leaving.with_columns(status=pl.lit(Status.WITHDRAWN.value))
    versions = pl.concat([entering.select(list(REPORTS)), leaving.select(list(REPORTS))])
    versions = versions.with_columns(batch_id=pl.lit(reading.batch_id), recorded_seq=pl.lit(0, pl.Int64))
    told = pl.concat(
        [
            entering.select(
                change=pl.when(pl.col("was").is_null()).then(pl.lit("added")).otherwise(pl.lit("changed")), before="was_kind", after="kind"
            ),
            leaving.select(change=pl.lit("withdrawn"), before="kind", after=pl.lit(None, pl.String)),
        ]
    )
    changes = (
        told.group_by("change", "before", "after")
        .agg(reports=pl.len().cast(pl.Int64))
        .sort("reports", "change", "before", "after", descending=[True, False, False, False])
    )
    left = len(other) - len(entering) + len(gone) - len(leaving)
    return Difference(versions.with_columns(version_hash(versions)), changes.select(list(CHANGES)), len(same), left)


def told_by_lost(stored: pl.DataFrame, lost_up_to: int) -> pl.Series:
    """The reports of which a delivery that has gone may have told: nobody knows what that one said.

    Args:
        stored: every version that the lake holds of a source.
        lost_up_to: the greatest ``order_key`` of a delivery that cannot be read again; 0 where every one can.
    """
    first = stored.group_by("report_id").agg(pl.col("order_key").min())
    return first.filter(pl.col("order_key") <= lost_up_to)["report_id"]


def _latest(stored: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    """Of reports that are stored, withdrawn ones too, the greatest of what decides between versions."""
    own = stored.join(reports.select("report_id"), on="report_id", how="semi")
    return own.group_by("report_id").agg(pl.col("order_key", "rank", "known_at").max().name.suffix("_before"))
