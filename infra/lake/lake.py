"""Report versions of one district: appended once, read as they stand, every file proved before it is believed.

Belongs here: what others ask of a lake. Does not: the table below (``table``), joining and dropping (``upkeep``), which version counts
(``transforms.reports.versions``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl
from deltalake.exceptions import CommitFailedError

from infra import clock
from infra.errors import SifangError
from infra.lake import log
from infra.lake.faults import damaged, door
from infra.lake.opening import open_shelf
from infra.lake.packing import LakeFile, packed, scanned
from infra.lake.reports_in import ReportsIn
from infra.lake.table import Table
from infra.lake.verifying import Verification, Vouched, verify
from infra.marks import Identity, Mark
from transforms.schema import REPORTS, require_schema
from transforms.schema.visits import VISIT_FEED

ATTEMPTS: Final = 20


class Lake:
    """Report versions of one district.

    ``url`` is a folder or an object-store address, ``memory`` a file that remembers which files were found whole.
    """

    def __init__(self, url: str, memory: Path | None = None) -> None:
        self.shelf = open_shelf(url)
        self.table = Table(self.shelf)
        self._vouched = Vouched(memory)
        self._reports = ReportsIn(self.shelf)

    def create(self) -> None:
        """Make the table if there is none. Nobody's, until ``begin`` says whose."""
        with door(self.shelf.shown):
            self.table.create(None, 0)

    def begin(self, identity: Identity, first: int) -> None:
        """Say whose the lake is: of one that is not there in its first commit, of any other in one of its own.

        ``first`` is the least sequence that this commit may have: a lake in the stead of a lost one goes on where that one ended.
        """
        with door(self.shelf.shown):
            if self.table.refresh():
                self.table.commit("mark", "mark", identity=identity, first=first)
            else:
                self.table.create(identity, first)

    def newest_mark(self) -> Mark | None:
        """The mark of the newest commit that bears one."""
        with door(self.shelf.shown):
            marked = self.table.marked() if self.table.refresh() else None
            return marked.mark if marked else None

    def sequence(self) -> int:
        """The newest commit; 0 for a lake without reports."""
        with door(self.shelf.shown):
            return self.table.sequence if self.table.refresh() else 0

    def append(self, versions: pl.DataFrame, batch_id: str) -> int:
        """Append a batch once, however often it is called, and return the sequence under which its rows entered.

        A repeated application transaction is not refused by the table and would double the rows, so the batch is looked up first,
        on the very version the append is based on. ``recorded_seq`` is the sequence after it; a commit by another writer in between
        fails this one, and the loop looks again.

        Raises:
            SifangError: other writers won every attempt.
            StoreError: the lake cannot be written.
        """
        require_schema(versions.select(list(REPORTS)), REPORTS, "versions")
        with door(self.shelf.shown):
            for _ in range(ATTEMPTS):
                self.table.create(None, 0)
                self.table.refresh()
                if (earlier := self.table.entered(batch_id)) is not None:
                    return earlier
                sequence = pl.lit(self.table.sequence + 1, pl.Int64)
                rows = versions.select(list(REPORTS)).with_columns(recorded_seq=sequence)
                try:
                    return self.table.commit("append", batch_id, packed(rows))
                except CommitFailedError:
                    continue
        raise SifangError("The lake is being written by others all the time.", "Wait for the other runs to finish, then run this again.")

    def versions(self) -> pl.LazyFrame:
        """Every version of a report in the table, schema ``REPORTS``, in no particular order.

        Raises:
            StoreError: a file of the table is missing or damaged, or the lake cannot be read.
        """
        with door(self.shelf.shown):
            return scanned(self.shelf, self._of_reports())

    def visits(self) -> pl.DataFrame:
        """Every visit in the table, in the same schema (``transforms.worklist.visits``). Raises ``StoreError`` as ``read``."""
        with door(self.shelf.shown):
            return scanned(self.shelf, (file for file in self.whole_files() if file.feed == VISIT_FEED)).collect()

    def has(self, batch_id: str) -> bool:
        """Whether a batch has entered."""
        with door(self.shelf.shown):
            return self.table.refresh() and self.table.entered(batch_id) is not None

    def read(self) -> pl.DataFrame:
        """Every version of a report in the table, in memory.

        Raises:
            StoreError: a file of the table is missing or damaged, or the lake cannot be read.
        """
        with door(self.shelf.shown):
            return self.versions().collect()

    def collect(self, query: pl.LazyFrame) -> pl.DataFrame:
        """What a query over ``versions`` finds. Raises ``StoreError`` as ``read``."""
        with door(self.shelf.shown):
            return query.collect()

    def of_reports(self, source: str, versions: pl.DataFrame) -> pl.DataFrame:
        """Every version that the lake holds of reports of a source, those that occur in ``versions``.

        Raises:
            StoreError: as ``read``.
        """
        with door(self.shelf.shown):
            files = self._of_reports()
            known = self._reports.among(files, versions["report_id"])
            if known.is_empty():
                return REPORTS.to_frame()
            of_source = scanned(self.shelf, files).filter(pl.col("source") == source)
            return of_source.join(known.to_frame().lazy(), on="report_id", how="semi").collect()

    def of_source(self, source: str) -> pl.DataFrame:
        """Every version that the lake holds of reports of a source.

        Raises:
            StoreError: as ``read``.
        """
        with door(self.shelf.shown):
            return self.versions().filter(pl.col("source") == source).collect()

    def batches(self) -> pl.DataFrame:
        """The batches of which it holds rows: ``batch_id, source, feed, rows``, the least ``recorded_seq, known_at, order_key`` of each.

        Raises:
            StoreError: as ``read``.
        """
        first = (pl.col(name).min() for name in ("recorded_seq", "known_at", "order_key"))
        with door(self.shelf.shown):
            counted = self.versions().group_by("batch_id", "source", "feed").agg(*first, rows=pl.len().cast(pl.Int64))
            return counted.sort("recorded_seq", "batch_id").collect()

    def verify(self, *, deep: bool) -> Verification:
        """Look at every file; ``deep`` hashes all of them, otherwise those that nobody vouches for. Damage is told, not raised.

        Raises:
            StoreError: the log is damaged, or the lake cannot be read.
        """
        with door(self.shelf.shown):
            files = self.table.files() if self.table.refresh() else ()
            return verify(self.shelf, files, self._vouched, clock.now(), everything=deep)

    def was_purged(self) -> bool:
        """Whether rows of batches that entered may have left again: dropped as past their time, or with a lake that this one replaces."""
        with door(self.shelf.shown):
            commits = log.commits_down(self.shelf, self.table.version) if self.table.refresh() else ()
            marks = (c.mark for c in commits if c.mark is not None)
            return any(m.deed == "purge" or (m.deed == "begin" and m.sequence > 0) for m in marks)

    def whole_files(self) -> tuple[LakeFile, ...]:
        """The files of the table as it is now, each proved: reading a truncated one would end the process."""
        version = -1
        while self.table.refresh() and self.table.version != version:
            version, files = self.table.version, self.table.files()
            lost = verify(self.shelf, files, self._vouched, clock.now()).damaged
            if not lost:
                return files
            # What is missing may have been joined with others in this very moment: then the table has a newer commit, and no need of it.
        if version == -1:
            return ()
        raise damaged(self.shelf.shown, _named(lost))

    def _of_reports(self) -> tuple[LakeFile, ...]:
        """Those of its files that hold versions of reports."""
        return tuple(file for file in self.whole_files() if file.feed != VISIT_FEED)


def _named(files: tuple[str, ...]) -> str:
    others = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return files[0] + others
