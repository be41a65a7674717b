"""Versions of reports: their hashes, which are new, and what was known at a moment.

Belongs here: the rules of time travel, as pure functions over report versions. Does not: the table they live in (``infra.lake.lake``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import numpy as np
import polars as pl

from transforms.reports.delivery import Delivery
from transforms.reports.hashes import all_differ, named_words
from transforms.schema import REPORTS, UTC, VERSIONED
from transforms.words import Status

# What decides between the versions of a report, the first difference first.
_PRECEDENCE = ("released_at", "order_key", "rank", "recorded_seq")


def version_hash(reports: pl.DataFrame) -> pl.Series:
    """A 64-bit hash of what a version says, by the names of its columns, the same in every process and release; arrival does not enter."""
    return pl.Series("version_hash", named_words(reports, VERSIONED).view(np.int64))


def ranked(candidates: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    """Candidates with their ``rank`` among those of the same report in the delivery: by their release, then by row.

    Only a source that says when it released each row delivers several versions of a report at once; of others each row is the first.
    """
    first = pl.lit(0, pl.Int32)
    if delivery.source.known_at.rule != "column" or all_differ(candidates["key_hash"]):
        return candidates.with_columns(rank=first)
    several = pl.col("key_hash").is_duplicated()
    amended = candidates.filter(several).sort("key_hash", "known_at", "row")
    places = amended.select("row", rank=pl.int_range(pl.len(), dtype=pl.Int32).over("key_hash"))
    return candidates.join(places, on="row", how="left", maintain_order="left").with_columns(pl.col("rank").fill_null(first))


def as_versions(coarse: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    """Coarsened candidates as report versions in schema ``REPORTS``; the lake gives ``recorded_seq`` on appending."""
    frame = coarse.with_columns(
        report_id=pl.col("key_hash"),
        feed=pl.lit(delivery.source.feed),
        source=pl.lit(delivery.source.code),
        batch_id=pl.lit(delivery.batch_id),
        order_key=pl.lit(delivery.order_key, pl.Int64),
        precision=pl.lit(delivery.source.precision),
        recorded_seq=pl.lit(0, pl.Int64),
    )
    frame = frame.with_columns(version_hash(frame))
    return frame.select([pl.col(c).cast(t) for c, t in REPORTS.items()])


def _released_at(released: Collection[str]) -> pl.Expr:
    """When the sender released a version, where its source says so; of other sources the order of their deliveries decides."""
    return pl.when(pl.col("source").is_in(sorted(released))).then("known_at").alias("released_at")


def is_latest(versions: pl.DataFrame, released: Collection[str]) -> pl.Series:
    """Which versions stand: of each report the greatest by release (where a column rules), order of the delivery, rank in it, and the
    order in which they truly entered.

    Few reports have more than one version, so only those are sorted.
    """
    # A number is compared several times as fast as a text. Two reports that share a hash are merely looked at with the amended ones.
    keys = versions.select("report_id", _released_at(released), *_PRECEDENCE[1:], short=pl.col("report_id").hash())
    amended = keys["short"].is_duplicated()
    # Rows are numbered and only their keys sorted: moving every column of every amended report costs several times as much.
    candidates = keys.with_row_index("row").filter(amended).sort("short", *_PRECEDENCE)
    ends, short_ends = (candidates.select(pl.col(c).ne_missing(pl.col(c).shift(-1))).to_series() for c in ("report_id", "short"))
    # Versions of two reports that share a hash may lie among each other.
    apart = ends.equals(short_ends, check_names=False)
    newest = candidates.filter(ends) if apart else candidates.unique("report_id", keep="last", maintain_order=True)
    return (~amended).scatter(newest["row"], values=True)


def known(versions: pl.DataFrame, as_of: dt.datetime, lake_seq: int) -> pl.DataFrame:
    """Versions that could have been used at ``as_of`` and had entered by lake commit ``lake_seq``."""
    return versions.filter((pl.col("known_at") <= as_of) & (pl.col("recorded_seq") <= lake_seq))


def standing(versions: pl.DataFrame, released: Collection[str]) -> pl.DataFrame:
    """The version of each report that stands, where it was not withdrawn, the earliest event first.

    Args:
        versions: those known and recorded, schema ``REPORTS``.
        released: the sources of which a column says when each version was released.
    """
    counts = versions.select(pl.col("status") != Status.WITHDRAWN.value).to_series()
    return versions.filter(is_latest(versions, released) & counts).sort("occurred_on", maintain_order=True)


def promised(versions: pl.DataFrame) -> pl.DataFrame:
    """``report_id, promised_at, begun_at`` of reports whose deadline, or whose clocks' beginning, was told anew: of each the last that was
    told within a day of the first, null where it was always the same.

    Args:
        versions: those known and recorded, schema ``REPORTS``.
    """
    short = versions["report_id"].hash()
    told = versions.filter(short.is_duplicated()).select("report_id", "known_at", "recorded_seq", "due_at", "clock_from")
    due, begun = (_first_told(told, column) for column in ("due_at", "clock_from"))
    both = due.join(begun, on="report_id", how="full", coalesce=True).sort("report_id")
    return both.select("report_id", promised_at="due_at", begun_at="clock_from")


def _first_told(told: pl.DataFrame, column: str) -> pl.DataFrame:
    """What a column first said of each report of which it has said different things; who mistyped it has a day to mend that."""
    some = told.filter(pl.col(column).is_not_null())
    anew = some.filter(pl.col(column).n_unique().over("report_id") > 1)
    soon = anew.filter(pl.col("known_at") <= pl.col("known_at").min().over("report_id") + dt.timedelta(days=1))
    last = soon.sort("report_id", "known_at", "recorded_seq").unique("report_id", keep="last", maintain_order=True)
    return last.select("report_id", column)


def as_seen(reports: pl.DataFrame, night_start: dt.datetime) -> pl.DataFrame:
    """Reports as they stood when a night began: what closed or was contacted later is open, whatever is known since."""
    later = reports["closed_at"] >= night_start
    if later.any():
        reports = reports.with_columns(
            status=pl.when(later).then(pl.lit(Status.OPEN.value)).otherwise("status"),
            closed_at=pl.when(later).then(None).otherwise("closed_at"),
        )
    for told in ("first_contact_at", "accepted_at"):
        if (reports[told] >= night_start).any():
            reports = reports.with_columns(pl.when(pl.col(told) >= night_start).then(None).otherwise(told).alias(told))
    return reports


def without_known(arrived: pl.DataFrame, stored: pl.DataFrame, released: Collection[str]) -> pl.DataFrame:
    """Of the versions that arrived, those that say something new: unlike the one, stored or arrived, that they come after."""
    # Numbers are compared much faster than texts, and two reports that share one by chance are merely looked at with the rest.
    short = arrived["report_id"].hash()
    amending = short.is_in(stored["report_id"].hash().unique().implode())
    if not all_differ(arrived["report_id"]):
        amending |= short.is_duplicated()
    columns: list[str | pl.Expr] = ["report_id", "version_hash", "known_at", _released_at(released), *_PRECEDENCE[1:]]
    both = pl.concat(
        [
            stored.select(columns).with_columns(position=pl.lit(None, pl.UInt32)),
            arrived.with_row_index("position").filter(amending).select(*columns, "position"),
        ]
    ).sort("report_id", *_PRECEDENCE[:3], pl.col("position").is_not_null(), "recorded_seq")
    # It says nothing new where the one before it said so when it became known, or where the one that overrules it did: then nobody sees it.
    same = [pl.col(c) == pl.col(c).shift(n) for n in (1, -1) for c in ("report_id", "version_hash")]
    seen = [pl.col("known_at") >= pl.col("known_at").shift(n) for n in (1, -1)]
    before, after = pl.all_horizontal(*same[:2], seen[0]), pl.all_horizontal(*same[2:], seen[1])
    repeats = before.fill_null(value=False) | after.fill_null(value=False)
    new = both.filter(pl.col("position").is_not_null(), ~repeats)["position"]
    return arrived.filter((~amending).scatter(new, values=True)) if amending.any() else arrived


def gone(versions: pl.DataFrame, present: pl.Series, delivery: Delivery) -> tuple[int, pl.DataFrame]:
    """How many reports stand, and of those that are not ``present`` (ids) the versions that withdraw them, known since the delivery."""
    standing_now = standing(versions, delivery.source.released)
    lacking = standing_now.filter(~pl.col("report_id").is_in(present.implode())).with_columns(
        status=pl.lit(Status.WITHDRAWN.value),
        known_at=pl.lit(delivery.landed_at).cast(UTC),
        order_key=pl.lit(delivery.order_key, pl.Int64),
        recorded_seq=pl.lit(0, pl.Int64),
    )
    return len(standing_now), lacking.with_columns(version_hash(lacking))
