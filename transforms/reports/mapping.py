"""Landed strings become candidate reports: times to UTC, words to codes, coordinates to numbers, rows of one incident to one report.

Belongs here: reading values as the source declares them. Does not: judging them (``expectations``; a value that cannot be read becomes
null here and a reason there), reading files (``infra.sources``), cells (``transforms.grids``), single values
(``transforms.reports.values``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import polars as pl

from transforms.clocks.nights import day_start
from transforms.district.declaration import Clock, District
from transforms.district.source import LANDING_COLUMNS, DateAndTime, Source, Where
from transforms.grids.datum import to_wgs84
from transforms.reports import values
from transforms.reports.hashes import blake2b
from transforms.schema import CANDIDATES, UTC, require_schema
from transforms.words import Discovery, Status

ROW, KEY_HASH, WITHDRAWN = LANDING_COLUMNS

# The times beside that of the occurrence, by field, and the column that holds each as it was read.
_FURTHER_TIMES = {"reported_at": "reported", "due_at": "due_given", "first_contact_at": "first_contact_at", "closed_at": "closed_at"}
_PLACES = "lon", "lat", "point"


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
        elif test.none_of is not None:
            keep &= ~text.is_in(test.none_of)
        elif test.prefix is not None:
            keep &= text.str.starts_with(test.prefix)
        elif test.pattern is not None:
            keep &= text.str.contains(test.pattern)
    return rows.select(keep=keep.fill_null(value=False)).to_series()


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


def trimmed(landed: pl.DataFrame, columns: Sequence[str], source: Source) -> pl.LazyFrame:
    """Landed rows, those columns without blanks around their texts and without the words for nothing; null where a delivery lacks one.

    Times and numbers may be written with digits as wide as characters, as Chinese systems do.
    """
    absent = [c for c in columns if c not in landed.columns and c in source.optional]
    measured = {c for field in ("occurred_at", *_FURTHER_TIMES, *_PLACES) for c in source.columns.of(field)} | {source.known_at.column}

    def text(column: str) -> pl.Expr:
        # Half the time of asking whether each text is one of the words first.
        bare = pl.col(column).str.strip_chars().replace(source.nulls, None)
        # Asked first, for rewriting costs ten times the question and hardly any file needs it.
        wide = column in measured and landed[column].str.contains(values.WIDE_DIGIT).any()
        return values.half_width(bare) if wide else bare

    return landed.lazy().with_columns(*[pl.lit(None, pl.String).alias(c) if c in absent else text(c) for c in columns])


def kind_text(source: Source) -> pl.Expr:
    """What a row says about its kind, in the words of the source, once they are ``trimmed``."""
    parts = [pl.col(c) for c in source.columns.of("kind")]
    if not parts:
        return pl.lit(source.kind, pl.String)
    return parts[0] if len(parts) == 1 else _none_if_empty(pl.concat_str(parts, separator="/", ignore_nulls=True))


def _none_if_empty(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def kind(text: pl.Expr, source: Source, district: District) -> pl.Expr:
    """The code of a kind's text; null where no word of the source fits and it names no kind for the rest."""
    if not source.columns.of("kind"):
        return text
    coded = values.coded(text, source.kinds or {k: k for k in district.kinds})
    return coded if source.kind is None else pl.when(text.is_not_null()).then(pl.coalesce(coded, pl.lit(source.kind)))


