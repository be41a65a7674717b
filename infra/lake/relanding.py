"""Moments that a clock ahead wrote into the lake: brought down to the moment at which somebody noticed.

Belongs here: which rows those are, and writing their files anew. Does not: which batches were landed by a wrong clock (the warehouse's
ledger), commits (``table``).

A report that is known from next year on is hidden until then, and would come up that day as news; and while its delivery counts as made
then, no correction overrules it. No night that stands has seen such a row, for none looks from a moment that has not come; so the row keeps
the commit in which it entered, and only ``known_at`` and ``order_key`` change, in one commit of the lake. Deliveries keep their order among
themselves. Killed anywhere, it is repeated: it is done or it is not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from infra.lake.faults import door
from infra.lake.lake import Lake
from infra.lake.packing import packed, scanned
from infra.lake.upkeep import commit_upkeep
from transforms.reports.delivery import order_key
from transforms.schema import UTC


@dataclass(frozen=True)
class Ahead:
    """Batches with rows whose delivery counts as made, or that are known, only after some moment; each with how many are ``hidden`` so."""

    hidden: Mapping[str, int]

    @property
    def batches(self) -> frozenset[str]:
        """All of them, also those of which no row is hidden."""
        return frozenset(self.hidden)


def landed_ahead(lake: Lake, ahead_of: dt.datetime) -> Ahead:
    """What a clock wrote that was ahead of a moment.

    Raises:
        StoreError: the lake is damaged or cannot be read.
    """
    with door(lake.shelf.shown):
        rows = scanned(lake.shelf, lake.whole_files()).filter(_known(ahead_of) | _ordered(ahead_of))
        return Ahead(dict(rows.group_by("batch_id").agg(_known(ahead_of).sum()).collect().iter_rows()))


def orders_of(lake: Lake, batches: Collection[str]) -> Mapping[str, int]:
    """Where the deliveries of some batches stand in the order of all; those of which nothing is in the lake are left out.

    Raises:
        StoreError: the lake is damaged or cannot be read.
    """
    with door(lake.shelf.shown):
        rows = scanned(lake.shelf, lake.whole_files()).filter(_of(batches))
        return dict(rows.group_by("batch_id").agg(pl.col("order_key").max()).collect().iter_rows())


def bring_down(lake: Lake, batches: Collection[str], ahead_of: dt.datetime, at: dt.datetime, token: str) -> int:
    """Make ``at`` the moment from which rows of some batches are known, and at which they were delivered, where that is after ``ahead_of``.

    Returns:
        How many rows were hidden.

    Raises:
        StoreError: the lake is damaged or cannot be written.
        SifangError: another writer was first.
    """
    hidden, late = _of(batches) & _known(ahead_of), _of(batches) & _ordered(ahead_of)
    with door(lake.shelf.shown):
        files = lake.whole_files()
        orders = scanned(lake.shelf, files).filter(late).select(pl.col("order_key").unique().sort()).collect().to_series()
        places = {order: order_key(at, number) for number, order in enumerate(orders)}
        anew = [
            pl.when(hidden).then(pl.lit(at).cast(UTC)).otherwise("known_at").alias("known_at"),
            pl.when(late).then(pl.col("order_key").replace(places) if places else "order_key").otherwise("order_key").alias("order_key"),
        ]
        changed, rows = [], 0
        for file in files:
            touched, shown = (
                scanned(lake.shelf, [file]).select((hidden | late).sum().alias("touched"), hidden.sum().alias("hidden")).collect().row(0)
            )
            if touched:
                changed.append(file)
                rows += int(shown)
        if changed:
            left = (p for f in changed for p in packed(scanned(lake.shelf, [f]).with_columns(anew).collect()))
            commit_upkeep(lake, "reland", token, left, changed)
        return rows


def _of(batches: Collection[str]) -> pl.Expr:
    return pl.col("batch_id").is_in(sorted(batches))


def _known(ahead_of: dt.datetime) -> pl.Expr:
    return pl.col("known_at") > ahead_of


def _ordered(ahead_of: dt.datetime) -> pl.Expr:
    return pl.col("order_key") > order_key(ahead_of, 0)
