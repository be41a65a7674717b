"""Versions of reports: their hashes, which are new, and what was known at a moment.

Belongs here: the rules of time travel, as pure functions over report versions. Does not: the table they live in (``infra.lake.lake``).
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from transforms.district.source import Source
from transforms.reports.hashes import all_differ, row_words
from transforms.schema import REPORTS, VERSIONED
from transforms.words import Status


def version_hash(reports: pl.DataFrame) -> pl.Series:
    """A 64-bit hash of what a version says, the same in every process and release; seconds and arrival do not enter."""
    return pl.Series("version_hash", row_words(reports, VERSIONED).view(np.int64))


def as_versions(located: pl.DataFrame, source: Source, batch_id: str) -> pl.DataFrame:
    """Located candidates as report versions in schema ``REPORTS``; the lake gives ``recorded_seq`` on appending."""
    frame = located.with_columns(
        report_id=pl.col("key_hash"),
        feed=pl.lit(source.feed),
        source=pl.lit(source.code),
        batch_id=pl.lit(batch_id),
        recorded_seq=pl.lit(0, pl.Int64),
    )
    frame = frame.with_columns(version_hash(frame))
    return frame.select([pl.col(c).cast(t) for c, t in REPORTS.items()])


def _is_latest(versions: pl.DataFrame) -> pl.Series:
    """Which versions are the newest of their report: by ``known_at``, then by the order in which they truly entered.

    Few reports have more than one version, so only those are sorted.
    """
    # A number is compared several times as fast as a text. Two reports that share a hash are merely looked at with the amended ones.
    keys = versions.select("report_id", "known_at", "recorded_seq", short=pl.col("report_id").hash())
    amended = keys["short"].is_duplicated()
    # Rows are numbered and only their keys sorted: moving every column of every amended report costs several times as much.
    candidates = keys.with_row_index("row").filter(amended).sort("short", "known_at", "recorded_seq")
    ends, short_ends = (candidates.select(pl.col(c).ne_missing(pl.col(c).shift(-1))).to_series() for c in ("report_id", "short"))
    # Versions of two reports that share a hash may lie among each other.
    apart = ends.equals(short_ends, check_names=False)
    newest = candidates.filter(ends) if apart else candidates.unique("report_id", keep="last", maintain_order=True)
    return (~amended).scatter(newest["row"], values=True)


def known(versions: pl.DataFrame, as_of: dt.datetime, lake_seq: int) -> pl.DataFrame:
    """Versions that could have been used at ``as_of`` and had entered by lake commit ``lake_seq``."""
    return versions.filter((pl.col("known_at") <= as_of) & (pl.col("recorded_seq") <= lake_seq))


def standing(versions: pl.DataFrame) -> pl.DataFrame:
    """The newest version of each report that was not withdrawn, the earliest event first."""
    counts = versions.select(pl.col("status") != Status.WITHDRAWN.value).to_series()
    return versions.filter(_is_latest(versions) & counts).sort("occurred_at")


def as_seen(reports: pl.DataFrame, night_start: dt.datetime) -> pl.DataFrame:
    """Reports as they stood when a night began: what closed or was contacted later is open, whatever is known since."""
    later = reports["closed_at"] >= night_start
    if later.any():
        reports = reports.with_columns(
            status=pl.when(later).then(pl.lit(Status.OPEN.value)).otherwise("status"),
            closed_at=pl.when(later).then(None).otherwise("closed_at"),
        )
    if (reports["first_contact_at"] >= night_start).any():
        contacted = pl.col("first_contact_at")
        reports = reports.with_columns(pl.when(contacted >= night_start).then(None).otherwise(contacted).alias("first_contact_at"))
    return reports


def without_known(arrived: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Of the versions that arrived, those that say something new: unlike the newest one, stored or arrived, before their ``known_at``."""
    # Numbers are compared much faster than texts, and two reports that share one by chance are merely looked at with the rest.
    short = arrived["report_id"].hash()
    amending = short.is_in(stored["report_id"].hash().unique().implode())
    if not all_differ(arrived["report_id"]):
        amending |= short.is_duplicated()
    columns = ["report_id", "known_at", "recorded_seq", "version_hash"]
    both = pl.concat(
        [
            stored.select(columns).with_columns(position=pl.lit(None, pl.UInt32)),
            arrived.select(columns).with_row_index("position").filter(amending).select(*columns, "position"),
        ]
    ).sort("report_id", "known_at", pl.col("position").is_not_null(), "recorded_seq")
    repeats = (pl.col("report_id") == pl.col("report_id").shift(1)) & (pl.col("version_hash") == pl.col("version_hash").shift(1))
    new = both.filter(pl.col("position").is_not_null(), ~repeats.fill_null(value=False))["position"]
    return arrived.filter((~amending).scatter(new, values=True)) if amending.any() else arrived


def gone(versions: pl.DataFrame, present: pl.Series, now: dt.datetime) -> tuple[int, pl.DataFrame]:
    """How many reports stand, and of those that are not ``present`` (ids) the versions that withdraw them, known from ``now`` on."""
    standing_now = standing(versions)
    lacking = standing_now.filter(~pl.col("report_id").is_in(present.implode())).with_columns(
        status=pl.lit(Status.WITHDRAWN.value), known_at=pl.lit(now).cast(standing_now.schema["known_at"]), recorded_seq=pl.lit(0, pl.Int64)
    )
    return len(standing_now), lacking.with_columns(version_hash(lacking))
