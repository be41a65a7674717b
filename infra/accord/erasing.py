"""Having both stores, and what landed, forget reports for good; begun in one transaction, and completed by whoever writes next.

Belongs here: the order. Does not: which reports (``flows.repair.erasure``), single stores (``infra.lake.erasing``,
``infra.landing.landing``, ``infra.warehouse.keeping.erasures``), backups (``infra.backup``).

First both stores are told that these reports must not come back, and the ledger forgets their rows; then their rows go, from what landed
and from the lake. A kill in between leaves an erasure without an end: the next writer goes on before it does anything else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from infra.accord.pair import Pair
from infra.lake import tombstones
from infra.lake.erasing import HELD, held
from infra.landing import landing
from infra.warehouse.database.scrubbing import scrub
from infra.warehouse.intake.batches import withdrawn_by
from infra.warehouse.keeping.erasures import (
    Erasure,
    Leaving,
    NightThen,
    batches_of_rows,
    begin,
    erased,
    finish,
    is_unfinished,
    nights_then,
)
from infra.warehouse.keeping.locks import Lease
from transforms.words import Status
from transforms.words.backfills import BackfillReason


@dataclass(frozen=True)
class Stored:
    """Where rows of reports lie: both stores of a district, and the folder of what landed."""

    pair: Pair
    landing: Path


@dataclass(frozen=True)
class Terms:
    """Who asked for it: the code that was given, the source (None for a list that came from elsewhere), how many keys, when."""

    reason: str
    source: str | None
    keys: int
    at: dt.datetime


@dataclass(frozen=True)
class Found:
    """What is held of some reports: their versions (columns ``HELD``), rows that landed and rows set aside by batch, and the nights that
    saw them."""

    versions: pl.DataFrame = field(repr=False)
    landed: dict[str, tuple[int, ...]]
    landed_reports: frozenset[str]
    set_aside: dict[str, tuple[int, ...]]
    nights: tuple[NightThen, ...]

    @property
    def reports(self) -> int:
        """How many of them are in the lake."""
        return self.versions["report_id"].n_unique()

    @property
    def known(self) -> int:
        """How many of them are in the lake, or landed."""
        return len({*self.versions["report_id"], *self.landed_reports})


def find(stored: Stored, reports: Collection[str]) -> Found:
    """What both stores hold of some reports; nothing is changed.

    Raises:
        StoreError: one of them is damaged or may not be read.
    """
    versions = held(stored.pair.lake, reports) if stored.pair.lake.newest_mark() else pl.DataFrame(schema=dict.fromkeys(HELD, pl.String))
    rows = landing.rows_of(stored.landing, reports)
    landed = {batch: tuple(of["row"].unique().sort()) for batch, of in rows.items()}
    seen = [(known, seq, day) for known, seq, day in versions.select("known_at", "recorded_seq", "occurred_on").unique().iter_rows()]
    nights = tuple(
        n
        for n in nights_then(stored.pair.warehouse)
        if any(known <= n.as_of and seq <= n.lake_seq and day < n.night for known, seq, day in seen)
    )
    there = frozenset(report for of in rows.values() for report in of["key_hash"])
    return Found(versions, landed, there, batches_of_rows(stored.pair.warehouse, landed), nights)


def erase(stored: Stored, lease: Lease, terms: Terms, reports: Collection[str]) -> Found:
    """Erase reports, whether or not anything is held of them: what is erased must not come later either.

    Raises:
        LockLostError: another writer has taken the district over.
        StoreError: one of the stores cannot be written; the next writer completes what was begun.
    """
    found = find(stored, reports)
    first = found.versions.select(pl.col("known_at").min(), pl.col("recorded_seq").min()).row(0) if len(found.versions) else (None, None)
    record = Erasure(
        erased_at=terms.at,
        reason=terms.reason,
        source=terms.source,
        keys=terms.keys,
        reports=found.reports,
        versions=len(found.versions),
        set_aside=sum(map(len, found.set_aside.values())),
        known_from=first[0],
        seq_from=first[1],
        seq_to=stored.pair.lake.sequence() if len(found.versions) else None,
    )
    begin(stored.pair.warehouse, lease, record, reports, _leaving(stored, found))
    complete(stored, lease, terms.at)
    return found


def settle(stored: Stored, lease: Lease, now: dt.datetime) -> None:
    """Complete what a kill cut short, and have each store learn what only the other knows: one may have been put back from a copy.

    Raises:
        StoreError: one of the stores cannot be read or written.
    """
    known, beside = erased(stored.pair.warehouse), tombstones.told(stored.pair.lake.shelf)
    if known != beside or is_unfinished(stored.pair.warehouse):
        apply(stored, lease, known | beside, now)


def apply(stored: Stored, lease: Lease, reports: Collection[str], now: dt.datetime) -> None:
    """Make sure that nothing is left of reports that were erased elsewhere, or before a store was put back from a copy.

    Raises:
        StoreError: one of the stores cannot be read or written.
    """
    if is_unfinished(stored.pair.warehouse):
        # The ledger has forgotten those already.
        complete(stored, lease, now)
    if not erased(stored.pair.warehouse) >= set(reports) or len(find(stored, reports).versions) or not _is_told(stored):
        erase(stored, lease, Terms(BackfillReason.ERASURE.value, None, 0, now), reports)


def _is_told(stored: Stored) -> bool:
    """Whether the lake knows what the warehouse knows; one that is not there need not."""
    there = tombstones.told(stored.pair.lake.shelf) == erased(stored.pair.warehouse)
    return there or stored.pair.lake.newest_mark() is None


def complete(stored: Stored, lease: Lease, now: dt.datetime) -> None:
    """Have every row of erased reports go; what is gone already is passed over."""
    pair = stored.pair
    reports = erased(pair.warehouse)
    if pair.lake.newest_mark():
        tombstones.tell(pair.lake.shelf, reports)
    landing.erase(stored.landing, reports)
    if pair.lake.newest_mark():
        pair.erase(reports, lease)
    scrub(pair.warehouse)
    finish(pair.warehouse, now)


def _leaving(stored: Stored, found: Found) -> dict[str, Leaving]:
    """What leaves of each batch. A version that withdraws may stand for a row that could not enter, and counts beside the rows then."""
    by_row = withdrawn_by(stored.pair.warehouse, found.versions["batch_id"].unique().to_list())
    leaving = {batch: Leaving(set_aside=rows) for batch, rows in found.set_aside.items()}
    for (batch,), versions in found.versions.group_by("batch_id"):
        gone = int((versions["status"] == Status.WITHDRAWN.value).sum())
        withdrawn = min(gone, by_row.get(str(batch), 0))
        rows = leaving.get(str(batch), Leaving()).set_aside
        leaving[str(batch)] = Leaving(len(versions) - withdrawn, withdrawn, rows)
    return leaving
