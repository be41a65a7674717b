"""One source of a district: which files, which columns, what their words mean. The parts every declaration is made of stand here too.

Belongs here: the shape of a source and every rule about it alone. Does not: rules between sources, kinds and clocks
(``transforms.district``), reading what is declared (``transforms.mapping``).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

import polars as pl
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from transforms.district_words import readable_format
from transforms.schema import Discovery, Feed

CODE_PATTERN = r"^[a-z][a-z0-9_]{0,39}$"
Code = Annotated[str, Field(pattern=CODE_PATTERN)]
LonLat = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]
# One or more polygons, each a ring of at least three corners; islands are polygons of their own.
Area = Annotated[list[Annotated[list[LonLat], Field(min_length=3)]], Field(min_length=1)]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not an IANA time zone; write one such as 'Asia/Shanghai'")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
TimeFormat = Annotated[str, AfterValidator(readable_format)]


class Strict(BaseModel):
    """Unknown keys are errors, and a district never changes after it is loaded."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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
