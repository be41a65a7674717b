"""The lake: one append-only Delta table of report versions per district.

Belongs here: creating, appending to and scanning the table. Does not: which version counts (``transforms.reports.versions``).
"""

from __future__ import annotations

import datetime as dt
import io
import json
import uuid
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import obstore
import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError
from deltalake.transaction import AddAction, RemoveAction
from obstore.store import LocalStore, from_url

from infra import clock
from infra.errors import SifangError
from transforms.schema import REPORTS, UTC, require_schema

PARTITIONS: Final = ["feed", "known_month"]
_ATTEMPTS: Final = 20
# Every version ever recorded must stay listed in the log: replay reads by commit number.
_CONFIGURATION: Final[dict[str, str | None]] = {"delta.logRetentionDuration": "interval 36500 days"}
# Half the size of the default for less time: most of a report is hashes and times, and writing fewer bytes pays for packing them.
_PACKED: Final = WriterProperties(compression="ZSTD", compression_level=1)
_MOMENTS: Final = [name for name, type_ in REPORTS.items() if type_ == UTC]


class Lake:
    """Report versions of one district. ``url`` is a folder or an object-store address."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._table: DeltaTable | None = None

    def _open(self) -> DeltaTable | None:
        """The table as it is now, None where there is none.

        Opening it reads every commit since the last checkpoint (50 ms after sixty of them), so it is held and asked only for what is new.
        """
        if not DeltaTable.is_deltatable(self._url):
            self._table = None
        elif self._table is None:
            self._table = DeltaTable(self._url)
        else:
            self._table.update_incremental()
        return self._table

    def create(self) -> None:
        """Make the table if there is none."""
        if self._open() is None:
            empty = REPORTS.to_frame().with_columns(known_month=pl.lit(None, pl.String))
            once = CommitProperties(max_commit_retries=0)
            try:
                write_deltalake(
                    self._url, empty, mode="ignore", partition_by=PARTITIONS, configuration=_CONFIGURATION, commit_properties=once
                )
            except CommitFailedError:
                # Another process made it at the same moment; a retry would commit a second time over its table.
                if self._open() is None:
                    raise

    def sequence(self) -> int:
        """The newest commit; 0 for a lake without reports."""
        table = self._open()
        return 0 if table is None else table.version()

    def append(self, versions: pl.DataFrame, batch_id: str) -> int:
        """Append a batch once, however often it is called, and return the commit in which its rows entered.

        A repeated application transaction is not refused by the table and would double the rows, so the batch is looked up first,
        on the very version the append is based on. ``recorded_seq`` is that version plus one; a commit by another writer in between
        fails this one, and the loop looks again.

        Raises:
            SifangError: other writers won every attempt.
        """
        self.create()
        for _ in range(_ATTEMPTS):
            table = self._open()
            assert table is not None
            earlier = table.transaction_version(batch_id)
            if earlier is not None:
                return int(earlier)
            sequence = table.version() + 1
            rows = require_schema(versions.with_columns(recorded_seq=pl.lit(sequence, pl.Int64)).select(list(REPORTS)), REPORTS, "versions")
            once = CommitProperties(max_commit_retries=0, app_transactions=[Transaction(batch_id, sequence)])
            files = self._write(rows)
            try:
                table.create_write_transaction(files, "append", table.schema(), PARTITIONS, commit_properties=once)
            except CommitFailedError:
                continue
            return sequence
        raise SifangError("The lake is being written by others all the time.", "Wait for the other runs to finish, then run this again.")

    def _write(self, rows: pl.DataFrame) -> list[AddAction | RemoveAction]:
        """Write rows as new files, one per partition. They are of the table once a commit names them.

        Polars packs them on all processors, the table's own writer on one: a third of the time.
        """
        store = from_url(self._url) if "://" in self._url else LocalStore(self._url)
        written = int(clock.now().timestamp() * 1000)
        files: list[AddAction | RemoveAction] = []
        for (feed, month), part in rows.group_by("feed", pl.col("known_at").dt.date().dt.month_start()):
            values = {"feed": str(feed), "known_month": f"{month:%Y-%m}"}
            path = f"{'/'.join(f'{name}={value}' for name, value in values.items())}/{uuid.uuid4()}.parquet"
            packed = io.BytesIO()
            part.drop("feed").write_parquet(packed, compression="zstd", compression_level=1)
            obstore.put(store, path, packed.getbuffer())
            files.append(AddAction(path, packed.tell(), values, written, data_change=True, stats=_statistics(part)))
        return files

    def versions(self) -> pl.LazyFrame:
        """Every version in the table, schema ``REPORTS``, in no particular order."""
        table = self._open()
        return REPORTS.to_frame().lazy() if table is None else pl.scan_delta(table).select(list(REPORTS))

    def read(self) -> pl.DataFrame:
        """Every version in the table, in memory.

        Raises:
            SifangError: a file of the table is missing or damaged.
        """
        try:
            self._require_whole()
            return self.versions().collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise self._damaged(type(error).__name__) from error

    def _require_whole(self) -> None:
        """Compare the files of a lake on disk with what the log says of them: reading a truncated one would end the process."""
        table = self._open()
        if table is None or "://" in self._url:
            return
        actions = pl.DataFrame(table.get_add_actions(flatten=True))
        for path, size in actions.select("path", "size_bytes").iter_rows():
            file = Path(self._url) / unquote(path)
            if not file.is_file() or file.stat().st_size != size:
                raise self._damaged(file.name)

    def _damaged(self, what: str) -> SifangError:
        return SifangError(
            f"The lake at {self._url} has lost or damaged a file ({what}); no night is computed from part of it.",
            "Restore it from a backup, or move it away and deliver the files again.",
        )

    def compact(self) -> int:
        """Join small files, which changes no row; return how many files there were less."""
        table = self._open()
        if table is None:
            return 0
        done = table.optimize.compact(writer_properties=_PACKED)
        return int(done["numFilesRemoved"]) - int(done["numFilesAdded"])

    def purge(self, before: dt.datetime, *, dry_run: bool) -> int:
        """Drop the reports whose every version happened before a moment; return how many rows those are.

        A report goes whole or not at all: dropping only its newest version would bring an older one back to life.
        """
        table = self._open()
        if table is None:
            return 0
        rows = self.read()
        kept = rows.filter(pl.col("occurred_at").max().over("report_id") >= before)
        gone = len(rows) - len(kept)
        if gone and not dry_run:
            write_deltalake(
                table, kept.with_columns(known_month=pl.col("known_at").dt.strftime("%Y-%m")), mode="overwrite", writer_properties=_PACKED
            )
        if not dry_run:
            # Also where nothing is gone: a purge that was killed after it wrote left the old rows on disk.
            table.update_incremental()
            table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
        return gone


def _statistics(rows: pl.DataFrame) -> str:
    """What the log says of a file, so that readers of a few days can pass it over: its rows, and the span of each of their moments."""
    spans = rows.select(pl.col(_MOMENTS).min().name.suffix(" min"), pl.col(_MOMENTS).max().name.suffix(" max")).row(0, named=True)
    bounds = {
        side: {name: f"{bound:%Y-%m-%dT%H:%M:%S.%f}Z" for name in _MOMENTS if (bound := spans[f"{name} {side}"]) is not None}
        for side in ("min", "max")
    }
    return json.dumps({"numRecords": len(rows), "minValues": bounds["min"], "maxValues": bounds["max"]})
