"""The site of a tier, written into a folder: `sifang site`.

Belongs here: where it goes, reading the views that it is built from. Does not: pages (``infra.pages.site``).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from flows.alerts.looks import Wanted, listed
from flows.stores import Context
from flows.tell.brief import brief_file
from flows.tell.insight import published
from infra.outputs import door
from infra.pages.site.blocks import Facts, Leaf
from infra.pages.site.desk import SignedIn
from infra.pages.site.write import DAYS_SHOWN, Stamp, page, pages, views_needed
from infra.views.files import Tier as Tier
from infra.warehouse.nights.nights import PublishedNight
from infra.warehouse.views import views_rows
from infra.whole_files import write_file
from transforms.alerts.subjects import Names
from transforms.alerts.visible import Viewer, is_own_place, sees_every_place
from transforms.clocks.nights import missing_from


@dataclass(frozen=True)
class Site:
    """The site of a tier as it was written: its first page, how many pages there are, and how large they are together."""

    district: str
    tier: Tier
    night: dt.date
    first: str
    pages: int
    size_bytes: int


def write_site(context: Context, tier: Tier, out: Path | None = None) -> Site:
    """Write the pages of a tier about the last published night, over those of before.

    Without ``out`` they go into the home folder, where those for staff lead to the night's brief.

    Raises:
        SifangError: no night was ever published, or the folder cannot be written.
    """
    row = published(context)
    folder = context.settings.site / context.code / tier if out is None else out
    facts = _facts(context, row, views_needed(tier))
    if out is None and tier is Tier.STAFF:
        facts = replace(facts, brief=_brief(context, row.night, folder))
    size = count = 0
    with door(folder):
        for name, text in pages(facts, _stamp(context, row, tier)):
            content = text.encode()
            write_file(folder / name, content)
            size, count = size + len(content), count + 1
    return Site(context.code, tier, row.night, str(folder / "index.html"), count, size)


def page_for(context: Context, leaf: Leaf, viewer: Viewer, now: dt.datetime, signed_in: SignedIn | None) -> str:
    """A page of staff's as it stands at this moment, with as much of it as somebody may see, and what somebody who signed in may do.

    Raises:
        SifangError: no night was ever published.
    """
    row = published(context)
    facts = replace(_facts(context, row, leaf.views), desk=signed_in)
    facts = replace(facts, views=_theirs(context, facts.views, viewer, now))
    if sees_every_place(viewer):
        facts = replace(facts, brief=_brief(context, row.night, context.settings.site / context.code / Tier.STAFF))
    return page(leaf, facts, _stamp(context, row, Tier.STAFF))


def _theirs(context: Context, views: Mapping[str, pl.DataFrame], viewer: Viewer, now: dt.datetime) -> Mapping[str, pl.DataFrame]:
    """The rows that somebody may see: of alerts those that every list shows them, of cells their own, and all that is told of areas."""
    if sees_every_place(viewer):
        return views
    cells = context.folder.cells.select("cell_id", "subdistrict").iter_rows()
    places = [cell for cell, area in cells if is_own_place(viewer, area)]
    alerts = [line.alert_id for line in listed(context, Wanted(every=True), now, viewer).alerts]
    seen = {}
    for name, rows in views.items():
        for column, own in (("cell_id", places), ("alert_id", alerts)):
            rows = rows.filter(pl.col(column).is_in(own)) if column in rows.columns else rows
        seen[name] = rows
    return seen


def _facts(context: Context, row: PublishedNight, views: Iterable[str]) -> Facts:
    district = context.district
    rows = views_rows(context.warehouse, views, row.night - dt.timedelta(days=DAYS_SHOWN))
    names = Names(district, context.folder.cells)
    return Facts(context.code, district.name, district.synthetic, district.zone, rows, names)


def _brief(context: Context, night: dt.date, folder: Path) -> str | None:
    """Where the brief of a night lies, relative to the pages; nowhere where none was written."""
    brief = brief_file(context, night)
    return os.path.relpath(brief, folder) if brief.is_file() else None


def _stamp(context: Context, row: PublishedNight, tier: Tier) -> Stamp:
    district = context.district
    due = None if district.synthetic else missing_from(row.night, district)
    return Stamp(tier, row.night, row.revision, f"{row.as_of.astimezone(district.zone):%Y-%m-%d %H:%M}", missing_from=due)
