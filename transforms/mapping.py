"""Landed strings become candidate reports: times to UTC, words to codes, coordinates to numbers, rows of one incident to one report.

Belongs here: reading values as the source declares them. Does not: judging them (``expectations``; a value that cannot be read becomes
null here and a reason there), reading files (``infra.sources``), cells (``transforms.grids``).

A local time that occurs twice (clocks set back) is read as the first one; a time that does not exist (clocks set forward) is unreadable.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from polars.datatypes import DataTypeClass

from transforms.datum import to_wgs84
from transforms.district import Clock, District, Source, Where
from transforms.district_words import reads_offset, reads_time
from transforms.nights import day_start
from transforms.schema import CANDIDATES, UTC, Discovery, Status, require_schema

# Columns that landing adds to the declared ones.
ROW, KEY_HASH, ROW_HASH, WITHDRAWN = "_row", "_key_hash", "_row_hash", "_withdrawn"

# Latitude first. Anchored on both sides, so that of a broken number no part is taken for a coordinate.
_POINT = r"(?:^|[^0-9.\-])(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)(?:$|[^0-9.])"


def first_present(declared: str | list[str] | None, available: set[str]) -> str | None:
    """The declared column that the file has; the first of several alternatives; null when it has none."""
    names = [declared] if isinstance(declared, str) else (declared or [])
    return next((n for n in names if n in available), None)


def declared_columns(source: Source) -> dict[str, list[str]]:
    """Every field of ``source.columns`` that is declared, with its alternatives."""
    fields = source.columns.model_dump(exclude_none=True)
    return {field: [names] if isinstance(names, str) else list(names) for field, names in fields.items()}


def in_scope(rows: pl.DataFrame, source: Source) -> pl.Series:
    """Which rows the source's own filter keeps."""
    return matching(rows, source.where) if source.where else pl.Series("keep", [True] * len(rows), dtype=pl.Boolean)


def matching(rows: pl.DataFrame, tests: Sequence[Where]) -> pl.Series:
    """Which rows pass every test. A null fails every one."""
    keep = pl.lit(value=True)
    for test in tests:
        text = pl.col(test.column).str.strip_chars()
        if test.equals is not None:
            keep &= text == test.equals
        elif test.one_of is not None:
            keep &= text.is_in(test.one_of)
        elif test.prefix is not None:
            keep &= text.str.starts_with(test.prefix)
        elif test.pattern is not None:
            keep &= text.str.contains(test.pattern)
    return rows.select(keep=keep.fill_null(value=False)).to_series()


