"""Rows of one incident as one report.

Belongs here: what several rows under one key say together. Does not: which source's rows are such (its declaration), rows that say the
same word for word (``infra.landing``).
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from transforms.schema import CANDIDATES
from transforms.words import Status


def merge_incidents(
    candidates: pl.DataFrame, sensitive: Collection[str] = (), *, callers: bool = False, taken_back: bool = False
) -> tuple[pl.DataFrame, int]:
    """One row per key, and how many were merged away: a sensitive kind before all others, then the most severe; the earliest times and the
    last closing.

    Units sent to one fire and charges of one arrest are rows of one incident, and an incident counts once. It says what all of its rows
    say together, so it is known when the last of them is. A charge of theft makes violence at home no less sensitive. A withdrawn row
    lends its kind only where every row is withdrawn. With ``taken_back`` it takes back one other, and the incident is withdrawn when
    none is left. With ``callers`` each row is somebody who called.
    """
    withdrawn = pl.col("status") == Status.WITHDRAWN.value
    apart = pl.col("kind").is_in([*sensitive])
    falling = [False, False, True, True, False, False]
    ranked = candidates.sort(pl.col("key_hash"), withdrawn, apart, "severity", "kind", "row", descending=falling, nulls_last=True)
    first = ["occurred_at", "reported_at", "due_at", "first_contact_at", "accepted_at", "recheck_at"]
    last = ["known_at", "closed_at", "extended_until", "by_the_hour", "callers", "paused_days", "transfers", "reopens"]
    merged = (
        ranked.group_by("key_hash", maintain_order=True)
        .agg(
            pl.exclude("key_hash", *first, *last, "status", "premises").first(),
            # One of the rows knows at which premises it is, the others may not say.
            pl.col("premises").drop_nulls().first(),
            *[pl.col(c).min() for c in first],
            *[pl.col(c).max() for c in last],
            # An incident is closed when no row of it is open, and withdrawn when every row of it is (those sort last).
            pl.when(pl.lit(value=taken_back) & (2 * withdrawn.sum() >= pl.len()))
            .then(pl.lit(Status.WITHDRAWN.value))
            .when((pl.col("status") == Status.OPEN.value).any())
            .then(pl.lit(Status.OPEN.value))
            .otherwise(pl.col("status").first())
            .alias("status"),
            rows=pl.len().cast(pl.Int32),
        )
        .with_columns(callers=pl.max_horizontal("callers", "rows") if callers else pl.col("callers"))
        .with_columns(closed_at=pl.when(pl.col("status") == Status.OPEN.value).then(None).otherwise("closed_at"))
        .select(list(CANDIDATES))
        .sort("row")
    )
    return merged, len(candidates) - len(merged)
