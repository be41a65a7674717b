"""The Delta table below a lake: opening it, the files that it consists of, commits that bear a mark.

Belongs here: everything that asks the library of tables. Does not: what is in the files (``packing``), report versions (``lake``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final
from urllib.parse import unquote

import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction

from infra import clock
from infra.lake import log
from infra.lake.faults import other_layout
from infra.lake.packing import PARTITIONS, LakeFile, Packed
from infra.lake.shelf import Shelf
from infra.marks import Deed, Identity, Mark, files_digest
from transforms.schema import REPORTS

# Every version ever recorded must stay listed in the log: replay reads by commit number.
_CONFIGURATION: Final[dict[str, str | None]] = {"delta.logRetentionDuration": "interval 36500 days"}
_SCHEMA: Final = pl.Schema([*REPORTS.items(), ("known_month", pl.String())])


class Table:
    """The table on a shelf. What it tells is of the commit that ``refresh`` found last."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._table: DeltaTable | None = None
        self._listed: tuple[int, tuple[LakeFile, ...]] | None = None
        self._marked: tuple[int, log.Commit | None] | None = None

    def refresh(self) -> bool:
        """Look at the newest commit; False where there is no table.

        Opening one reads every commit since the last checkpoint (50 ms after sixty of them), so it is held and asked only for what is new.
        """
        if not DeltaTable.is_deltatable(self.shelf.table):
            self._table = None
        elif self._table is None:
            self._table = DeltaTable(self.shelf.table)
            if other := {f.name for f in self._table.schema().fields} ^ set(_SCHEMA):
                raise other_layout(self.shelf.shown, other)
        else:
            self._table.update_incremental()
        return self._table is not None

    @property
    def version(self) -> int:
        """The number of the newest commit."""
        return int(self._opened.version())

    @property
    def sequence(self) -> int:
        """What reports call the newest commit. In a lake that was begun again it goes on where the lost one ended."""
        marked = self.marked()
        return self.version + (marked.mark.sequence - marked.version if marked and marked.mark else 0)

    def marked(self) -> log.Commit | None:
        """The newest commit that bears a mark."""
        if self._marked is None or self._marked[0] != self.version:
            self._marked = self.version, log.newest_marked(self.shelf, self.version)
        return self._marked[1]

    def entered(self, token: str) -> int | None:
        """The sequence under which a batch entered; None where it never did."""
        found = self._opened.transaction_version(token)
        return None if found is None else int(found)

    def files(self) -> tuple[LakeFile, ...]:
        """The files that the table consists of.

        Raises:
            BrokenLogError: the log does not say of one what ours always says, or names others than its newest commit left.
        """
        if self._listed is None or self._listed[0] != self.version:
            listed = tuple(_listed(pl.DataFrame(self._opened.get_add_actions(flatten=True))))
            self._require_as_marked(listed)
            self._listed = self.version, listed
        return self._listed[1]

    def _require_as_marked(self, listed: tuple[LakeFile, ...]) -> None:
        """Pass when the files are those that the newest commit says it left: the library takes an emptied commit for one without files."""
        newest = self.marked()
        if newest is None or newest.mark is None or newest.version != self.version:
            return
        if newest.mark.files != files_digest(f.name for f in listed) or newest.mark.rows != sum(f.rows for f in listed):
            rows = sum(f.rows for f in listed)
            raise log.BrokenLogError(f"its log names {len(listed)} files with {rows} rows, and its newest commit left {newest.mark.rows}")

    def create(self, identity: Identity | None, first: int) -> None:
        """Make the table if there is none; its commit is called ``first``. Another process may do so at the same moment."""
        if self.refresh():
            return
        self.shelf.prepare()
        mark = Mark(first, "begin", "begin", 0, first, files_digest(()))
        once = CommitProperties(max_commit_retries=0, custom_metadata=log.said(identity, mark))
        try:
            made = DeltaTable.create(self.shelf.table, _SCHEMA, "error", PARTITIONS, configuration=_CONFIGURATION, commit_properties=once)
            made_as = log.entry(made.version())
            self.shelf.put(made_as, log.placeless(self.shelf.get(made_as)))
            self.shelf.settle(made_as)
        except DeltaError:
            # Whether the library says that a commit failed or that a table is there depends on how close the other process was.
            if not self.refresh():
                raise
        self.refresh()

    def commit(
        self,
        deed: Deed,
        token: str,
        adds: Iterable[Packed] = (),
        removes: Collection[LakeFile] = (),
        identity: Identity | None = None,
        first: int = 0,
    ) -> int:
        """Write files and commit them; the sequence of the commit.

        Args:
            deed: what this is.
            token: its name; an append under a name that entered before must not come here.
            adds: files to be written, each let go of before the next is made. They are of the table once the commit names them.
            removes: files that are of the table no more.
            identity: whose the lake is from now on; that of the commit before, unless given.
            first: the least sequence that this may have.

        Raises:
            CommitFailedError: another writer was first. Nothing was committed.
        """
        moment = int(clock.now().timestamp() * 1000)
        actions: list[AddAction | RemoveAction] = []
        gone = set(removes)
        files = [f for f in self.files() if f not in gone]
        for add in adds:
            self.shelf.put(add.file.name, add.content)
            files.append(add.file)
            actions.append(add.action(moment, data_change=deed != "compact"))
        for file in removes:
            values: dict[str, str | None] = {"feed": file.feed, "known_month": file.month}
            actions.append(RemoveAction(file.name, deed != "compact", moment, file.size, values))
        sequence = max(self.sequence + 1, first)
        mark = self._mark(sequence, deed, token, files)
        marked = self.marked()
        owner = identity or (marked.identity if marked else None)
        entry = [Transaction(token, sequence)] if deed == "append" else None
        once = CommitProperties(max_commit_retries=0, app_transactions=entry, custom_metadata=log.said(owner, mark))
        self._opened.create_write_transaction(actions, "append", self._opened.schema(), PARTITIONS, commit_properties=once)
        self.shelf.settle(log.entry(self.version + 1))
        self.refresh()
        return sequence

    def _mark(self, sequence: int, deed: Deed, token: str, files: Collection[LakeFile]) -> Mark:
        """What a commit that leaves these files says of the lake."""
        marked = self.marked()
        before = marked.mark.newest_seq if marked and marked.mark else self.sequence
        newest = sequence if deed == "append" else before
        return Mark(sequence, deed, token, sum(f.rows for f in files), newest, files_digest(f.name for f in files))

    @property
    def _opened(self) -> DeltaTable:
        assert self._table is not None, "refresh found no table"
        return self._table


def _listed(actions: pl.DataFrame) -> list[LakeFile]:
    columns = ("path", "size_bytes", "num_records", "partition.feed", "partition.known_month")
    if not len(actions):
        return []
    if actions.select(columns).null_count().sum_horizontal()[0]:
        raise log.BrokenLogError("the log does not say how large a file is, or what it holds")
    files = [LakeFile(unquote(name), size, rows, feed, month) for name, size, rows, feed, month in actions.select(columns).iter_rows()]
    if any(not f.name.startswith(f"feed={f.feed}/known_month={f.month}/") for f in files):
        raise log.BrokenLogError("the log says of a file that it holds what another place is for")
    return files
