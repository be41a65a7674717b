"""Read and scan: the declared columns of a delivered file in memory, without what is personal and without repeats.

Belongs here: everything up to the rows that may be kept. Does not: formats (``infra.sources``), what looks like a person
(``transforms.reports.privacy``), keeping rows (``infra.landing.landing``), judging values (``expectations``).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import polars as pl

from infra import progress
from infra.landing.identity import Identity
from infra.side_by_side import side_by_side
from infra.sources.formats import read
from infra.sources.table import Alternatives, Layout, Table, UnusableFile
from transforms.district.source import Deletions, Source
from transforms.reports import values
from transforms.reports.checked import Notice
from transforms.reports.hashes import all_differ
from transforms.reports.joining import with_joined
from transforms.reports.key_texts import key_text, rounded, with_control
from transforms.reports.keys import derived
from transforms.reports.mapping import KEY_HASH, MOST_ON_A_PLANE, ROW, WITHDRAWN, keyed_hash
from transforms.reports.no_reports import no_reports
from transforms.reports.personal_columns import personal_columns
from transforms.reports.privacy import keys_are_people, personal_values
from transforms.reports.readings import two_days
from transforms.reports.scope import in_scope, matching
from transforms.schema import QUARANTINED
from transforms.words.counting import many

# A column in which more than this share of the values looks personal was declared by mistake: the batch stops.
MAX_PERSONAL_SHARE = 0.01
_SAID = 8


@dataclass
class Scanned:
    """One batch that may be kept; nothing of it is on disk.

    ``rows`` are as text, no two the same; ``duplicate`` is how many repeated another. ``personal`` are those that were dropped, by row
    number and column. ``left_out`` are the reports that rows are about which go no further: ``row, report_id, reason``. ``present`` are the
    hashed keys of every row that belongs to the source, dropped ones included.
    """

    identity: Identity
    file_name: str
    rows: pl.DataFrame = field(repr=False)
    delivered: int
    out_of_scope: int
    duplicate: int
    personal: pl.DataFrame = field(repr=False)
    left_out: pl.DataFrame = field(repr=False)
    notices: tuple[Notice, ...]
    present: pl.Series = field(repr=False)

    def take(self) -> pl.DataFrame:
        """Its rows, for the last time: they are as large as the file, and whoever takes them decides how long they are held."""
        rows, self.rows = self.rows, self.rows.clear()
        return rows


def scan(
    content: bytes | Table, name: str, source: Source, identity: Identity, key: bytes, erased: Collection[str] = frozenset()
) -> Scanned:
    """Read and scan a delivered file in memory; a live source's is a table already. Rows are counted from 1, the first below the header.
    ``key`` is the district's. Rows of ``erased`` reports are as if they had not been delivered.

    Raises:
        UnusableFile: the batch is refused.
    """
    progress.step("reading")
    found, notices = _read(content, name, source)
    progress.step("scanning")
    every = _as_declared(found.rows, source).with_row_index(ROW, offset=1)
    rows, aside = _set_aside(every, found, source)
    notices += (Notice("row_no_report", _places(told)),) if len(told := aside.filter(reason="row_no_report")["row"]) else ()
    rows, left = _without_erased(rows, source, key, erased)
    notices += (Notice("report_erased", f"{left} row{'s' if left > 1 else ''}"),) if left else ()
    if isinstance(source, Deletions):
        return _deletions(rows, aside, name, source, identity, derived(key, "reports", source.code), notices)
    everything, rows = rows, rows.filter(in_scope(rows, source)) if source.where else rows
    _require_keys_of_reports(rows, source)
    taken_back = [WITHDRAWN] if source.withdrawn else []
    if taken_back:
        rows = rows.with_columns(matching(rows, source.withdrawn).cast(pl.String).alias(WITHDRAWN))
    kept = [c for c in source.kept_columns if c in rows.columns]
    present_row_key = [c for c in source.row_key if c in rows.columns]
    own_key = derived(key, "reports", source.code)
    rows, clean, personal_rows = _looked_through(rows, kept, source, own_key)
    first = _first_of_each(clean, source, [*kept, *source.key, *present_row_key])
    return Scanned(
        identity=identity,
        file_name=name,
        rows=first.select(pl.col(ROW).cast(pl.Int64), KEY_HASH, *taken_back, *kept),
        delivered=len(everything) + len(aside),
        out_of_scope=len(everything) - len(rows),
        duplicate=len(clean) - len(first),
        personal=pl.concat([personal_rows, aside]),
        left_out=_left_out(everything, rows, personal_rows, source, own_key),
        notices=notices + two_days(rows, source),
        present=rows[KEY_HASH],
    )


def _looked_through(rows: pl.DataFrame, kept: list[str], source: Source, own_key: bytes) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Rows with their hashed keys: all of them, those without a personal value; and where the others hold one (``QUARANTINED``)."""

    def apart() -> tuple[pl.DataFrame, pl.Series, pl.DataFrame]:
        personal = _personal_rows(rows, kept, source)
        clean = ~rows[ROW].is_in(personal["row"].unique().implode())
        return rows.filter(clean), clean, personal

    # Hashing is Python's own work, the rest is not.
    (without, clean, personal), key_hash = side_by_side(apart, lambda: keyed_hash(key_text(rows, source), own_key).alias(KEY_HASH))
    return rows.with_columns(key_hash), without.with_columns(key_hash.filter(clean)), personal


