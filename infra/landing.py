"""Scan and land: what is personal is dropped in memory, the rest goes to one immutable Parquet file per batch.

Belongs here: identity of a batch, the privacy scan, key hashing, the landed file. Does not: reading formats (``infra.sources``), judging
values (``expectations``), the record of the batch (``infra.warehouse``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from infra.sources.files import UnusableFile, read
from transforms.district import Source
from transforms.mapping import KEY_HASH, ROW, ROW_HASH, WITHDRAWN, declared_columns, first_present, in_scope, keyed_hash, matching
from transforms.privacy import personal_column, personal_values
from transforms.schema import QUARANTINED

# A column in which more than this share of the values looks personal was declared by mistake: the batch stops.
MAX_PERSONAL_SHARE = 0.01
_JOINER = "\x1f"


@dataclass(frozen=True)
class Landed:
    """One landed batch. ``rows`` are the kept rows as text; ``personal`` those that were dropped, by row number and column."""

    batch_id: str
    content_sha256: str
    file_name: str
    rows: pl.DataFrame = field(repr=False)
    delivered: int
    out_of_scope: int
    personal: pl.DataFrame = field(repr=False)
    warnings: dict[str, str]


@dataclass(frozen=True)
class Identity:
    """What makes a batch: its source and its content. One file may feed two sources; the same content twice is one batch."""

    batch_id: str
    content_sha256: str


def identify(content: bytes, district: str, source: str) -> Identity:
    """The identity of a delivered file, before anything of it is read."""
    sha = hashlib.sha256(content).hexdigest()
    return Identity(hashlib.blake2b(f"{district}/{source}/{sha}".encode(), digest_size=12).hexdigest(), sha)


def land(content: bytes, file: Path, source: Source, identity: Identity, folder: Path, key: bytes) -> Landed:
    """Scan a delivered file in memory and write what may be kept to ``folder``.

    Row numbers count from 1, the first row below the header.

    Raises:
        UnusableFile: the batch is refused; nothing was written.
    """
    fields = declared_columns(source)
    known_at = [source.known_at.column] if source.known_at.column else []
    kept_alternatives = [*fields.values(), *([c] for c in known_at)]
    only_filter = [[test.column] for test in (*source.where, *source.withdrawn)]
    keys = [[c] for c in (*source.key, *source.row_key)]
    # The key column is hashed below and never kept raw, so its name and its digits are exempt.
    if personal := sorted({n for names in (*kept_alternatives, *only_filter) for n in names if personal_column(n)}):
        raise UnusableFile("column_personal", ", ".join(personal))
    found = read(content, file, source.encoding, [*kept_alternatives, *only_filter, *keys])
    if found.undeclared and source.undeclared == "stop":
        raise UnusableFile("column_undeclared_stop", _named(found.undeclared))
    warnings = {"byte_order_mark": "skipped"} if found.byte_order_mark else {}
    if found.undeclared and source.undeclared == "warn":
        warnings["column_undeclared"] = _named(found.undeclared)

    delivered = len(found.rows)
    rows = found.rows.with_row_index(ROW, offset=1)
    rows = rows.filter(in_scope(rows, source))
    taken_back = [WITHDRAWN] if source.withdrawn else []
    if taken_back:
        rows = rows.with_columns(matching(rows, source.withdrawn).cast(pl.String).alias(WITHDRAWN))
    available = set(rows.columns)
    kept = list(dict.fromkeys(n for names in kept_alternatives if (n := first_present(names, available)) is not None))
    personal_rows = _scan(rows, kept)
    clean = rows.filter(~pl.col(ROW).is_in(personal_rows["row"].unique().implode()))
    clean = clean.with_columns(
        keyed_hash(_key_text(clean, source), key).alias(KEY_HASH),
        keyed_hash(_joined(clean, [*kept, *source.key, *source.row_key, *taken_back]), key).alias(ROW_HASH),
    ).select(pl.col(ROW).cast(pl.Int64), KEY_HASH, ROW_HASH, *taken_back, *kept)
    _write_once(clean, folder / source.code / f"{identity.batch_id}.parquet")
    return Landed(
        batch_id=identity.batch_id,
        content_sha256=identity.content_sha256,
        file_name=file.name,
        rows=clean,
        delivered=delivered,
        out_of_scope=delivered - len(rows),
        personal=personal_rows,
        warnings=warnings,
    )


def _named(undeclared: list[str]) -> str:
    """How many columns nobody declared. Their names are not kept: a file whose header is wrong has values there, and a name is one."""
    return f"{len(undeclared)} column{'s' if len(undeclared) > 1 else ''}"


def _joined(rows: pl.DataFrame, columns: list[str]) -> pl.Series:
    """Columns as one text."""
    parts = [pl.col(c).str.strip_chars().fill_null("\x00") for c in dict.fromkeys(columns)]
    return rows.select(joined=pl.concat_str(parts, separator=_JOINER)).to_series()


def _key_text(rows: pl.DataFrame, source: Source) -> pl.Series:
    """The source and its key as one text; null where every key column is empty."""
    empty = pl.all_horizontal([pl.col(c).is_null() | pl.col(c).str.strip_chars().is_in(source.nulls) for c in source.key])
    # The joined text is a literal here, so that no column of the file can take its name.
    return rows.select(
        key=pl.when(empty).then(None).otherwise(pl.lit(f"{source.code}{_JOINER}") + pl.lit(_joined(rows, source.key)))
    ).to_series()


def _scan(rows: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """Rows with a personal value, by number and column.

    Raises:
        UnusableFile: one column has too many of them.
    """
    found = [QUARANTINED.to_frame()]
    crowded = []
    for name in columns:
        hits = rows.filter(personal_values(rows[name]))
        if len(hits) > MAX_PERSONAL_SHARE * len(rows) and len(hits) > 1:
            crowded.append(name)
        found.append(hits.select(row=pl.col(ROW).cast(pl.Int64), reason=pl.lit("personal_value"), column=pl.lit(name, pl.String)))
    if crowded:
        raise UnusableFile("personal_values", ", ".join(crowded))
    return pl.concat(found).unique("row", keep="first", maintain_order=True)


def _write_once(rows: pl.DataFrame, file: Path) -> None:
    """Write a batch so that the file is there whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.draft")
    try:
        rows.write_parquet(draft)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def landed_rows(folder: Path, source: str, batch_id: str) -> pl.DataFrame | None:
    """The rows of a landed batch as text; None where its file is past its time."""
    file = folder / source / f"{batch_id}.parquet"
    return pl.read_parquet(file) if file.is_file() else None


def purge(folder: Path, older_than: dt.datetime, *, dry_run: bool) -> int:
    """Delete landed batches written before a moment, and drafts that a crash left; return how many files those are."""
    if not folder.is_dir():
        return 0
    old = [f for f in sorted(folder.rglob("*")) if f.is_file() and f.stat().st_mtime < older_than.timestamp()]
    if not dry_run:
        for file in old:
            file.unlink()
    return len(old)
