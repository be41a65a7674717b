"""Which of a source's deliveries is the newer one: the place of each new one among those that are in the lake.

Belongs here: giving a delivery its place, and asking the newer ones before an older one that arrives late changes anything. Does not: what
a name says (``transforms.reports.order``), which version stands (``transforms.reports.versions``).

A late delivery tells what was so before the newer ones were made. A report that one of these tells of too stands as that one has it,
also where it said nothing new; only the files know that, so those that still lie there are read. Where one has gone nobody knows what it
said, and only reports that nobody knew enter.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass, field

import polars as pl

from flows.intake.new_files import Found, New, identified, still_lying
from flows.stores import Context
from infra.landing.identity import identify
from infra.landing.scanning import scan
from infra.sources.deliveries import Seen
from infra.sources.fetching import Place, UnreachableError
from infra.sources.table import UnusableFile
from infra.warehouse.intake.batches import newer_batches, order_of, orders_of
from transforms.reports.checked import Notice
from transforms.reports.corrections import Corrections
from transforms.reports.delivery import Delivery, order_key
from transforms.reports.order import counted_key, made, own_key
from transforms.words.counting import many


@dataclass
class Orders:
    """The places that the deliveries of one run get. What is known of a source's earlier ones is asked once; what the run has ``found``
    so far need not be read again."""

    context: Context
    now: dt.datetime
    found: Found
    counted: dict[str, list[tuple[tuple[int, ...], int]]] = field(default_factory=dict)

    def delivery(self, new: New, number: int) -> Delivery:
        """A new file, the ``number``th of this run, as a delivery in its place. One that was refused before keeps the place it had."""
        source = new.source
        landed = order_key(self.now, number)
        place = order_of(self.context.warehouse, new.identity.batch_id)
        if place is None and source.live is None:
            place = own_key(new.told, new.stamp.changed_at, self.now, source.order)
            if place is None and not source.order and new.told.day is None and new.told.numbers:
                before = self._before(source.code)
                place = counted_key(new.told.numbers, before)
                before.append((new.told.numbers, landed if place is None else place))
                before.sort(key=lambda one: one[1])
        return Delivery(source, new.identity.batch_id, self.now, landed if place is None else place)

    def _before(self, source: str) -> list[tuple[tuple[int, ...], int]]:
        """The counters of the files that lie there and were taken in, with their places. No name is kept: what has gone has no counter."""
        if source in self.counted:
            return self.counted[source]
        found = self.counted[source] = list[tuple[tuple[int, ...], int]]()
        kept = self.context
        stored = dict(orders_of(kept.warehouse, source))
        seen = Seen(kept.settings.landing(kept.code))
        for place, _ in kept.folder.deliveries(source) if stored else ():
            told = made(place.name)
            if told.day is None and told.numbers:
                looked_into = self.found.batches.get((source, identified(kept, source, place.address).batch_id))
                batches = looked_into or seen.noted(source, place) or self._lying(source, place)
                found += [(told.numbers, stored[batch]) for batch in batches if batch in stored]
        found.sort(key=lambda one: one[1])
        return found

    def _lying(self, source: str, place: Place) -> list[str]:
        """The batch of a place that changed too lately to be remembered."""
        own_key = self.context.settings.batch_key(self.context.code, source)
        try:
            return [identify(place.fetch(), own_key).batch_id]
        except (UnusableFile, UnreachableError):
            return []


@dataclass(frozen=True)
class Entering:
    """What of a delivery may enter, and what is to be said of the rest."""

    versions: pl.DataFrame = field(repr=False)
    corrections: Corrections = field(repr=False)
    notices: tuple[Notice, ...] = ()


def is_late(context: Context, delivery: Delivery) -> bool:
    """Whether a newer delivery of its source is in the lake already."""
    return bool(_newer(context, delivery))


def _newer(context: Context, delivery: Delivery) -> list[str]:
    """The batches that were made after a delivery. What a live source answers is always the newest, and where a column says when each row
    was released that column rules."""
    source = delivery.source
    return [] if source.released or source.live else newer_batches(context.warehouse, source.code, delivery.order_key)


def without_overruled(context: Context, delivery: Delivery, versions: pl.DataFrame, corrections: Corrections) -> Entering:
    """What a delivery may say, once the newer ones are asked."""
    if not (newer := _newer(context, delivery)):
        return Entering(versions, corrections)
    asked = pl.concat([versions.select("report_id"), corrections.report_ids])
    stored = context.lake.of_reports(delivery.source.code, asked).filter(pl.col("batch_id") != delivery.batch_id)
    known = stored["report_id"].unique()
    if known.is_empty():
        return Entering(versions, corrections)
    told, gone = _told_by(context, delivery, {*newer})
    kept_back = known if gone else known.filter(known.is_in(told.implode()))
    enters = ~pl.col("report_id").is_in(kept_back.implode())
    unasked = f"of {many(gone, 'newer delivery')} that lie there no more nobody knows whether they told of them"
    why = unasked if gone else "newer deliveries tell of them"
    left = Corrections(corrections.leaving.filter(enters), corrections.doubting.filter(enters.fill_null(value=True)))
    changed = versions.filter(~enters).join(stored, on=["report_id", "version_hash"], how="anti")
    notices = (Notice("delivery_late", f"{many(len(changed), 'report')} as before: {why}"),) if len(changed) else ()
    return Entering(versions.filter(enters), left, notices)


def _told_by(context: Context, delivery: Delivery, newer: set[str]) -> tuple[pl.Series, int]:
    """The reports that the newer deliveries tell of, and how many of these cannot be asked."""
    told, asked = [pl.Series("report_id", [], pl.String)], 0
    key, erased = context.settings.district_key(context.code), context.erased()
    # Of places that cannot be looked into nothing is known, as of files that have gone.
    with suppress(UnreachableError):
        for found in still_lying(context, delivery.source, newer):
            with suppress(UnusableFile):
                read = scan(found.file.take(), found.file.name, found.source, found.identity, key, erased)
                told.append(read.present.drop_nulls())
                asked += 1
    return pl.concat([one.alias("report_id") for one in told]).unique(), len(newer) - asked