def _set_aside(every: pl.DataFrame, found: Table, source: Source) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that are some, and the others as rows of ``QUARANTINED``: lines with another number of values, what reports nothing, and
    what nobody knows the key of.

    Raises:
        UnusableFile: of too many rows nobody knows the key.
    """
    names = {names[0]: names for names in source.names_of(source.needed_columns)}
    ragged = every[ROW].is_in(list(found.ragged))
    others = every.filter(~ragged) if found.ragged else every
    idle = others[ROW].gather(no_reports(others.drop(ROW), source.columns.of("occurred_at"), names))
    damaged = others[ROW].filter(with_control(others, source) & ~others[ROW].is_in(idle.implode()))
    if not len(idle) and not len(damaged) and not found.ragged:
        return every, QUARANTINED.to_frame()
    if len(damaged) > source.max_quarantined * len(every):
        raise UnusableFile(
            "quarantine_share", f"{many(len(damaged), 'row')} have control characters in their key, which are damage: ask the sender"
        )
    why = {"row_ragged": every[ROW].filter(ragged), "row_no_report": idle, "key_control": damaged}
    aside = [
        pl.DataFrame({"row": rows.cast(pl.Int64)}).with_columns(reason=pl.lit(reason), column=pl.lit(None, pl.String))
        for reason, rows in why.items()
    ]
    return others.filter(~pl.col(ROW).is_in(pl.concat([idle, damaged]).implode())), pl.concat(aside)


def _places(rows: pl.Series) -> str:
    """Which rows, the first of many."""
    more = f" and {len(rows) - _SAID} more" if len(rows) > _SAID else ""
    return f"row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows.head(_SAID)))}{more} below the header"


def _deletions(
    rows: pl.DataFrame, aside: pl.DataFrame, name: str, source: Source, identity: Identity, own_key: bytes, notices: tuple[Notice, ...]
) -> Scanned:
    """A delivery of which every row names a report that is no more: nothing of it is kept but whom it withdraws."""
    _require_keys_of_reports(rows, source)
    named = keyed_hash(key_text(rows, source), own_key)
    gone = rows.select(row=pl.col(ROW).cast(pl.Int64)).with_columns(report_id=named, reason=pl.lit("deleted"))
    return Scanned(
        identity=identity,
        file_name=name,
        rows=rows.clear().select(pl.col(ROW).cast(pl.Int64), *(pl.lit(None, pl.String).alias(c) for c in (KEY_HASH, *source.kept_columns))),
        delivered=len(rows) + len(aside),
        out_of_scope=len(rows),
        duplicate=0,
        personal=aside,
        left_out=gone.select("row", "report_id", "reason").drop_nulls("report_id").unique("report_id", keep="first", maintain_order=True),
        notices=notices,
        present=named,
    )


def report_ids(rows: pl.DataFrame, source: Source, key: bytes) -> pl.Series:
    """The ids of reports by their keys, the columns ``source.key`` as text; ``key`` is the district's."""
    return keyed_hash(key_text(rows, source), derived(key, "reports", source.code))


