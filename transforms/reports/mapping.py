"""Delivered texts become candidate reports: times to UTC, words to codes, coordinates to numbers. No text goes further.

Belongs here: reading values as the source declares them. Does not: which type a column has (``types``), judging (``expectations``; a value
that cannot be read becomes null here and a reason there), which rows are meant (``scope``), rows of one incident (``incidents``), cells
(``locating``), single values (``values``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from transforms.clocks.calendar import Calendar
from transforms.clocks.rules import MET_BY
from transforms.clocks.zones import utc_to_local
from transforms.district.columns import LANDING_COLUMNS, DateAndTime, DateParts
from transforms.district.declaration import District
from transforms.district.premises import registered
from transforms.district.source import Source
from transforms.grids.datum import to_wgs84
from transforms.grids.projected import to_degrees
from transforms.reports import spellings, values
from transforms.reports.due import due, is_for
from transforms.reports.hashes import blake2b
from transforms.reports.second_clock import by_the_second_clock
from transforms.schema import CANDIDATES, UTC, require_schema
from transforms.words import Discovery, Status, Unit

ROW, KEY_HASH, WITHDRAWN = LANDING_COLUMNS

# The times beside that of the occurrence, by field, and the column that holds each as it was read.
_FURTHER_TIMES = {
    "reported_at": "reported",
    "due_at": "due_given",
    **{c: c for c in ("first_contact_at", "accepted_at", "recheck_at", "closed_at", "extended_until")},
}
# What is counted, and the most that a report may count: a longer number is somebody's.
_COUNTS: Final = {"callers": 9_999, "count": 9_999, "paused_days": 9_999, "transfers": 999, "reopens": 999}
# Of both axes alike, so that exchanged ones are still seen to be so. What lies beyond is no place, and may be a telephone.
_MOST_DEGREES: Final = 180.0
# No projected system reaches further from its origin, in feet either.
MOST_ON_A_PLANE: Final = 1e8
_PLACES = "lon", "lat", "point"


def _due(source: Source, district: District, calendar: Calendar | None) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """The deadline by the district's clocks and whether it counts hours, null where none is for a report; whether a further clock does."""
    deadline, hours = due((c for c in district.deadlines if c.feed == source.feed), "reported_at", district, calendar)
    by_hours = (c for c in district.further_clocks if c.feed == source.feed and c.unit is Unit.HOUR and source.columns.of(MET_BY[c.clock]))
    return deadline, hours, pl.any_horizontal(pl.lit(value=False), *(is_for(c, "reported_at", district) for c in by_hours))


def trimmed(landed: pl.DataFrame, columns: Sequence[str], source: Source, zone: str = "") -> pl.LazyFrame:
    """Delivered rows, those columns without blanks around their texts and without the words for nothing; null where a delivery lacks one.

    Numbers and parts of times may be written with digits as wide as characters, as Chinese systems do, dates and clocks that stand apart in
    the words of a language; whole moments are read as they are written (``values.as_written``).
    """
    landed = landed.with_columns(_spelt(landed, [c for c in columns if c in landed.columns], source, zone))
    absent = [c for c in columns if c not in landed.columns and c in source.optional]
    apart = [field for field in ("occurred_at", *_FURTHER_TIMES) if not isinstance(getattr(source.columns, field), str)]
    measured = {c for field in (*apart, *_PLACES) for c in source.columns.of(field)}

    def text(column: str) -> pl.Expr:
        # Half the time of asking whether each text is one of the words first.
        bare = pl.col(column).str.strip_chars().replace(source.nulls, None)
        # Asked first, for rewriting costs ten times the question and hardly any file needs it.
        wide = column in measured and landed[column].str.contains(values.WIDE_DIGIT).any()
        return values.half_width(bare) if wide else bare

    return landed.lazy().with_columns(*[pl.lit(None, pl.String).alias(c) if c in absent else text(c) for c in columns])


