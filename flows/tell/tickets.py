"""Which cases are behind an alert or a cell: their ticket numbers, read from the city's own files in memory.

Belongs here: who may ask, which reports are meant, looking them up. Does not: what a key is hashed to (``infra.landing.scanning``).

Report keys are hashes, so nothing that is stored can say which case one is; whoever has to act asks the city's own files. What is found is
shown and kept nowhere; that somebody asked is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from flows.alerts.acts import actor
from flows.alerts.acts import find as find_alert
from flows.stores import Context
from infra.errors import SifangError, WrongNameError
from infra.landing.scanning import tickets
from infra.marks import new_token
from infra.sources.deliveries import delivered_in
from infra.sources.fetching import UnreachableError
from infra.sources.table import UnusableFile
from infra.warehouse.alerts.alerts import events_of_alert
from infra.warehouse.alerts.lookups import Lookup, record_lookup
from infra.warehouse.nights.nights import latest_night
from transforms.alerts.alert import CELL, PREMISES
from transforms.reports.versions import known, standing
from transforms.words import Category, Role
from transforms.words.harmless import quoted


@dataclass(frozen=True)
class Ticket:
    """One case: its number as its source writes it."""

    source: str
    number: str


@dataclass(frozen=True)
class Tickets:
    """The cases of a cell over so many days before a night; ``unread`` files of their sources could not be looked into, and ``missing``
    reports stand in no file that lies there."""

    district: str
    cell_id: str
    first: dt.date
    last: dt.date
    tickets: tuple[Ticket, ...]
    missing: int
    unread: int


def tickets_behind(context: Context, written: str, by: str, days: int, now: dt.datetime) -> Tickets:
    """The ticket numbers behind an alert, of its category alone, on a cell or on premises, or behind a cell.

    Raises:
        WrongNameError: neither a cell nor an alert on one or on premises.
        SifangError: the role is none of this district, or may not see this place.
    """
    cell, alert, feeds, premises = _meant(context, written)
    who = actor(context, by)
    places = dict(context.folder.cells.select("cell_id", "subdistrict").iter_rows())
    if who.role is Role.DEPARTMENT or (who.role is Role.SUBDISTRICT and places.get(cell) != who.place):
        remedy = "The subdistrict that it lies in may, or the district; who is sent there is told by them."
        raise SifangError(f"{by} may not see the cases of cell {cell}.", remedy)
    last = latest_night(context.warehouse) or now.astimezone(context.district.zone).date()
    first = last - dt.timedelta(days=days)
    versions = known(context.read_lake().versions, now, context.lake.sequence())
    meant = standing(versions, context.district.released).filter(
        # Where premises lie their register says; a report may put them a little beside that.
        pl.col("cell_id") == cell if premises is None else pl.col("premises") == premises,
        pl.col("occurred_on").is_between(first, last, closed="left"),
    )
    meant = meant if feeds is None else meant.filter(pl.col("feed").is_in(feeds))
    record_lookup(context.warehouse, Lookup(new_token(), now, who.role.value, who.place, cell, alert, len(meant)))
    found: dict[str, Ticket] = {}
    unread = 0
    for (code,), of_source in sorted(meant.group_by("source"), key=lambda group: str(group[0][0])):
        read, lost = _in_files(context, str(code), frozenset(of_source["report_id"]))
        unread += lost
        found |= read
    numbers = sorted(set(found.values()), key=lambda ticket: (ticket.source, ticket.number))
    return Tickets(context.code, cell, first, last, tuple(numbers), len(set(meant["report_id"]) - found.keys()), unread)


class _Meant(NamedTuple):
    """The cell, the alert, the feeds of its category, the premises; nothing stands for all there are."""

    cell: str
    alert: str | None = None
    feeds: set[str] | None = None
    premises: str | None = None


def _meant(context: Context, written: str) -> _Meant:
    if written in set(context.folder.cells["cell_id"]):
        return _Meant(written)
    try:
        identity, _ = find_alert(context, written)
    except SifangError:
        said = f"{context.code} has no cell {quoted(written)}, and no one alert that begins so."
        raise WrongNameError(said, "Write it as a list shows it.") from None
    subject = events_of_alert(context.warehouse, identity)[0].about.subject
    feeds = context.district.feeds_of(Category(subject.category)) if subject.category else None
    if subject.kind == CELL:
        return _Meant(subject.code, identity, feeds)
    if subject.kind == PREMISES:
        if (entry := context.district.premises.get(subject.code)) is None:
            # Who may see it hangs on where it lies, and nothing else than the register says that.
            said = f"Alert {identity[:8]} is about premises that are not in the register any more."
            raise WrongNameError(said, "Put their line back into premises.csv, or name the cell that they lie in.")
        return _Meant(entry.cell, identity, feeds, subject.code)
    raise WrongNameError(f"Alert {identity[:8]} is about no cell.", "Name a cell.")


def _in_files(context: Context, code: str, reports: frozenset[str]) -> tuple[dict[str, Ticket], int]:
    """The tickets of some reports of a source by their ids, in the files that lie there, and how many of those could not be read."""
    source = context.district.source(code)
    found: dict[str, Ticket] = {}
    unread = 0
    try:
        for place in context.folder.source_files(code):
            for file in delivered_in(place, source):
                try:
                    if file.refusal is not None:
                        raise file.refusal
                    numbers = tickets(file.take(), file.name, source, context.settings.district_key(context.code), reports)
                    found |= {report: Ticket(code, number) for report, number in numbers.items()}
                except UnusableFile:
                    unread += 1
    except UnreachableError:
        unread += 1
    return found, unread
