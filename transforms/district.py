"""What a district declares: grid, sources, kinds, series, categories, clocks. One folder on disk becomes one ``District`` here.

Belongs here: the shape of the configuration and every rule about it that needs no file. Does not: reading the folder
(``infra.district_folder``), which also resolves the files named here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

import polars as pl
from pydantic import AfterValidator, Field, field_validator, model_validator

from transforms.declared import Area, Code, Strict, Subdistrict
from transforms.district_words import CLOCKS_ONLY, readable_format, refuse
from transforms.grids.kinds import Grid
from transforms.grids.succession import Former
from transforms.schema import FEED_OF, Category, Discovery, Feed

MAX_WEIGHT_SPAN = 30.0


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not an IANA time zone; write one such as 'Asia/Shanghai'")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
TimeFormat = Annotated[str, AfterValidator(readable_format)]


class Coverage(Strict):
    """Where and when a source delivers. Outside it the source says nothing, and nothing is not zero."""

    area: Area | None = None
    since: dt.date | None = None
    until: dt.date | None = None


class KnownAt(Strict):
    """When a version could first have been used: at landing, or, for historical imports, ``hours`` after it was reported, or when a
    column of the file says that the sender released it."""

    rule: Literal["landing", "after_reported", "column"] = "landing"
    hours: float = Field(0.0, ge=0)
    column: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value: Any) -> Any:
        return {"rule": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _column_named(self) -> Self:
        if (self.rule == "column") != (self.column is not None):
            raise ValueError("'column' goes with rule = \"column\", and only with it")
        return self


class Where(Strict):
    """The rows that belong to this source; the others are out of scope. Several conditions must all hold."""

    column: str
    equals: str | None = None
    one_of: list[str] | None = None
    prefix: str | None = None
    pattern: str | None = None

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                # By the engine that will use it: it knows neither look-around nor back-references.
                pl.Series([""]).str.contains(value)
            except pl.exceptions.ComputeError:
                raise ValueError(f"{value!r} is not a regular expression (look-around and back-references are not supported)") from None
        return value

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if sum(v is not None for v in (self.equals, self.one_of, self.prefix, self.pattern)) != 1:
            raise ValueError("give exactly one of equals, one_of, prefix, pattern")
        return self


Column = str | list[str]


class Columns(Strict):
    """Which column of the file feeds which field; a list names alternatives, the first present one is read."""

    occurred_at: Column
    reported_at: Column | None = None
    kind: Column | None = None
    severity: Column | None = None
    discovery: Column | None = None
    lon: Column | None = None
    lat: Column | None = None
    point: Column | None = None
    zone: Column | None = None
    department: Column | None = None
    first_department: Column | None = None
    status: Column | None = None
    due_at: Column | None = None
    first_contact_at: Column | None = None
    closed_at: Column | None = None
    transfers: Column | None = None
    reopens: Column | None = None

    @model_validator(mode="after")
    def _a_place(self) -> Self:
        ways = [self.lon is not None and self.lat is not None, self.point is not None, self.zone is not None]
        if not any(ways):
            raise ValueError("declare a place: 'lon' and 'lat', or 'point', or 'zone'")
        if (self.lon is None) != (self.lat is None):
            raise ValueError("'lon' and 'lat' go together")
        return self


class Source(Strict):
    """One place a feed comes from. ``files`` are globs relative to the district folder, or absolute, or begin with ``$NAME``.

    ``where`` says which rows belong to it, ``withdrawn`` which of them take a report back (marked unfounded, a count of −1).
    """

    code: Code
    feed: Feed
    files: list[str] = Field(min_length=1)
    encoding: str = "utf-8"
    timezone: Zone | None = None
    time_formats: list[TimeFormat] = Field(["%Y-%m-%d %H:%M:%S"], min_length=1)
    datum: Literal["WGS-84", "CGCS2000", "GCJ-02", "BD-09"] = "WGS-84"
    known_at: KnownAt = KnownAt()
    delivery: Literal["daily", "event"] = "daily"
    coverage: Coverage = Coverage()
    min_rows: int = Field(1, ge=1)
    max_quarantined: float = Field(0.5, gt=0, le=1)
    undeclared: Literal["warn", "stop", "ignore"] = "warn"
    nulls: list[str] = ["", "NA", "NULL", "null"]
    key: list[str] = Field(min_length=1)
    row_key: list[str] = []
    merge: bool = False
    where: list[Where] = []
    withdrawn: list[Where] = []
    columns: Columns
    kind: str | None = None
    kinds: dict[str, str] = {}
    kinds_file: str | None = None
    statuses: dict[Literal["open", "closed", "withdrawn"], list[str]] = {}
    discoveries: dict[Discovery, list[str]] = {}

    @field_validator("encoding")
    @classmethod
    def _encoding_exists(cls, value: str) -> str:
        try:
            "".encode(value)
        except LookupError:
            raise ValueError(f"{value!r} is not an encoding; write 'utf-8' or 'gb18030'") from None
        return value

    @model_validator(mode="after")
    def _a_kind(self) -> Self:
        if self.columns.kind is None and self.kind is None:
            raise ValueError("name the column of the kind ([sources.columns] kind), or one 'kind' for every row")
        return self


class Kind(Strict):
    """A code of what happened. ``series`` is what it is forecast with; ``standing`` kinds count as open stock until closed."""

    code: Code
    feed: Feed
    series: Code | None = None
    standing: bool = False
    severity: int = Field(2, ge=1, le=4)
    officer_initiated: bool = False
    sensitive: bool = False
    name_zh: str
    name_en: str

    @model_validator(mode="after")
    def _about_areas(self) -> Self:
        refuse(f"{self.code} {self.name_zh} {self.name_en}", "kind")
        if self.series and (self.officer_initiated or self.sensitive):
            raise ValueError("officer-initiated and sensitive kinds take no series: they never enter a score of a cell")
        if self.code == CLOCKS_ONLY and (self.series or self.standing):
            raise ValueError(f"{CLOCKS_ONLY!r} carries clocks alone: it takes no series and is never standing")
        return self


class Series(Strict):
    """Kinds forecast together. ``weight`` is the harm of one event; the span over all series is at most 1 : 30."""

    code: Code
    category: Literal[Category.SAFETY, Category.PUBLIC_ORDER, Category.STABILITY]
    weight: float = Field(gt=0)
    name_zh: str
    name_en: str

    @model_validator(mode="after")
    def _about_areas(self) -> Self:
        refuse(f"{self.code} {self.name_zh} {self.name_en}", "series")
        return self


class Clock(Strict):
    """A duty deadline for reports whose source gives none: ``limit`` after the report was made, from ``since`` on."""

    feed: Feed
    kind: Code | None = None
    limit: float = Field(gt=0)
    unit: Literal["hour", "natural_day"] = "natural_day"
    since: dt.date | None = None


class CategorySettings(Strict):
    """How a category turns into harm. ``stock_weight`` is the harm per horizon of one open case of severity 1 at its deadline."""

    stock_weight: float = Field(0.0, ge=0)
    stale_after_days: int = Field(21, ge=1)


class Duty(Strict):
    """Absolute levels of ``political`` on the lower 80 % bound of the share breached."""

    yellow: float = Field(0.10, gt=0, lt=1)
    orange: float = Field(0.20, gt=0, lt=1)
    red: float = Field(0.35, gt=0, lt=1)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not self.yellow < self.orange < self.red:
            raise ValueError("the levels must rise: yellow < orange < red")
        return self


class AlertRules(Strict):
    """When a level alert begins and ends. ``exit_score`` below the entering score keeps a cell from flickering."""

    enter: Literal["orange", "red"] = "orange"
    exit_score: float = Field(92.0, gt=0, lt=100)
    calm_nights: int = Field(3, ge=1)
    reopen_nights: int = Field(7, ge=1)


class District(Strict):
    """A whole district, as one immutable value. Build it with ``infra.district_folder.load``."""

    code: Code
    name_zh: str
    name_en: str
    timezone: Zone
    cutoff: dt.time = dt.time(5, 0)
    calendar: str = Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")
    synthetic: bool = False
    horizon_days: int = Field(7, ge=1, le=28)
    history_days: int = Field(1460, ge=56)
    grid: Grid
    subdistricts: list[Subdistrict] = []
    sources: list[Source] = Field(min_length=1)
    kinds: dict[str, Kind] = {}
    series: dict[str, Series] = {}
    clocks: list[Clock] = []
    categories: dict[Category, CategorySettings] = {}
    duty: Duty = Duty()
    alerts: AlertRules = AlertRules()

    @property
    def zone(self) -> ZoneInfo:
        """The district's time zone."""
        return ZoneInfo(self.timezone)

    def source(self, code: str) -> Source:
        """The source with this code. Raises ``KeyError`` when there is none."""
        return {s.code: s for s in self.sources}[code]

    def series_of(self, category: Category) -> list[Series]:
        """The series of one category, in the order they were declared."""
        return [s for s in self.series.values() if s.category == category]

    def feeds_of(self, category: Category) -> set[Feed]:
        """The feeds whose kinds reach this category through a series or the open stock."""
        return {FEED_OF[category]} if category in FEED_OF else set(Feed)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = []
        codes = [s.code for s in self.sources]
        problems += [f"source code {c!r} stands twice" for c in sorted({c for c in codes if codes.count(c) > 1})]
        areas = [s.code for s in self.subdistricts]
        problems += [f"subdistrict code {c!r} stands twice" for c in sorted({c for c in areas if areas.count(c) > 1})]
        problems += [
            f"kind {k.code!r} names the series {k.series!r}, which is declared nowhere"
            for k in self.kinds.values()
            if k.series and k.series not in self.series
        ]
        problems += [
            f"kind {k.code!r} of feed {k.feed} names the series {k.series!r} of category {self.series[k.series].category}"
            for k in self.kinds.values()
            if k.series in self.series and FEED_OF[self.series[k.series].category] != k.feed
        ]
        for clock in self.clocks:
            if clock.kind is None:
                continue
            if clock.kind not in self.kinds:
                problems.append(f"a clock names the kind {clock.kind!r}, which is in no codelist")
            elif self.kinds[clock.kind].feed != clock.feed:
                problems.append(f"a clock of feed {clock.feed} names {clock.kind!r}, a kind of feed {self.kinds[clock.kind].feed}")
        for source in self.sources:
            targets = {*source.kinds.values(), *([source.kind] if source.kind else [])}
            problems += [
                f"source {source.code!r} maps to the kind {t!r}, which is in no codelist" for t in sorted(targets - self.kinds.keys())
            ]
            problems += [
                f"source {source.code!r} of feed {source.feed} maps to {t!r}, a kind of feed {self.kinds[t].feed}"
                for t in sorted(targets & self.kinds.keys())
                if self.kinds[t].feed != source.feed
            ]
        weights = [s.weight for s in self.series.values()]
        if weights and max(weights) > MAX_WEIGHT_SPAN * min(weights):
            problems.append(f"series weights span 1 : {max(weights) / min(weights):.0f}; at most 1 : {MAX_WEIGHT_SPAN:.0f} is allowed")
        if problems:
            raise ValueError("; ".join(problems))
        return self


