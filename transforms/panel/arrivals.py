"""What arrived: the state of each source on each day, and the share of a day's reports expected to have arrived by now.

Belongs here: telling quiet from missing. Does not: what missing days do to a forecast (``transforms.panel.panel`` turns them into
exposure).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from transforms.clocks.nights import day_start
from transforms.district.declaration import District
from transforms.district.source import Source
from transforms.schema import SOURCE_DAYS, UTC, require_schema
from transforms.words import DayState

Array = NDArray[np.float64]

_EPOCH = dt.date(1970, 1, 1)
# A run of empty days is missing, not quiet, when it is less likely than this at the source's own rate.
IMPROBABLE = 1e-4
# A day that holds a sliver of what the source brings, less likely than this as its days go, was cut short.
IMPROBABLE_PART = 1e-6
PART_OF_USUAL = 0.3
# How many standard deviations of a Poisson count one day may add to how much the days of a source differ: what was cut short is no measure.
MOST_DEVIATIONS = 5.0
# From so many days of one weekday on, that weekday has a rate of its own: an office that rests on Sundays is quiet then, not missing.
MIN_WEEKDAYS = 4
# Empty days this young may still come.
LATE_DAYS = 3
# Days this far back are closed: what has not come by then is not waited for.
CLOSED_DAYS = 45
DELAY_WINDOW_DAYS = 120
MIN_DELAYS = 100
COMPLETE_SHARE = 0.95
# A change of a source's reports from one week to the next beyond this share explains a change of levels.
EXPLAINING_CHANGE = 0.3
# A landed batch whose median report is this old is an import; when it landed says nothing about how long reports take.
IMPORT_DAYS = 14
# A source begins where so many days hold this share of what full ones do; before lie dates that were mistyped.
STRETCH_DAYS = 28
STRAY_SHARE = 0.05


@dataclass(frozen=True)
class Delays:
    """How long each report of one source took, by the day it happened.

    ``day`` is the number of the local day since 1970, ascending; ``days`` from the start of that day to the first known version. Measured
    from the day's start rather than from the event, so that the share of a whole day is right even where reports come in one delivery
    every morning.
    """

    day: NDArray[np.int32]
    days: Array

    def before(self, night: dt.date) -> Array:
        """The delays of closed days, sorted; empty when there are too few."""
        number = (night - _EPOCH).days
        first, last = np.searchsorted(self.day, [number - DELAY_WINDOW_DAYS, number - CLOSED_DAYS])
        return np.sort(self.days[first:last]) if last - first >= MIN_DELAYS else np.empty(0)


def delays_of(versions: pl.DataFrame, source: Source, zone: ZoneInfo) -> Delays:
    """The delays of one source.

    Args:
        versions: report versions known by now, schema ``REPORTS``.
        source: the source.
        zone: the district's time zone.
    """
    own = versions.filter(pl.col("source") == source.code).select("report_id", "known_at", "recorded_seq", "occurred_on", "batch_id")
    # Few reports have more than one version, and numbers are compared several times as fast as texts; a hash that two share harms nothing.
    amended = own["report_id"].hash().is_duplicated()
    earliest = own.filter(amended).sort("known_at", "recorded_seq").unique("report_id", keep="first")
    first = pl.concat([own.filter(~amended), earliest])
    if source.known_at.rule == "landing":
        # First versions of the whole batch: closings of old cases make no import, and recent events of an import are part of it.
        wait = (pl.col("known_at").dt.date() - pl.col("occurred_on")).dt.total_days()
        first = first.filter(wait.median().over("batch_id") <= IMPORT_DAYS)
    found = first.select("known_at", day="occurred_on").sort("day", "known_at")
    days = found["day"].unique(maintain_order=True)
    starts = pl.DataFrame({"day": days, "start": [day_start(d, zone) for d in days]}, schema={"day": pl.Date, "start": UTC})
    delay = found.join(starts, on="day", how="left", maintain_order="left").select(
        (pl.col("known_at") - pl.col("start")).dt.total_seconds() / 86400
    )
    return Delays(found["day"].cast(pl.Int32).to_numpy(), delay.to_series().to_numpy())


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


def _cut_short(counts: NDArray[np.int64], expected: NDArray[np.float64], missing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Days with so little that a negative binomial as wide as the source's own days hardly ever brings it.

    Days differ by more than a Poisson count does (weather, holidays, a strike): one of 14 where 47 are usual comes every few years.
    """
    cut = (counts > 0) & (counts < PART_OF_USUAL * expected)
    if not cut.any():
        return cut
    told = ~missing & (expected > 0)
    deviations = np.minimum(np.abs(counts[told] - expected[told]) / np.sqrt(expected[told]), MOST_DEVIATIONS)
    wider, low, usual = float(np.mean(deviations**2)) - 1.0, counts[cut], expected[cut]
    if wider <= 0:
        probability = special.pdtr(low, usual)
    else:
        # Var = μ + μ²/size, which at the mean of the days is as much wider than μ as they are.
        size = float(expected[told].mean()) / wider
        probability = special.betainc(size, low + 1.0, size / (size + usual))
    cut[cut] = probability < IMPROBABLE_PART
    return cut


