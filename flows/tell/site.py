"""The site of a tier, written into a folder: `sifang site`.

Belongs here: where it goes, reading the views that it is built from. Does not: pages (``infra.pages.site``).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from flows.stores import Context
from flows.tell.brief import brief_file
from flows.tell.insight import published
from infra.outputs import door
from infra.pages.site.alerts import ALERTS
from infra.pages.site.blocks import Facts
from infra.pages.site.desk import SignedIn
from infra.pages.site.write import DAYS_SHOWN, Stamp, page, pages, views_needed
from infra.views.files import Tier as Tier
from infra.warehouse.nights.nights import PublishedNight
from infra.warehouse.views import views_rows
from infra.whole_files import write_file
from transforms.alerts.subjects import Names
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


def alerts_page(context: Context, signed_in: SignedIn | None) -> str:
    """The page of alerts and of the work list as they stand at this moment, with what somebody who signed in may do.

    Raises:
        SifangError: no night was ever published.
    """
    row = published(context)
    brief = _brief(context, row.night, context.settings.site / context.code / Tier.STAFF)
    facts = replace(_facts(context, row, ALERTS.views), brief=brief, desk=signed_in)
    return page(ALERTS, facts, _stamp(context, row, Tier.STAFF))


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