def tickets(content: bytes | Table, name: str, source: Source, key: bytes, reports: Collection[str]) -> dict[str, str]:
    """The keys of some reports as a file writes them, by their ids; to be shown, and kept nowhere. ``key`` is the district's.

    Raises:
        UnusableFile: the file cannot be read.
    """
    rows = _as_declared(_read(content, name, source)[0].rows, source)
    rows = rows.filter(in_scope(rows, source)) if source.where else rows
    written = [pl.col(c).str.strip_chars() for c in source.told_by if c in rows.columns]
    number = rows.select(pl.concat_str(written, separator=" ", ignore_nulls=True)).to_series()
    both = pl.DataFrame({"id": report_ids(rows, source, key), "number": number})
    wanted = both.filter(pl.col("id").is_in(pl.Series(sorted(reports), dtype=pl.String).implode())).unique("id", keep="first")
    return dict(wanted.sort("id").iter_rows())


def ids_under_both(content: bytes | Table, name: str, source: Source, key: bytes, next_key: bytes) -> pl.DataFrame:
    """The reports of a file by their ids under two keys of the district, ``before`` and ``after``.

    Raises:
        UnusableFile: the file cannot be read.
    """
    rows = _as_declared(_read(content, name, source)[0].rows, source)
    both = pl.DataFrame({"before": report_ids(rows, source, key), "after": report_ids(rows, source, next_key)})
    return both.drop_nulls().unique()


def _without_erased(rows: pl.DataFrame, source: Source, key: bytes, erased: Collection[str]) -> tuple[pl.DataFrame, int]:
    """The rows that are of no erased report, and how many others there are."""
    if not erased:
        return rows, 0
    there = report_ids(rows, source, key).is_in(pl.Series(sorted(erased), dtype=pl.String).implode()).fill_null(value=False)
    return rows.filter(~there), int(there.sum())


def keys_in(table: Table, source: Source, key: bytes) -> pl.Series:
    """The hashed keys of the rows of a table that belong to the source; ``key`` is the district's."""
    rows = _as_declared(table.rows, source)
    rows = rows.filter(in_scope(rows, source)) if source.where else rows
    return report_ids(rows, source, key)


def _left_out(everything: pl.DataFrame, rows: pl.DataFrame, personal: pl.DataFrame, source: Source, key: bytes) -> pl.DataFrame:
    """The reports that rows are about which go no further, ``row, report_id, reason``: those out of scope, those dropped as personal."""
    dropped = rows.filter(pl.col(ROW).is_in(personal["row"].implode())).select(pl.col(ROW).cast(pl.Int64), KEY_HASH)
    found = [dropped.with_columns(reason=pl.lit("personal_value"))]
    if len(everything) > len(rows):
        others = everything.filter(~pl.col(ROW).is_in(rows[ROW].implode()))
        hashed = others.select(pl.col(ROW).cast(pl.Int64)).with_columns(keyed_hash(key_text(others, source), key).alias(KEY_HASH))
        # Charges of one arrest, of which some are meant: the incident is.
        found.append(hashed.filter(~pl.col(KEY_HASH).is_in(rows[KEY_HASH].implode())).with_columns(reason=pl.lit("out_of_scope")))
    return pl.concat(found).rename({ROW: "row", KEY_HASH: "report_id"}).drop_nulls("report_id")


def _read(content: bytes | Table, name: str, source: Source) -> tuple[Table, tuple[Notice, ...]]:
    """The columns that the source needs, under the names that the file has for them, and what to say about the others and about lines that
    are no rows.

    Raises:
        UnusableFile: a column is declared that must not be read, the file cannot be, or it holds what the source refuses.
    """
    if personal := personal_columns(source):
        raise UnusableFile("column_personal", ", ".join(personal))
    layout = Layout(_wanted(source), source.encoding, source.separator, source.sheet, source.records, source.header_line)
    found = content if isinstance(content, Table) else read(content, name, layout, source.table_format)
    if found.undeclared and source.undeclared == "stop":
        raise UnusableFile("column_undeclared_stop", _named(found.undeclared))
    notices = [Notice("byte_order_mark", "skipped")] if found.byte_order_mark else []
    if found.undeclared and source.undeclared == "warn":
        notices.append(Notice("column_undeclared", _named(found.undeclared)))
    if found.ragged:
        notices.append(Notice("row_ragged", found.ragged_lines))
    return found, tuple(notices)


def _wanted(source: Source) -> Alternatives:
    """What to read: every column under any of its names, an optional one where there is one."""
    return [[*names, None] if names[0] in source.optional else names for names in source.names_of(source.needed_columns)]