def _spelt(landed: pl.DataFrame, columns: Collection[str], source: Source, zone: str) -> list[pl.Series]:
    """The columns of times in the spelling that formats read."""
    moments = [getattr(source.columns, field) for field in ("occurred_at", *_FURTHER_TIMES)]
    clocks = {m.time for m in moments if isinstance(m, DateAndTime)}
    days: set[str | None] = {m.date for m in moments if isinstance(m, DateAndTime)}
    if source.era != "gregorian":
        days |= {m for m in moments if isinstance(m, str)} | {source.known_at.column}
    clocks |= {m.time for m in moments if isinstance(m, DateParts) and m.time}
    months = {m.month for m in moments if isinstance(m, DateParts)}
    told = [spellings.spelt(landed[c].str.strip_chars(), source.era, zone).alias(c) for c in columns if c in days and c not in clocks]
    told += [spellings.month(landed[c].str.strip_chars(), zone).alias(c) for c in columns if c in months]
    return told + [spellings.clock(landed[c].str.strip_chars()).alias(c) for c in columns if c in clocks]


def kind_text(source: Source) -> pl.Expr:
    """What a row says about its kind, in the words of the source, once they are ``trimmed``."""
    parts = [pl.col(c) for c in source.columns.of("kind")]
    if not parts:
        return pl.lit(source.kind, pl.String)
    return parts[0] if len(parts) == 1 else _none_if_empty(pl.concat_str(parts, separator="/", ignore_nulls=True))


