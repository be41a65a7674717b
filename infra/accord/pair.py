"""Lake and warehouse as a pair: begun together, completed after a kill, and committed to so that both know.

Belongs here: every write to the lake. Does not: what is written (``flows.intake``, ``flows.upkeep``), whether they agree
(``infra.accord.verdict``).

The order is always the same: the warehouse is told what is meant, the lake commits, the warehouse is told that it did. Whoever is killed in
between leaves an intent, and the next writer settles it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

import polars as pl

from infra import clock
from infra.accord.sides import Sides, sides
from infra.accord.verdict import Standing, Verdict, compare
from infra.lake import erasing, relanding, upkeep
from infra.lake.lake import Lake
from infra.lake.upkeep import Compacted, Purged
from infra.marks import Deed, Identity, new_identity, new_token
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.keeping.adoptions import numbers_used
from infra.warehouse.keeping.identities import claim, forget_old_intents, intend, settle
from infra.warehouse.keeping.locks import Lease

Result = TypeVar("Result")

# Commits follow each other far more slowly than questions.
_LOOKS_AGAIN: Final = 3


@dataclass(frozen=True)
class Pair:
    """The two stores of one district. ``where`` is the warehouse as people read it, where it is not what the connection says."""

    lake: Lake
    warehouse: Warehouse
    where: str = ""

    def look(self, fingerprint: str | None = None) -> Verdict:
        """Whether they belong together; a reader asks, tells ``line`` and goes on.

        Raises:
            StoreError: the lake's log is damaged or may not be read.
            WarehouseError: the warehouse cannot be asked.
        """
        verdict = compare(self.sides(), fingerprint)
        for _ in range(_LOOKS_AGAIN):
            if verdict.goes_on:
                break
            # A writer may have announced and made a commit between the two questions; asked again, the warehouse knows of it.
            verdict = compare(self.sides(), fingerprint)
        return verdict

    def agree(self, fingerprint: str | None, now: dt.datetime) -> None:
        """Make sure that a writer may go on; to be called under the district's lock.

        A pair that exists nowhere is begun, one of before is marked, and what a kill left untold is settled. ``fingerprint`` is that of the
        key at hand: without a key nothing can be begun, and nothing need be.

        Raises:
            DisagreementError: they do not belong together.
            StoreError: the lake's log is damaged or may not be read.
        """
        told = self.sides()
        verdict = compare(told, fingerprint)
        verdict.require()
        owner = told.warehouse.identity
        if verdict.standing in {Standing.NEW, Standing.UNMARKED}:
            filled_under = told.warehouse.filled_under or fingerprint
            if filled_under is not None:
                self._begin(owner or new_identity(self.warehouse.district, filled_under, now), claimed=owner is not None)
        elif verdict.standing is Standing.LEFTOVERS:
            if owner is not None and told.lake.owner != owner.identity:
                # Of a district that begins again, numbers go on after every one that was heard of.
                self.begin(owner, first=numbers_used(self.warehouse) + 1 if owner.instead_of else 0)
            settle(self.warehouse, verdict.unsettled)
            forget_old_intents(self.warehouse, clock.now())

    def append(self, versions: pl.DataFrame, token: str, lease: Lease) -> int:
        """Append a batch as ``Lake.append`` does.

        Raises:
            LockLostError: another writer has taken the district over; nothing entered.
        """
        with self._committing("append", token, lease):
            return self.lake.append(versions, token)

    def compact(self, lease: Lease) -> Compacted:
        """Join small files as ``infra.lake.upkeep`` does."""
        return self._keep_up("compact", lease, lambda token: upkeep.compact(self.lake, token))

    def purge(self, before: dt.date, lease: Lease) -> Purged:
        """Drop old reports as ``infra.lake.upkeep`` does."""
        return self._keep_up("purge", lease, lambda token: upkeep.purge(self.lake, before, token, dry_run=False))

    def bring_down(self, batches: Collection[str], ahead_of: dt.datetime, at: dt.datetime, lease: Lease) -> int:
        """Make rows that a clock ahead hid known at a moment, as ``infra.lake.relanding`` does."""
        return self._keep_up("reland", lease, lambda token: relanding.bring_down(self.lake, batches, ahead_of, at, token))

    def erase(self, reports: Collection[str], lease: Lease) -> None:
        """Take reports out of the lake for good, as ``infra.lake.erasing`` does."""
        self._keep_up("erase", lease, lambda token: erasing.erase(self.lake, reports, token))

    def empty(self, up_to: int, lease: Lease) -> None:
        """Take out of the lake what entered up to a commit, as ``infra.lake.erasing`` does."""
        self._keep_up("rotate", lease, lambda token: erasing.empty(self.lake, up_to, token))

    def begin(self, owner: Identity, first: int) -> None:
        """Have the lake say whose it is, in a commit of at least this number, and remember that it did."""
        self.lake.begin(owner, first)
        self._settle_newest()

    def sides(self) -> Sides:
        """What both say.

        Raises:
            StoreError: the lake's log is damaged or may not be read.
            WarehouseError: the warehouse cannot be asked.
        """
        return sides(self.lake, self.warehouse, self.where or self.warehouse.shown)

    def _begin(self, owner: Identity, *, claimed: bool) -> None:
        """Write down whose both are. The warehouse comes first: it is what the next writer looks at after a kill."""
        if not claimed:
            claim(self.warehouse, owner)
        self.begin(owner, first=0)

    def _keep_up(self, deed: Deed, lease: Lease, work: Callable[[str], Result]) -> Result:
        token = new_token()
        with self._committing(deed, token, lease):
            return work(token)

    @contextmanager
    def _committing(self, deed: Deed, token: str, lease: Lease) -> Iterator[None]:
        intend(self.warehouse, lease, deed, token, clock.now())
        yield
        self._settle_newest(token)

    def _settle_newest(self, done: str = "") -> None:
        mark = self.lake.newest_mark()
        settle(self.warehouse, [] if mark is None else [mark], done)