# What changes no number, wherever it stands: labels, alert rules (they act after the score) and where the files lie.
_NOT_SCORING = {"name_zh", "name_en", "alerts", "synthetic", "files", "kinds_file"}


def _scoring(value: Any) -> Any:
    """A declaration without the keys that change no number."""
    if isinstance(value, dict):
        return {k: _scoring(v) for k, v in value.items() if k not in _NOT_SCORING}
    return [_scoring(v) for v in value] if isinstance(value, list) else value


def canonical_json(district: District, cells_digest: str, former: Former) -> str:
    """The district as one canonical text: what ``district_versions`` stores and hashes. ``former`` says where past zones count."""
    ground = {"cells": cells_digest, "former": former}
    return json.dumps({**district.model_dump(mode="json"), **ground}, sort_keys=True, ensure_ascii=False)


def district_hash(district: District, cells_digest: str, former: Former) -> str:
    """Hash of everything the folder declares, cells included."""
    return hashlib.sha256(canonical_json(district, cells_digest, former).encode()).hexdigest()[:16]


def scoring_hash(district: District, cells_digest: str, former: Former) -> str:
    """Hash of what affects numbers, so that a changed label or folder path makes no night stale."""
    kept = {**_scoring(district.model_dump(mode="json")), "cells": cells_digest, "former": former}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]
