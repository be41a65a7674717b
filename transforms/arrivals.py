"""What arrived: the state of each source on each day, and the share of a day's reports expected to have arrived by now.

Belongs here: telling quiet from missing. Does not: what missing days do to a forecast (``transforms.panel`` turns them into exposure).
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from transforms.district import District
from transforms.district_source import Source
from transforms.nights import day_start, earliest, local_day
from transforms.schema import SOURCE_DAYS, UTC, DayState, require_schema

# A run of empty days is missing, not quiet, when it is less likely than this at the source's own rate.
IMPROBABLE = 1e-4
# A day that holds a sliver of what the source brings, less likely than this, was cut short.
IMPROBABLE_PART = 1e-6
PART_OF_USUAL = 0.3
# From so many days of one weekday on, that weekday has a rate of its own: an office that rests on Sundays is quiet then, not missing.
MIN_WEEKDAYS = 4
# Empty days this young may still come.
LATE_DAYS = 3
# Days this far back are closed: what has not come by then is not waited for.
CLOSED_DAYS = 45
DELAY_WINDOW_DAYS = 120
MIN_DELAYS = 100
COMPLETE_SHARE = 0.95
# A landed batch whose median report is this old is an import; when it landed says nothing about how long reports take.
IMPORT_DAYS = 14


def delays_days(versions: pl.DataFrame, source: Source, night: dt.date, zone: ZoneInfo) -> NDArray[np.float64]:
    """Days from the start of an event's local day to its first known version, for closed reports of one source, sorted.

    Measured from the day's start rather than from the event, so that the share of a whole day is right even where reports come in
    one delivery every morning.

    Args:
        versions: report versions known by now, schema ``REPORTS``.
        source: the source.
        night: the night.
        zone: the district's time zone.

    Returns:
        The delays; empty when there are too few.
    """
    first = (
        versions.lazy()
        .filter(pl.col("source") == source.code)
        .group_by("report_id")
        .agg(pl.col("known_at", "occurred_at", "batch_id").sort_by("known_at", "recorded_seq").first())
    )
    if source.known_at.rule == "landing":
        # First versions of the whole batch: closings of old cases make no import, and recent events of an import are part of it.
        wait = (pl.col("known_at") - pl.col("occurred_at")).dt.total_seconds() / 86400
        first = first.filter(wait.median().over("batch_id") <= IMPORT_DAYS)
    days = [night - dt.timedelta(days=k) for k in range(CLOSED_DAYS + 1, DELAY_WINDOW_DAYS + 1)]
    starts = pl.DataFrame({"day": days, "start": [day_start(d, zone) for d in days]}, schema={"day": pl.Date, "start": UTC})
    delay = (
        first.select("known_at", day=local_day("occurred_at", str(zone)))
        .join(starts.lazy(), on="day")
        .select((pl.col("known_at") - pl.col("start")).dt.total_seconds() / 86400)
        .collect()
        .to_series()
        .to_numpy()
    )
    return np.sort(delay) if len(delay) >= MIN_DELAYS else np.empty(0)


def share_arrived(delays: NDArray[np.float64], age_days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of a day's reports known ``age_days`` after the day began: the empirical distribution of ``delays``; 1 without any."""
    if not len(delays):
        return np.where(age_days > 0, 1.0, 0.0)
    share = np.searchsorted(delays, age_days, side="right") / len(delays)
    return np.where(age_days >= CLOSED_DAYS, 1.0, share)


def _usual(counts: NDArray[np.int64], share: NDArray[np.float64], weekday: NDArray[np.int64]) -> NDArray[np.float64]:
    """Reports to expect on each weekday when everything arrives, shape (7,), from the days given."""
    overall = counts.sum() / max(float(share.sum()), 1e-9)
    days = np.bincount(weekday, minlength=7)
    arrived = np.bincount(weekday, weights=share, minlength=7)
    own = np.bincount(weekday, weights=counts, minlength=7) / np.maximum(arrived, 1e-9)
    return np.where((days >= MIN_WEEKDAYS) & (arrived > 0), own, overall)