def _as_declared(rows: pl.DataFrame, source: Source) -> pl.DataFrame:
    """The columns under the names that the source declares; an optional filter column that is absent is null."""
    own = {name: names[0] for names in source.names_of(source.needed_columns) for name in names if name in rows.columns}
    named = rows.rename(own)
    joined = source.join.columns if source.join else []
    absent = [c for c in source.filter_columns if c not in named.columns and c not in joined]
    return with_joined(named, source).with_columns([pl.lit(None, pl.String).alias(c) for c in absent])


def _require_keys_of_reports(rows: pl.DataFrame, source: Source) -> None:
    """Raise ``UnusableFile`` where the key is what people are known by: hashed, it would follow each of them from report to report."""
    keys = [c for c in dict.fromkeys([*source.key, *source.row_key]) if c in rows.columns]
    if people := [c for c in keys if keys_are_people(rows[c])]:
        said = f"the key {', '.join(people)} holds what people are known by (telephones, ID numbers); declare the number of the report"
        raise UnusableFile("personal_values", said)
    for column in dict.fromkeys(source.key):
        if source.rows != "each" and (lost := rounded(rows[column])) > MAX_PERSONAL_SHARE * len(rows) and lost > 1:
            said = f"{lost} of {len(rows)} numbers in {column} are rounded (as 1.2E+11): export that column as text"
            raise UnusableFile("key_rounded", said)


def _first_of_each(rows: pl.DataFrame, source: Source, said: list[str]) -> pl.DataFrame:
    """Rows without those that repeat another, where rows that say the same are one.

    What was taken back and given again stands, and what was counted twice and taken back once does not: of rows that say the same the last
    one tells which.
    """
    if source.rows == "each" or (source.merged_rows == "callers" and not source.row_key):
        return rows
    if not source.withdrawn:
        return _without_repeats(rows, said)
    alike = pl.concat_str([pl.col(c).str.strip_chars().fill_null("\x00") for c in dict.fromkeys(said)], separator="\x1f")
    last = rows.select(alike.alias("said"), WITHDRAWN).select(pl.col(WITHDRAWN).last().over("said")).to_series()
    taken = rows[WITHDRAWN] == "true"
    # Of what is taken back in the end the row that says so is enough, unless it takes back one row of several.
    left = rows.filter(~taken | (last == "true")) if source.merge else rows.filter(rows[WITHDRAWN] == last)
    return _without_repeats(left, [*said, WITHDRAWN])


def _without_repeats(rows: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """The first of rows that are the same in ``columns``, those of the key included."""
    if all_differ(rows[KEY_HASH]):
        return rows
    # Numbers are compared much faster than texts, and only rows of one key can be the same.
    likely = rows.filter(rows[KEY_HASH].hash().is_duplicated())
    again = likely.filter(~pl.struct(pl.col(dict.fromkeys(columns)).str.strip_chars()).is_first_distinct())
    return rows.filter(~pl.col(ROW).is_in(again[ROW].implode()))


def _named(undeclared: list[str]) -> str:
    """How many columns nobody declared. Their names are not kept: a file whose header is wrong has values there, and a name is one."""
    return f"{len(undeclared)} column{'s' if len(undeclared) > 1 else ''}"


def _personal_rows(rows: pl.DataFrame, columns: list[str], source: Source) -> pl.DataFrame:
    """Rows with a personal value, by number and column.

    Raises:
        UnusableFile: one column has too many of them.
    """
    found = [QUARANTINED.to_frame()]
    crowded = []
    numbers = {*source.columns.of("lon"), *source.columns.of("lat")}
    for name in columns:
        hits = rows.filter(personal_values(rows[name]))
        if name in numbers and len(hits):
            # A coordinate with many decimals has the digits of a telephone, which is no coordinate.
            most = MOST_ON_A_PLANE if source.crs else 180.0
            hits = hits.filter(~values.coordinate(pl.col(name), comma=source.decimal == ",", most=most).fill_null(value=False))
        if name in source.columns.of("point") and len(hits):
            hits = hits.filter(~values.pair(pl.col(name)))
        if len(hits) > MAX_PERSONAL_SHARE * len(rows) and len(hits) > 1:
            crowded.append(name)
        found.append(hits.select(row=pl.col(ROW).cast(pl.Int64), reason=pl.lit("personal_value"), column=pl.lit(name, pl.String)))
    if crowded:
        raise UnusableFile("personal_values", ", ".join(crowded))
    return pl.concat(found).unique("row", keep="first", maintain_order=True)