def _time(text: pl.Expr, source: Source, zone: str) -> pl.Expr:
    """A text in the source's formats as UTC, the first that fits; a format with an offset (%z) ignores the zone; null where none fits."""
    trimmed = text.str.strip_chars()
    readings = []
    for form in source.time_formats:
        if reads_offset(form):
            # "Z" is the usual way to write the offset zero.
            spelt = trimmed.str.replace(r"Z$", "+00:00")
            readings.append(spelt.str.to_datetime(form, time_unit="us", strict=False).dt.convert_time_zone("UTC"))
        elif reads_time(form):
            local = trimmed.str.to_datetime(form, time_unit="us", strict=False)
            readings.append(local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC"))
        else:
            midnight = trimmed.str.to_date(form, strict=False).cast(pl.Datetime("us"))
            # Where clocks go forward at midnight the day begins an hour later, but the date exists.
            starts = [
                (midnight + dt.timedelta(hours=late)).dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
                for late in (0, 1)
            ]
            readings.append(pl.coalesce(starts).dt.convert_time_zone("UTC"))
    return pl.coalesce(readings).cast(UTC)


def _number(text: pl.Expr) -> pl.Expr:
    return text.str.strip_chars().cast(pl.Float64, strict=False)


def _whole(text: pl.Expr, type_: pl.DataType | DataTypeClass) -> pl.Expr:
    """A whole number, also where a table of floats wrote ``2.0``; null where it is none."""
    number = _number(text)
    return pl.when(number == number.floor()).then(number).cast(type_, strict=False)


def _coded(text: pl.Expr, words: dict[str, str]) -> pl.Expr:
    """Words to codes, exactly; a key that ends in ``*`` matches by prefix after all exact ones failed, longest first."""
    exact = {w.strip(): c for w, c in words.items() if not w.endswith("*")}
    trimmed = text.str.strip_chars()
    found = trimmed.replace_strict(exact, default=None, return_dtype=pl.String) if exact else pl.lit(None, pl.String)
    for prefix in sorted((w for w in words if w.endswith("*")), key=len, reverse=True):
        found = pl.coalesce(found, pl.when(trimmed.str.starts_with(prefix[:-1])).then(pl.lit(words[prefix])))
    return found


def _due(source: Source, district: District) -> pl.Expr:
    """The deadline by the district's clocks, latest declared rule first; null where no clock applies."""
    due = pl.lit(None, UTC)
    # A clock for one kind beats one for the whole feed, and a newer beats an older one.
    clocks = sorted(
        (c for c in district.clocks if c.feed == source.feed), key=lambda c: (c.kind is not None, c.since or dt.date.min), reverse=True
    )
    for clock in clocks:
        applies = pl.lit(value=True) if clock.kind is None else pl.col("kind") == clock.kind
        if clock.since is not None:
            applies &= pl.col("reported_at") >= day_start(clock.since, district.zone)
        due = pl.coalesce(due, pl.when(applies).then(pl.col("reported_at") + _limit(clock)))
    return due


def _limit(clock: Clock) -> dt.timedelta:
    return dt.timedelta(hours=clock.limit) if clock.unit == "hour" else dt.timedelta(days=clock.limit)


def to_candidates(landed: pl.DataFrame, source: Source, district: District, landed_at: dt.datetime) -> pl.DataFrame:
    """Landed strings as candidate reports in schema ``CANDIDATES``, one per row, nothing judged.

    Args:
        landed: declared columns as text, with ``_row``, ``_key_hash`` and ``_row_hash``.
        source: how to read them.
        district: kinds, clocks and the default zone.
        landed_at: when the batch landed (UTC); the ``known_at`` of sources whose rule is ``landing``.

    Raises:
        ValueError: a declared column is absent (``infra.landing`` refuses such files before this).
    """
    available = set(landed.columns)
    nulls = set(source.nulls)
    zone = source.timezone or district.timezone

    def text(field: str) -> pl.Expr:
        name = first_present(getattr(source.columns, field), available)
        if name is None:
            return pl.lit(None, pl.String)
        trimmed = pl.col(name).str.strip_chars()
        return pl.when(trimmed.is_in(list(nulls))).then(None).otherwise(trimmed)

    def time(field: str) -> pl.Expr:
        declared = first_present(getattr(source.columns, field), available)
        return _time(text(field), source, zone) if declared else pl.lit(None, UTC)

    point = text("point").str.extract_groups(_POINT)
    by_point = first_present(source.columns.point, available) is not None
    lat = point.struct[0].cast(pl.Float64, strict=False) if by_point else _number(text("lat"))
    lon = point.struct[1].cast(pl.Float64, strict=False) if by_point else _number(text("lon"))
    place = text("point") if by_point else pl.coalesce(text("lon"), text("lat"))

    kind_text = text("kind") if source.columns.kind is not None else pl.lit(source.kind, pl.String)
    kind_words = source.kinds or {k: k for k in district.kinds}
    kind = _coded(kind_text, kind_words) if source.columns.kind is not None else kind_text
    if source.columns.kind is not None and source.kind is not None:
        kind = pl.when(kind_text.is_not_null()).then(pl.coalesce(kind, pl.lit(source.kind)))
    severities = {k.code: k.severity for k in district.kinds.values()}
    default_severity = pl.col("kind").replace_strict(severities, default=None, return_dtype=pl.Int8)

    statuses: dict[str, str] = {word: status for status, words in source.statuses.items() for word in words}
    by_closing = pl.when(pl.col("closed_at").is_not_null()).then(pl.lit(Status.CLOSED.value)).otherwise(pl.lit(Status.OPEN.value))
    discoveries = {word: how.value for how, words in source.discoveries.items() for word in words}

    rule = source.known_at
    if rule.rule == "landing":
        known = pl.lit(landed_at).cast(UTC)
    elif rule.rule == "after_reported":
        known = pl.col("reported_at") + dt.timedelta(hours=rule.hours)
    else:
        known = _time(pl.col(str(rule.column)), source, zone) + dt.timedelta(hours=rule.hours)

    frame = (
        landed.lazy()
        .select(
            row=pl.col(ROW).cast(pl.Int64),
            key_hash=pl.col(KEY_HASH),
            row_hash=pl.col(ROW_HASH),
            occurred_text=text("occurred_at"),
            occurred_at=time("occurred_at"),
            reported=time("reported_at"),
            kind_text=kind_text,
            kind=kind,
            severity_given=_whole(text("severity"), pl.Int8),
            discovery=pl.coalesce(_coded(text("discovery"), discoveries), pl.lit(Discovery.UNKNOWN.value)),
            lon=lon,
            lat=lat,
            place_text=place,
            unfounded=pl.col(WITHDRAWN) == "true" if WITHDRAWN in available else pl.lit(value=False),
            zone=text("zone"),
            department=text("department"),
            first_department=text("first_department"),
            status_text=text("status"),
            status_read=_coded(text("status"), statuses),
            due_given=time("due_at"),
            first_contact_at=time("first_contact_at"),
            closed_at=time("closed_at"),
            transfers=_whole(text("transfers"), pl.Int32),
            unread_times=pl.sum_horizontal(
                [
                    (text(f).is_not_null() & time(f).is_null()).cast(pl.Int32)
                    for f in ("reported_at", "due_at", "first_contact_at", "closed_at")
                ]
            ),
            reopens=_whole(text("reopens"), pl.Int32),
            **({str(rule.column): pl.col(str(rule.column))} if rule.rule == "column" else {}),
        )
        .with_columns(
            reported_at=pl.coalesce("reported", "occurred_at"),
            severity=pl.col("severity_given") if source.columns.severity is not None else default_severity,
            first_department=pl.coalesce("first_department", "department"),
            status=pl.when("unfounded")
            .then(pl.lit(Status.WITHDRAWN.value))
            .when(pl.col("status_text").is_null() | pl.lit(not statuses))
            .then(by_closing)
            .otherwise("status_read"),
        )
        .with_columns(
            known_at=known,
            due_at=pl.coalesce("due_given", _due(source, district)),
            # A source with statuses of its own may say open while an old closing time still stands: the status is newer.
            closed_at=pl.when(pl.col("status") == Status.OPEN.value).then(None).otherwise("closed_at"),
        )
        .select(list(CANDIDATES))
        .collect()
    )
    longitude, latitude = to_wgs84(frame["lon"].to_numpy().astype(np.float64), frame["lat"].to_numpy().astype(np.float64), source.datum)
    frame = frame.with_columns(lon=pl.Series(longitude).fill_nan(None), lat=pl.Series(latitude).fill_nan(None))
    return require_schema(frame, CANDIDATES, f"candidates of {source.code}")


@dataclass(frozen=True)
class Collapsed:
    """Candidates with one row per incident, and how many rows were repeats (``duplicate``) or parts of one incident (``merged``)."""

    rows: pl.DataFrame
    duplicate: int
    merged: int


def drop_repeats(candidates: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Leave the first of rows that are the same in everything kept; return the rest and how many were dropped."""
    kept = candidates.unique("row_hash", keep="first", maintain_order=True)
    return kept, len(candidates) - len(kept)


def merge_incidents(candidates: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """One row per key: the most severe kind, the earliest times, the last closing; return the rest and how many were merged away.

    Units sent to one fire and charges of one arrest are rows of one incident, and an incident counts once. It says what all of its rows
    say together, so it is known when the last of them is. A withdrawn row lends its kind only where every row is withdrawn.
    """
    withdrawn = pl.col("status") == Status.WITHDRAWN.value
    ranked = candidates.sort(
        pl.col("key_hash"), withdrawn, "severity", "kind", "row", descending=[False, False, True, False, False], nulls_last=True
    )
    first = ["occurred_at", "reported_at", "due_at", "first_contact_at"]
    last = ["known_at", "closed_at", "transfers", "reopens"]
    merged = (
        ranked.group_by("key_hash", maintain_order=True)
        .agg(
            pl.exclude("key_hash", *first, *last, "status").first(),
            *[pl.col(c).min() for c in first],
            *[pl.col(c).max() for c in last],
            # An incident is closed when no row of it is open, and withdrawn when every row of it is (those sort last).
            pl.when((pl.col("status") == Status.OPEN.value).any())
            .then(pl.lit(Status.OPEN.value))
            .otherwise(pl.col("status").first())
            .alias("status"),
        )
        .with_columns(closed_at=pl.when(pl.col("status") == Status.OPEN.value).then(None).otherwise("closed_at"))
        .select(list(CANDIDATES))
        .sort("row")
    )
    return merged, len(candidates) - len(merged)


def keyed_hash(text: pl.Series, key: bytes) -> pl.Series:
    """BLAKE2b of each text under ``key``, 16 bytes as hex; null stays null. Without the key a source's own number cannot be found again."""
    distinct = text.unique().drop_nulls()
    hashed = [hashlib.blake2b(t.encode(), key=key, digest_size=16).hexdigest() for t in distinct]
    return text.replace_strict(distinct, pl.Series(hashed, dtype=pl.String), default=None, return_dtype=pl.String)
