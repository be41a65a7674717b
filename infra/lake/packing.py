"""Report versions as Parquet files, each named by the digest of its bytes.

Belongs here: rows to bytes and back to rows, what the log says of a file. Does not: where files lie (``shelf``), commits (``table``).

The name stands in the commit that adds the file, so the log holds the digest of every file, and whoever reads one can prove it. Files of
before this bear other names; they are read, and cannot be proved.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

import polars as pl
from deltalake.transaction import AddAction

from infra.lake.shelf import Content, Shelf
from transforms.schema import REPORTS, UTC

PARTITIONS: Final = ["feed", "known_month"]
_STORED: Final = pl.Schema({name: type_ for name, type_ in REPORTS.items() if name != "feed"})
_MOMENTS: Final = [name for name, type_ in REPORTS.items() if type_ == UTC]
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class LakeFile:
    """A file of the table, as the log describes it."""

    name: str
    size: int
    rows: int
    feed: str
    month: str

    @property
    def digest(self) -> str | None:
        """What its bytes must hash to; None where it was written before names were digests."""
        stem = PurePosixPath(self.name).stem
        return stem if _DIGEST.fullmatch(stem) else None


@dataclass(frozen=True)
class Packed:
    """A file to be written."""

    file: LakeFile
    content: Content
    stats: str

    def action(self, written_ms: int, *, data_change: bool) -> AddAction:
        """What a commit says of it. ``data_change`` is false where its rows were in the table before."""
        values = {"feed": self.file.feed, "known_month": self.file.month}
        return AddAction(self.file.name, self.file.size, values, written_ms, data_change=data_change, stats=self.stats)


def digest(content: Content) -> str:
    """The digest of a file's bytes; ``sha256sum`` says the same."""
    return hashlib.sha256(content).hexdigest()


def packed(rows: pl.DataFrame) -> Iterator[Packed]:
    """Rows of schema ``REPORTS`` as files, one per feed and month.

    Polars packs them on all processors, the table's own writer on one: a third of the time.
    """
    for feed, month, part in _parts(rows):
        buffer = io.BytesIO()
        # Half the size of the default for less time: most of a report is hashes and times, and writing fewer bytes pays for packing them.
        part.drop("feed").write_parquet(buffer, compression="zstd", compression_level=1)
        content = buffer.getbuffer()
        shown = f"{month:%Y-%m}"
        name = f"feed={feed}/known_month={shown}/{digest(content)}.parquet"
        yield Packed(LakeFile(name, len(content), len(part), feed, shown), content, _statistics(part))


def _parts(rows: pl.DataFrame) -> Iterator[tuple[str, dt.date, pl.DataFrame]]:
    """Rows by feed and month. Those of one delivery mostly are of one, and are not copied then."""
    month = pl.col("known_at").dt.date().dt.month_start()
    if len(found := rows.select("feed", month).unique()) == 1:
        yield *found.row(0), rows
        return
    for (feed, first_day), part in rows.group_by("feed", month):
        yield str(feed), first_day, part


def scanned(shelf: Shelf, files: Iterable[LakeFile]) -> pl.LazyFrame:
    """The rows of files, schema ``REPORTS``, in no particular order."""
    of_feed: dict[str, list[str]] = {}
    for file in files:
        of_feed.setdefault(file.feed, []).append(file.name)
    parts = [
        pl.scan_parquet([shelf.source(n) for n in names], glob=False, hive_partitioning=False, schema=_STORED).with_columns(
            feed=pl.lit(feed)
        )
        for feed, names in sorted(of_feed.items())
    ]
    return pl.concat([REPORTS.to_frame().lazy(), *(p.select(list(REPORTS)) for p in parts)])


def _statistics(rows: pl.DataFrame) -> str:
    """What the log says of a file, so that readers of a few days can pass it over: its rows, and the span of each of their moments."""
    spans = rows.select(pl.col(_MOMENTS).min().name.suffix(" min"), pl.col(_MOMENTS).max().name.suffix(" max")).row(0, named=True)
    bounds = {
        side: {name: f"{bound:%Y-%m-%dT%H:%M:%S.%f}Z" for name in _MOMENTS if (bound := spans[f"{name} {side}"]) is not None}
        for side in ("min", "max")
    }
    return json.dumps({"numRecords": len(rows), "minValues": bounds["min"], "maxValues": bounds["max"]})