def _skipped_strays(counts: NDArray[np.int64]) -> int:
    """How many days lie before a source begins: those of single reports whose year was mistyped are no days that it covers.

    It begins with the first report after which four weeks hold a twentieth of what four full ones do: of ten weeks with a report one holds
    more, so that neither a handful of strays nor one odd week tells what is full.
    """
    counts = np.trim_zeros(counts, "b")
    if len(counts) <= 2 * STRETCH_DAYS:
        return 0
    total = np.concatenate([[0], np.cumsum(counts)])
    ends = np.arange(len(counts), max(0, len(counts) - 364), -7)
    weeks = total[ends] - total[np.maximum(ends - 7, 0)]
    full = STRETCH_DAYS / 7 * float(np.quantile(weeks[weeks > 0], 0.9))
    ahead = total[np.minimum(np.arange(len(counts)) + STRETCH_DAYS, len(counts))] - total[:-1]
    return int(np.argmax((counts > 0) & (ahead >= STRAY_SHARE * full)))


def _begins(source: Source, first: dt.date, counted: NDArray[np.int64], oldest: dt.date) -> dt.date:
    """The first day of which a source can say something: the declared one, else that of its first report."""
    if source.coverage.since is not None:
        return max(source.coverage.since, oldest)
    begin = max(first, oldest)
    return begin + dt.timedelta(days=_skipped_strays(counted[(begin - first).days :]))


def judged_days(
    counts: Mapping[str, tuple[dt.date, NDArray[np.int64]]],
    delays: Mapping[str, Delays],
    district: District,
    night: dt.date,
    as_of: dt.datetime,
) -> pl.DataFrame:
    """The same from what was counted: per source its first day with a report, and the reports of every day from then on."""
    last = night - dt.timedelta(days=1)
    oldest = night - dt.timedelta(days=district.history_days)
    frames = [SOURCE_DAYS.to_frame()]
    for source in district.sources:
        if source.code not in counts:
            continue
        first, counted = counts[source.code]
        begin, end = _begins(source, first, counted, oldest), min(source.coverage.until or last, last)
        if begin > end:
            continue
        days = pl.DataFrame({"day": pl.date_range(begin, end, eager=True)})
        number = np.zeros(len(days), dtype=np.int64)
        skipped = (begin - first).days
        had = counted[max(skipped, 0) : skipped + len(days)] if skipped + len(days) > 0 else counted[:0]
        number[max(-skipped, 0) : max(-skipped, 0) + len(had)] = had
        starts = np.array([day_start(d, district.zone).timestamp() for d in days["day"]])
        share = share_arrived(delays[source.code].before(night), (as_of.timestamp() - starts) / 86400)
        missing, expected = _improbable_runs(number, share, (begin.weekday() + np.arange(len(days))) % 7)
        young = np.arange(len(days)) >= len(days) - LATE_DAYS if end == last else np.zeros(len(days), dtype=bool)
        cut = np.zeros(len(days), dtype=bool)
        if source.delivery == "daily":
            cut = _cut_short(number, expected, missing)
        state = np.where(share < COMPLETE_SHARE, DayState.PARTIAL.value, DayState.OK.value)
        state = np.where(cut, DayState.PARTIAL.value, state)
        # Nothing came and nothing could have: this day is still on its way.
        state = np.where((number == 0) & (share == 0), DayState.LATE.value, state)
        state = np.where(missing, np.where(young, DayState.LATE.value, DayState.MISSING.value), state)
        # What was cut short or has not come says nothing about the place: no exposure.
        known = np.where(missing | cut, 0.0, share)
        frames.append(
            days.with_columns(
                source=pl.lit(source.code),
                state=pl.Series(state.astype(str)),
                reports=pl.Series(number),
                share_arrived=pl.Series(known),
            ).select(list(SOURCE_DAYS))
        )
    return require_schema(pl.concat(frames).sort("source", "day"), SOURCE_DAYS, "source_days")


def sources_changed(days: pl.DataFrame, night: dt.date, back_days: int) -> bool:
    """Whether some source's reports of the last week differ much from those of the weeks before it, ``back_days`` back in all.

    Args:
        days: ``source, day, reports`` of the source-days of the night; one that is missing counts as none.
        night: the local date before which the last week ends.
        back_days: more than seven.
    """
    recent = days.filter(pl.col("day") >= night - dt.timedelta(days=back_days), pl.col("day") < night)
    last = pl.col("day") >= night - dt.timedelta(days=7)
    weekly = recent.group_by("source").agg(
        now=pl.col("reports").filter(last).sum() / 7, before=pl.col("reports").filter(~last).sum() / (back_days - 7)
    )
    changed = (weekly["now"] - weekly["before"]).abs() > EXPLAINING_CHANGE * weekly["before"]
    return bool(changed.any())
