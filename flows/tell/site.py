"""The site of a tier, written into a folder: `sifang site`.

Belongs here: where it goes, reading the views that it is built from. Does not: pages (``infra.pages.site``).
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

from flows.stores import Context
from flows.tell.brief import brief_file
from flows.tell.insight import published
from infra.outputs import door
from infra.pages.site.blocks import Facts
from infra.pages.site.write import DAYS_SHOWN, Stamp, pages, views_needed
from infra.views.files import Tier as Tier
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
    brief = brief_file(context, row.night)
    leads_to_brief = out is None and tier is Tier.STAFF and brief.is_file()
    district = context.district
    facts = Facts(
        context.code,
        district.name,
        district.synthetic,
        district.zone,
        views_rows(context.warehouse, views_needed(tier), row.night - dt.timedelta(days=DAYS_SHOWN)),
        Names(district, context.folder.cells),
    )
    stamp = Stamp(
        tier,
        row.night,
        row.revision,
        facts.at(row.as_of) or "",
        brief=os.path.relpath(brief, folder) if leads_to_brief else None,
        missing_from=None if district.synthetic else missing_from(row.night, district),
    )
    size = count = 0
    with door(folder):
        for name, text in pages(facts, stamp):
            content = text.encode()
            write_file(folder / name, content)
            size, count = size + len(content), count + 1
    return Site(context.code, tier, row.night, str(folder / "index.html"), count, size)
