"""One source of a district: which files, which columns, what their words mean.

Belongs here: the shape of a source and every rule about it alone. Does not: rules between sources, kinds and clocks
(``transforms.district.declaration``), reading what is declared (``transforms.reports.mapping``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Final, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, ConfigDict, Field, field_validator, model_validator

from transforms.district.addresses import FilePattern
from transforms.district.alike import clashes
from transforms.district.codes import Area, CellCode, Code, FeedCode, Strict
from transforms.district.columns import LANDING_COLUMNS, TELLING, Columns, Constants, DateParts, Severity
from transforms.district.live import From
from transforms.district.patterns import Pattern, Word
from transforms.grids.projected import projected_systems
from transforms.words import Discovery, Urgency
from transforms.words.refused import NUMBER_CLOCKS, completed, readable_format, reads_offset


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not an IANA time zone; write one such as 'Asia/Shanghai'")
    return name


def _known_crs(name: str) -> str:
    if name not in projected_systems():
        raise ValueError(f"{name!r} is no projected system; write one such as 'EPSG:32650', and leave it out for degrees")
    return name


Crs = Annotated[str, AfterValidator(_known_crs)]
Zone = Annotated[str, AfterValidator(_known_zone)]
TimeFormat = Annotated[str, AfterValidator(readable_format)]
Format = Literal["csv", "tsv", "json", "jsonl", "parquet", "excel", "xml", "html"]
# What may decide which of two deliveries is the newer one, beside a date in their names that is written in some way.
DECIDERS: Final = ("date", "number", "modified", "arrival")


def _deciders(order: list[str]) -> list[str]:
    for each in order:
        if each not in DECIDERS and not (re.search("%[Yy]", each) and re.fullmatch(r"(?:[^%]|%[YymdbBVWHMS])+", each)):
            said = f"{', '.join(map(repr, DECIDERS))}, or how names are dated, such as '%m%d%Y'"
            raise ValueError(f"{each!r} says nothing about which delivery is newer; write {said}")
    return order


Order = Annotated[list[str], AfterValidator(_deciders)]


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
    def _word(cls, value: object) -> object:
        return {"rule": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _column_named(self) -> Self:
        if (self.rule == "column") != (self.column is not None):
            raise ValueError("'column' goes with rule = \"column\", and only with it")
        return self


class Join(Strict):
    """Further columns out of a small CSV beside the declaration, which says of each value of the column ``on`` where it is, or what; both
    files name it so. ``told`` is what it says, read with the folder; of the value itself nothing is kept."""

    file: str
    on: str
    columns: list[str] = Field(min_length=1)
    told: dict[str, list[str | None]] = Field({}, repr=False)

    @model_validator(mode="after")
    def _of_others(self) -> Self:
        if self.on in self.columns:
            raise ValueError(f"{self.on!r} is what the files are joined on, and is there already; leave it out of 'columns'")
        return self


class Where(Strict):
    """The rows that belong to this source; the others are out of scope. Several conditions must all hold."""

    column: str
    equals: str | None = None
    one_of: list[str] | None = None
    none_of: list[str] | None = None
    prefix: str | None = None
    pattern: Pattern | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if sum(v is not None for v in (self.equals, self.one_of, self.none_of, self.prefix, self.pattern)) != 1:
            raise ValueError("give exactly one of equals, one_of, none_of, prefix, pattern")
        return self


class Source(Strict):
    """One place a feed comes from. ``files`` are globs relative to the district folder, or absolute, or begin with a variable that
    names a folder (``$SIFANG_INBOX``), or URLs, which lead to this machine only where ``allow_local`` says so; ``from`` asks a live source
    instead. ``content`` says what a delivery is: what changed, or all that there is; ``deletions`` are globs of files that only name
    reports which are no more, by their key. ``order`` says what tells the newer of two: a date in
    their names, numbers there, when they were changed, or when they arrived.

    ``format`` says what the files hold where their names do not end so, as many addresses of web servers (``zip``: an archive, whose files
    go by their own endings); ``members`` which files of a zip are meant, ``separator`` what stands between the columns of a CSV, ``sheet``
    which sheet of a workbook, ``records`` where in a JSON document the list is, ``header_line`` in which line of a CSV or a sheet the
    header stands, below titles; ``decimal`` what stands before the decimals of a coordinate.
    ``precision`` is how exactly it says when things happened: what is of a week or a month stands on its last day, and no night counts it.
    ``crs`` is the projected system of coordinates that are metres or feet.
    ``era`` is what years are counted from (ROC 113 and BE 2567 are 2024).
    ``where`` says which rows belong to it, ``withdrawn`` which of them take a report back (marked unfounded, a count of −1).
    ``key`` is what numbers the reports, within a day, month or year where it begins anew (``key_scope``); with ``rows = "each"`` every row
    is a report of its own. ``merge`` makes one of the rows of a key, and ``merged_rows`` says what those are.
    ``join`` takes columns out of a second file. ``other_names`` gives the names under which other deliveries hold a column; ``optional``
    lists columns that some lack.
    """

    # ``from`` cannot be a name in Python; stored declarations hold the other one.
    model_config = ConfigDict(validate_by_alias=True, validate_by_name=True)

    code: Code
    feed: FeedCode
    files: list[FilePattern] = Field([])
    allow_local: bool = False
    live: From | None = Field(None, alias="from")
    content: Literal["changes", "whole"] = "changes"
    deletions: list[FilePattern] = Field([])
    order: Order = Field([], max_length=2)
    format: Format | Literal["zip"] | None = None
    members: str = "*"
    separator: Literal[",", "\t", ";", "|"] | None = None
    sheet: str | None = None
    records: str | None = None
    header_line: int = Field(1, ge=1, le=100)
    encoding: str = "utf-8"
    timezone: Zone | None = None
    precision: Literal["day", "week", "month"] = "day"
    time_formats: list[TimeFormat] = Field(["%Y-%m-%d %H:%M:%S"], min_length=1)
    era: Literal["gregorian", "roc", "buddhist"] = "gregorian"
    crs: Crs | None = None
    datum: Literal["WGS-84", "CGCS2000", "GCJ-02", "BD-09"] = "WGS-84"
    decimal: Literal[".", ","] = "."
    point_order: Literal["lat_lon", "lon_lat"] = "lat_lon"
    known_at: KnownAt = KnownAt()
    delivery: Literal["daily", "event"] = "daily"
    coverage: Coverage = Coverage()
    min_rows: int = Field(1, ge=1)
    max_quarantined: float = Field(0.5, gt=0, le=1)
    # A batch with less than this share of the rows of other such days is refused; 0 turns that off.
    min_share_of_usual: float = Field(0.1, ge=0, lt=1)
    undeclared: Literal["warn", "stop", "ignore"] = "warn"
    nulls: list[str] = Field(["", "NA", "NULL", "null"])
    key: list[str] = Field([])
    key_scope: Literal["day", "month", "year"] | None = None
    row_key: list[str] = Field([])
    rows: Literal["keyed", "each"] = "keyed"
    merge: bool = False
    merged_rows: Literal["callers", "units", "charges"] | None = None
    where: list[Where] = Field([])
    withdrawn: list[Where] = Field([])
    columns: Columns
    join: Join | None = None
    other_names: dict[str, list[str]] = Field({})
    optional: list[str] = Field([])
    constants: Constants = Constants()
    kind: str | None = None
    kinds: dict[Word, str] = Field({})
    kinds_file: str | None = None
    severities: dict[Word, Severity] = Field({})
    statuses: dict[Literal["open", "closed", "withdrawn"], list[Word]] = Field({})
    discoveries: dict[Discovery, list[Word]] = Field({})
    confirmations: dict[Literal["yes", "no"], list[Word]] = Field({})
    urgencies: dict[Urgency, list[Word]] = Field({})
    departments: dict[Word, Code] = Field({})
    departments_file: str | None = None
    zones: dict[Word, CellCode] = Field({})
    zones_file: str | None = None

    @field_validator("encoding")
    @classmethod
    def _encoding_exists(cls, value: str) -> str:
        try:
            "".encode(value)
        except LookupError:
            raise ValueError(f"{value!r} is not an encoding; write 'utf-8' or 'gb18030'") from None
        return value

    @property
    def table_format(self) -> Format | None:
        """The declared format of what is read after unpacking; None goes by the ending of each name."""
        return None if self.format == "zip" else self.format

    @property
    def kept_columns(self) -> list[str]:
        """The columns whose values are kept when a file lands, each once."""
        named = [c for field in Columns.model_fields for c in self.columns.of(field)]
        return list(dict.fromkeys([*named, *([self.known_at.column] if self.known_at.column else [])]))

    @property
    def filter_columns(self) -> list[str]:
        """The columns that decide which rows belong and which take a report back."""
        return list(dict.fromkeys(test.column for test in (*self.where, *self.withdrawn)))

    @property
    def deleting(self) -> Deletions:
        """The source as its deletions are read."""
        declared = {name: getattr(self, name) for name in type(self).model_fields}
        return Deletions.model_construct(**{**declared, "where": [], "withdrawn": [], "row_key": [], "optional": []})

    @property
    def needed_columns(self) -> list[str]:
        """Every column that a delivery has to hold, each once."""
        joined, on = (self.join.columns, [self.join.on]) if self.join else ([], [])
        needed = [*self.kept_columns, *self.filter_columns, *self.key, *self.row_key]
        return list(dict.fromkeys([*(c for c in needed if c not in joined), *on]))

    @property
    def told_by(self) -> list[str]:
        """The columns that tell a report from every other: its key, and the time within whose day, month or year that counts; of rows that
        are each a report of their own what happened, when and where, for how it stands may change."""
        if self.key or self.rows != "each":
            field = "occurred_at" if self.columns.reported_at is None else "reported_at"
            return list(dict.fromkeys([*self.key, *(self.columns.of(field)[:1] if self.key_scope else [])]))
        return list(dict.fromkeys(c for field in TELLING for c in self.columns.of(field)))

    @property
    def takes_back(self) -> bool:
        """Whether what takes a report back is a count below nothing: a row that takes back one row, and not all of them."""
        return any((test.equals or "").startswith(("-", "−")) for test in self.withdrawn)

    @property
    def released(self) -> frozenset[str]:
        """Its code where a column says when each version was released; nothing where the order of its deliveries decides."""
        return frozenset({self.code} if self.known_at.rule == "column" else ())

    @property
    def department_codes(self) -> set[str]:
        """The codes of departments that it names."""
        given = {self.constants.department, self.constants.first_department} - {None}
        return {*self.departments.values(), *(str(code) for code in given)}

    def names_of(self, columns: Iterable[str]) -> list[list[str]]:
        """For each column the names under which a delivery may hold it, its own first."""
        return [[column, *self.other_names.get(column, [])] for column in columns]

    def _told_apart(self) -> list[str]:
        """What is wrong with how reports are told apart."""
        problems = []
        if not self.key and self.rows != "each":
            problems.append('name the columns that number the reports (key), or say rows = "each": every row is a report of its own')
        if self.rows == "each" and (self.merge or self.key_scope):
            problems.append('with rows = "each" nothing is merged, and no number begins anew: leave merge and key_scope out')
        if self.merged_rows is not None and not self.merge:
            problems.append("merged_rows says what rows of one incident are; it needs merge = true")
        if self.key_scope is not None and isinstance(self.columns.reported_at or self.columns.occurred_at, DateParts):
            problems.append("key_scope needs a date in one column; add year, month or day to the key instead")
        if self.key_scope is not None and self.timezone is None and any(reads_offset(f) or f in NUMBER_CLOCKS for f in self.time_formats):
            problems.append("key_scope needs the timezone of the source, for its times are written with an offset")
        return problems

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = []
        if bool(self.files) == (self.live is not None):
            problems.append("say where it comes from: 'files', or 'from' a live source, and not both")
        problems += self._told_apart() + _timed(self)
        if self.deletions and (self.live is not None or self.content == "whole"):
            problems.append("deletions go with 'files' of changes: what is delivered whole lacks what is no more")
        if self.crs is not None and ((self.columns.lon is None and self.columns.point is None) or self.datum != "WGS-84"):
            problems.append("crs goes with 'lon' (the way east) and 'lat' (the way north) or with 'point', and says the datum as well")
        if self.columns.kind is None and self.kind is None:
            problems.append("name the column of the kind ([sources.columns] kind), or one 'kind' for every row")
        if self.columns.lon is None and self.columns.point is None and self.columns.zone is None and self.constants.zone is None:
            problems.append("declare a place: 'lon' and 'lat', or 'point', or 'zone'")
        problems += [
            f"{field!r} is both a column and a constant; keep one"
            for field in Constants.model_fields
            if self.columns.of(field) and getattr(self.constants, field) is not None
        ]
        problems += _named(self)
        if needed := sorted({*self.columns.of("occurred_at"), *self.key} & {*self.optional}):
            problems.append(f"{', '.join(map(repr, needed))} cannot be optional: without time and key there is no report")
        tables: tuple[Mapping[str, object], ...] = (self.kinds, self.departments, self.severities, self.zones)
        listed = [[(word, meant) for meant, words in t.items() for word in words] for t in (self.statuses, self.discoveries)]
        problems += [clash for pairs in (*(t.items() for t in tables), *listed) for clash in clashes(pairs)]
        if problems:
            raise ValueError("; ".join(problems))
        return self


def _named(source: Source) -> list[str]:
    """What is wrong with the names of columns."""
    problems = []
    for table in ("other_names", "optional"):
        unknown = [name for name in getattr(source, table) if name not in source.needed_columns]
        problems += [f"{table} names {name!r}, which this source does not read" for name in unknown]
    problems += [
        f"{name!r} is a name that landing uses; declare another, and give this one in other_names"
        for name in source.needed_columns
        if name in LANDING_COLUMNS
    ]
    names = [name for names in source.names_of(source.needed_columns) for name in names]
    problems += [f"{name!r} is a name of two columns" for name in sorted({n for n in names if names.count(n) > 1})]
    if source.join and (idle := [c for c in source.join.columns if c not in {*source.kept_columns, *source.filter_columns}]):
        problems.append(f"join takes {', '.join(map(repr, idle))}, which no line of this source reads")
    return problems


def _timed(source: Source) -> list[str]:
    """What is wrong with how exactly times are told."""
    coarse = [form for form in source.time_formats if completed(form)[1]]
    if source.precision == "day":
        return [f'{form!r} tells no day: say precision = "month" or "week"' for form in coarse]
    others = [f for f in Columns.model_fields if f.endswith(("_at", "_until")) and f != "occurred_at" and source.columns.of(f)]
    return [f"of a source that tells a {source.precision} only 'occurred_at' is read; leave {field!r} out" for field in others]


class Deletions(Source):
    """A source as its deletions are read: rows that name reports which are no more, of which only the key is read."""

    @property
    def needed_columns(self) -> list[str]:
        """What tells a report from every other."""
        return self.told_by