def to_candidates(landed: pl.DataFrame, source: Source, district: District, landed_at: dt.datetime) -> pl.DataFrame:
    """Landed strings as candidate reports in schema ``CANDIDATES``, one per row, nothing judged.

    Args:
        landed: declared columns as text, with ``_row`` and ``_key_hash``.
        source: how to read them.
        district: kinds, clocks and the default zone.
        landed_at: when the batch landed (UTC); the ``known_at`` of sources whose rule is ``landing``.

    Raises:
        ColumnNotFoundError: a declared column is absent (``infra.landing.landing`` refuses such files before this).
    """
    zone, forms, constants = source.timezone or district.timezone, source.time_formats, source.constants

    def text(field: str) -> pl.Expr:
        given = getattr(constants, field, None)
        declared = source.columns.of(field)
        return pl.col(declared[0]) if declared else pl.lit(None if given is None else str(given), pl.String)

    def time(field: str) -> pl.Expr:
        parts, declared = [pl.col(c) for c in source.columns.of(field)], getattr(source.columns, field)
        if isinstance(declared, DateAndTime):
            return values.date_and_time(parts[0], parts[1], forms, zone, as_number=declared.clock == "hhmm")
        return values.time(parts[0], forms, zone) if parts else pl.lit(None, UTC)

    if source.columns.point is not None:
        place = text("point")
        lon, lat = values.point(place, lon_first=source.point_order == "lon_lat")
    else:
        place = pl.coalesce(text("lon"), text("lat"))
        lon, lat = (values.number(text(field), comma=source.decimal == ",") for field in ("lon", "lat"))

    severities = {k.code: k.severity for k in district.kinds.values()}
    default_severity = pl.col("kind").replace_strict(severities, default=None, return_dtype=pl.Int8)
    severity_words = {word: str(severity) for word, severity in source.severities.items()}
    severity_text = values.coded(text("severity"), severity_words) if severity_words else text("severity")
    by_own_severity = source.columns.severity is not None or constants.severity is not None

    statuses: dict[str, str] = {word: status for status, words in source.statuses.items() for word in words}
    by_closing = pl.when(pl.col("closed_at").is_not_null()).then(pl.lit(Status.CLOSED.value)).otherwise(pl.lit(Status.OPEN.value))
    discoveries = {word: how.value for how, words in source.discoveries.items() for word in words}
    discovery = pl.lit(constants.discovery.value) if constants.discovery else values.coded(text("discovery"), discoveries)
    status_read = pl.lit(constants.status) if constants.status else values.coded(text("status"), statuses)

    rule = source.known_at
    if rule.rule == "landing":
        known = pl.lit(landed_at).cast(UTC)
    elif rule.rule == "after_reported":
        known = pl.col("reported_at") + dt.timedelta(hours=rule.hours)
    else:
        known = pl.col("released") + dt.timedelta(hours=rule.hours)

    frame = (
        trimmed(landed, source.kept_columns, source)
        .select(
            row=pl.col(ROW).cast(pl.Int64),
            key_hash=pl.col(KEY_HASH),
            occurred_text=text("occurred_at"),
            occurred_at=time("occurred_at"),
            reported=time("reported_at"),
            kind_text=kind_text(source),
            kind=kind(kind_text(source), source, district),
            severity_given=values.whole(severity_text, pl.Int8),
            discovery=pl.coalesce(discovery, pl.lit(Discovery.UNKNOWN.value)),
            lon=lon,
            lat=lat,
            place_text=place,
            unfounded=pl.col(WITHDRAWN) == "true" if WITHDRAWN in landed.columns else pl.lit(value=False),
            zone=text("zone"),
            department=text("department"),
            first_department=text("first_department"),
            status_text=text("status"),
            status_read=status_read,
            due_given=time("due_at"),
            first_contact_at=time("first_contact_at"),
            closed_at=time("closed_at"),
            transfers=values.whole(text("transfers"), pl.Int32),
            **{f"{read}_given": text(field).is_not_null() for field, read in _FURTHER_TIMES.items()},
            reopens=values.whole(text("reopens"), pl.Int32),
            released=values.time(pl.col(rule.column), forms, zone) if rule.column else pl.lit(None, UTC),
        )
        .with_columns(
            # Asked of the columns, for an expression that reads the texts again would parse every time twice.
            unread_times=pl.sum_horizontal(
                [(pl.col(f"{read}_given") & pl.col(read).is_null()).cast(pl.Int32) for read in _FURTHER_TIMES.values()]
            ),
            reported_at=pl.coalesce("reported", "occurred_at"),
            severity=pl.col("severity_given") if by_own_severity else default_severity,
            first_department=pl.coalesce("first_department", "department"),
            status=pl.when("unfounded")
            .then(pl.lit(Status.WITHDRAWN.value))
            .when(pl.col("status_text").is_null() | pl.lit(not statuses and constants.status is None))
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
        # Streamed, the zones of a column of times would be worked out anew for every hundred thousand rows.
        .collect(engine="in-memory")
    )
    longitude, latitude = to_wgs84(frame["lon"].to_numpy().astype(np.float64), frame["lat"].to_numpy().astype(np.float64), source.datum)
    frame = frame.with_columns(lon=pl.Series(longitude).fill_nan(None), lat=pl.Series(latitude).fill_nan(None))
    return require_schema(frame, CANDIDATES, f"candidates of {source.code}")


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
    return blake2b(text, 16, key)