def _improbable_runs(
    counts: NDArray[np.int64], share: NDArray[np.float64], weekday: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Days inside runs of zeros that are improbable at the rate of the other days, and the reports expected on every day."""
    missing = np.zeros(len(counts), dtype=bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (counts == 0).astype(np.int8), [0]])))
    starts, ends = edges[::2], edges[1::2]
    expected = np.zeros(len(counts))
    # The rate rises as missing days are taken out of it, so look again until nothing changes.
    for _ in range(20):
        expected = _usual(counts[~missing], share[~missing], weekday[~missing])[weekday] * share
        found = np.zeros_like(missing)
        for start, end in zip(starts, ends, strict=True):
            if expected[start:end].sum() > -np.log(IMPROBABLE):
                found[start:end] = True
        if (found == missing).all():
            break
        missing = found
    return missing, expected


def source_days(versions: pl.DataFrame, reports: pl.DataFrame, district: District, night: dt.date, as_of: dt.datetime) -> pl.DataFrame:
    """The state of every source on every day it should have delivered, up to the day before ``night``.

    Args:
        versions: versions known at ``as_of`` (for the delays), schema ``REPORTS``.
        reports: reports as of ``as_of``, one row each.
        district: sources with their coverage.
        night: the night; days before it are judged.
        as_of: what was known when (UTC).

    Returns:
        Schema ``SOURCE_DAYS``, sorted by source and day. A source that never delivered has no rows.
    """
    last = night - dt.timedelta(days=1)
    oldest = night - dt.timedelta(days=district.history_days)
    per_day = (
        reports.lazy().group_by("source", day=local_day("occurred_at", district.timezone)).agg(reports=pl.len().cast(pl.Int64)).collect()
    )
    frames = [SOURCE_DAYS.to_frame()]
    for source in district.sources:
        own = per_day.filter(pl.col("source") == source.code)
        if own.is_empty():
            continue
        begin = max(source.coverage.since or earliest(own["day"]), oldest)
        end = min(source.coverage.until or last, last)
        if begin > end:
            continue
        days = pl.DataFrame({"day": pl.date_range(begin, end, eager=True)})
        counts = days.join(own.select("day", "reports"), on="day", how="left", maintain_order="left")["reports"].fill_null(0)
        starts = np.array([day_start(d, district.zone).timestamp() for d in days["day"]])
        share = share_arrived(delays_days(versions, source, night, district.zone), (as_of.timestamp() - starts) / 86400)
        number = counts.to_numpy()
        missing, expected = _improbable_runs(number, share, np.array([d.weekday() for d in days["day"]]))
        young = np.arange(len(days)) >= len(days) - LATE_DAYS if end == last else np.zeros(len(days), dtype=bool)
        cut = np.zeros(len(days), dtype=bool)
        if source.delivery == "daily":
            cut = (number > 0) & (number < PART_OF_USUAL * expected) & (stats.poisson.cdf(number, expected) < IMPROBABLE_PART)
        state = np.where(share < COMPLETE_SHARE, DayState.PARTIAL.value, DayState.OK.value)
        state = np.where(cut, DayState.PARTIAL.value, state)
        # Nothing came and nothing could have: this day is still on its way.
        state = np.where((number == 0) & (share == 0), DayState.LATE.value, state)
        state = np.where(missing, np.where(young, DayState.LATE.value, DayState.MISSING.value), state)
        # What was cut short or has not come says nothing about the place: no exposure.
        known = np.where(missing | cut, 0.0, share)
        frames.append(
            days.with_columns(
                source=pl.lit(source.code), state=pl.Series(state.astype(str)), reports=counts, share_arrived=pl.Series(known)
            ).select(list(SOURCE_DAYS))
        )
    return require_schema(pl.concat(frames).sort("source", "day"), SOURCE_DAYS, "source_days")