def _none_if_empty(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def department_words(source: Source, district: District) -> Mapping[str, str]:
    """The words of departments to their codes: what the source maps, and before all the departments' own codes and names."""
    own = {word: d.code for d in district.departments.values() for word in (d.code, d.name_zh, d.name_en)}
    return {**own, **source.departments}


def kind(text: pl.Expr, source: Source, district: District) -> pl.Expr:
    """The code of a kind's text; null where no word of the source fits and it names no kind for the rest."""
    if not source.columns.of("kind"):
        return text
    coded = values.coded(text, source.kinds or {k: k for k in district.kinds})
    return coded if source.kind is None else pl.when(text.is_not_null()).then(pl.coalesce(coded, pl.lit(source.kind)))


@dataclass(frozen=True)
class _Fields:
    """What a source's trimmed rows say, field by field, as expressions over its own columns."""

    source: Source
    district: District
    zones: Collection[str] | None

    @property
    def zone(self) -> str:
        """The time zone of its times."""
        return self.source.timezone or self.district.timezone

    def text(self, field: str) -> pl.Expr:
        given = getattr(self.source.constants, field, None)
        declared = self.source.columns.of(field)
        return pl.col(declared[0]) if declared else pl.lit(None if given is None else str(given), pl.String)

    def time(self, field: str) -> pl.Expr:
        parts, declared = [pl.col(c) for c in self.source.columns.of(field)], getattr(self.source.columns, field)
        forms = self.source.time_formats
        if isinstance(declared, DateAndTime):
            return values.date_and_time(parts[0], parts[1], forms, self.zone, as_number=declared.clock == "hhmm")
        if isinstance(declared, DateParts):
            return values.of_parts(parts[:3], parts[3:], self.zone)
        return values.as_written(parts[0], forms, self.zone) if parts else pl.lit(None, UTC)

    def place(self) -> dict[str, pl.Expr]:
        if self.source.columns.point is not None:
            text = self.text("point")
            lon, lat = values.point(text, lon_first=self.source.point_order == "lon_lat", on_plane=self.source.crs is not None)
        else:
            text = pl.coalesce(self.text("lon"), self.text("lat"))
            lon, lat = (values.degrees(self.text(field), comma=self.source.decimal == ",") for field in ("lon", "lat"))
        most = _MOST_DEGREES if self.source.crs is None else MOST_ON_A_PLANE
        possible = {name: pl.when(value.abs() <= most).then(value) for name, value in (("lon", lon), ("lat", lat))}
        return {**possible, "place_given": text.is_not_null()}

    def cell(self) -> pl.Expr:
        text = self.text("zone")
        if self.zones is None:
            return text
        itself = pl.when(text.is_in(sorted(self.zones))).then(text)
        words = {word: code for word, code in self.source.zones.items() if code in self.zones}
        return pl.coalesce(itself, values.coded(text, words)) if words else itself

    def premises(self) -> pl.Expr:
        return registered(self.text("premises"), self.district.premises)

    def department(self, field: str) -> pl.Expr:
        return values.coded(self.text(field), department_words(self.source, self.district))

    def severity(self) -> pl.Expr:
        words = {word: str(severity) for word, severity in self.source.severities.items()}
        return values.whole(values.coded(self.text("severity"), words) if words else self.text("severity"), pl.Int8)

    def discovery(self) -> pl.Expr:
        given = self.source.constants.discovery
        words = {word: how.value for how, words in self.source.discoveries.items() for word in words}
        read = pl.lit(given.value) if given else values.coded(self.text("discovery"), words)
        return pl.coalesce(read, pl.lit(Discovery.UNKNOWN.value))

    def confirmed(self) -> pl.Expr:
        words: dict[str, str] = {word: answer for answer, words in self.source.confirmations.items() for word in words}
        return values.coded(self.text("confirmed"), words) == "yes"

    def urgency(self) -> pl.Expr:
        return values.coded(self.text("urgency"), {word: how.value for how, words in self.source.urgencies.items() for word in words})

    def has_clock(self, moment: str) -> pl.Expr:
        """Whether a time was given with its time of day, by the clock of the source."""
        return utc_to_local(pl.col(moment), self.zone).dt.time() != dt.time()

    def status(self) -> pl.Expr:
        given = self.source.constants.status
        words: dict[str, str] = {word: status for status, words in self.source.statuses.items() for word in words}
        return pl.lit(given) if given else values.coded(self.text("status"), words)

    def released(self) -> pl.Expr:
        column = self.source.known_at.column
        return values.as_written(pl.col(column), self.source.time_formats, self.zone) if column else pl.lit(None, UTC)


def to_candidates(
    delivered: pl.DataFrame,
    source: Source,
    district: District,
    landed_at: dt.datetime,
    zones: Collection[str] | None = None,
    calendar: Calendar | None = None,
) -> pl.DataFrame:
    """Delivered texts as candidate reports in schema ``CANDIDATES``, one per row, nothing judged.

    Args:
        delivered: declared columns as text, with ``_row`` and ``_key_hash``.
        source: how to read them.
        district: kinds, departments, clocks and the default zone.
        landed_at: when the batch landed (UTC); the ``known_at`` of sources whose rule is ``landing``.
        zones: the codes that a zone may have; None where none is asked.
        calendar: which days are worked; None where no clock of the district asks for it.

    Raises:
        ValueError: a clock asks for the calendar, and there is none.
        ColumnNotFoundError: a declared column is absent (``infra.landing.scanning`` refuses such files before this).
    """
    fields = _Fields(source, district, zones)
    deadline, hours, else_hours = _due(source, district, calendar)
    frame = (
        _as_read(delivered, fields)
        .with_columns(**_by_declaration(source, district))
        .with_columns(
            known_at=_known_at(source, landed_at),
            due_at=pl.coalesce("due_given", deadline),
            by_the_hour=pl.when(pl.col("due_given").is_not_null())
            .then(fields.has_clock("due_given"))
            .otherwise(hours)
            .fill_null(value=False)
            | else_hours.fill_null(value=False),
            # A source with statuses of its own may say open while an old closing time still stands: the status is newer.
            closed_at=pl.when(pl.col("status") == Status.OPEN.value).then(None).otherwise("closed_at"),
        )
        .select(list(CANDIDATES))
        # Streamed, the zones of a column of times would be worked out anew for every hundred thousand rows.
        .collect(engine="in-memory")
    )
    frame = by_the_second_clock(frame, fields.zone)
    x, y = (frame[axis].to_numpy().astype(np.float64) for axis in ("lon", "lat"))
    longitude, latitude = to_degrees(x, y, source.crs) if source.crs else to_wgs84(x, y, source.datum)
    frame = frame.with_columns(lon=pl.Series(longitude).fill_nan(None), lat=pl.Series(latitude).fill_nan(None))
    return require_schema(frame, CANDIDATES, f"candidates of {source.code}")


def _as_read(delivered: pl.DataFrame, fields: _Fields) -> pl.LazyFrame:
    """Every field as the row itself says it."""
    source = fields.source
    return trimmed(delivered, source.kept_columns, source, fields.zone).select(
        row=pl.col(ROW).cast(pl.Int64),
        key_hash=pl.col(KEY_HASH),
        occurred_given=fields.text("occurred_at").is_not_null(),
        occurred_at=values.last_day(fields.time("occurred_at"), source.precision, fields.zone),
        reported=fields.time("reported_at"),
        kind_given=kind_text(source).is_not_null(),
        kind=kind(kind_text(source), source, fields.district),
        severity_given=fields.severity(),
        discovery=fields.discovery(),
        **fields.place(),
        unfounded=pl.col(WITHDRAWN) == "true" if WITHDRAWN in delivered.columns else pl.lit(value=False),
        zone_given=fields.text("zone").is_not_null(),
        zone=fields.cell(),
        premises_given=fields.text("premises").is_not_null(),
        premises=fields.premises(),
        department_given=fields.text("department").is_not_null(),
        department=fields.department("department"),
        first_department=fields.department("first_department"),
        status_given=fields.text("status").is_not_null(),
        status_read=fields.status(),
        due_given=fields.time("due_at"),
        **{name: fields.time(name) for name in ("first_contact_at", "accepted_at", "recheck_at", "closed_at", "extended_until")},
        **{name: values.whole(fields.text(name), pl.Int32, 0, most) for name, most in _COUNTS.items()},
        confirmed=fields.confirmed(),
        urgency=fields.urgency(),
        **{f"{read}_given": fields.text(field).is_not_null() for field, read in _FURTHER_TIMES.items()},
        released=fields.released(),
    )


def _by_declaration(source: Source, district: District) -> dict[str, pl.Expr]:
    """What follows from several fields of a row, or from what the district says of its kind."""
    usual = pl.col("kind").replace_strict({k.code: k.severity for k in district.kinds.values()}, default=None, return_dtype=pl.Int8)
    by_own_severity = source.columns.severity is not None or source.constants.severity is not None
    by_closing = pl.when(pl.col("closed_at").is_not_null()).then(pl.lit(Status.CLOSED.value)).otherwise(pl.lit(Status.OPEN.value))
    has_statuses = any(source.statuses.values()) or source.constants.status is not None
    return {
        # Asked of the columns, for an expression that reads the texts again would parse every time twice.
        "unread_times": pl.sum_horizontal(
            [(pl.col(f"{read}_given") & pl.col(read).is_null()).cast(pl.Int32) for read in _FURTHER_TIMES.values()]
        ),
        "reported_at": pl.coalesce("reported", "occurred_at"),
        "count": pl.col("count") if source.columns.count else pl.lit(1, pl.Int32),
        "severity": pl.col("severity_given") if by_own_severity else usual,
        "first_department": pl.coalesce("first_department", "department"),
        "status": pl.when("unfounded")
        .then(pl.lit(Status.WITHDRAWN.value))
        .when(~pl.col("status_given") | pl.lit(not has_statuses))
        .then(by_closing)
        .otherwise("status_read"),
    }


def _known_at(source: Source, landed_at: dt.datetime) -> pl.Expr:
    """When a version could first have been used, by the source's rule."""
    rule = source.known_at
    if rule.rule == "landing":
        return pl.lit(landed_at).cast(UTC)
    return pl.col("reported_at" if rule.rule == "after_reported" else "released") + dt.timedelta(hours=rule.hours)


def keyed_hash(text: pl.Series, key: bytes) -> pl.Series:
    """BLAKE2b of each text under ``key``, 16 bytes as hex; null stays null. Without the key a source's own number cannot be found again."""
    return blake2b(text, 16, key)
