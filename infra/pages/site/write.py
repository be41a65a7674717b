"""The pages of a tier as texts.

Belongs here: which pages a tier has, and their template. Does not: what is on them (a file per page), writing files (``flows.tell.site``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from infra.pages.brief.render import environment
from infra.pages.site import past, shared
from infra.pages.site.alerts import alerts
from infra.pages.site.blocks import Charts, Facts, Histories, Map, Mark, Page, Strip, Table
from infra.pages.site.blocks import Link as LinkValue
from infra.pages.site.departments import departments
from infra.pages.site.health import data, quality
from infra.pages.site.night import LETTERS, last_night, one_cell
from infra.pages.site.trends import trends
from infra.views.files import Tier, of_tier
from transforms.words import Words

_STAFF: Final[tuple[Callable[[Facts], Page], ...]] = (one_cell, trends, alerts, departments, data, quality, past.past)
_SHARED: Final[tuple[Callable[[Facts], Page], ...]] = (shared.week, shared.counts)
_READ_BY_STAFF: Final = (
    *("dash_map_v1", "dash_top_cells_v1", "dash_levels_v1", "dash_trends_v1", "dash_reports_v1"),
    *("dash_alerts_v1", "dash_alert_clocks_v1", "dash_work_list_v1", "dash_visits_v1", "dash_departments_v1"),
    *("dash_sources_v1", "dash_source_days_v1", "dash_quarantine_v1", "dash_quality_v1"),
    *("dash_backfills_v1", "dash_revisions_v1", "dash_runs_v1"),
)
# What pages read besides the newest night: two months of it.
DAYS_SHOWN: Final = 60


@dataclass(frozen=True)
class Stamp:
    """For whom the pages are, and of which night and revision; ``brief`` is where its brief lies, relative to them.

    ``missing_from`` is when a newer night was due, in the district's zone; None for invented districts.
    """

    tier: Tier
    night: dt.date
    revision: int
    as_of: str
    brief: str | None = None
    missing_from: dt.datetime | None = None


def views_needed(tier: Tier) -> list[str]:
    """The views that the pages of a tier are built from, and no others."""
    return list(_READ_BY_STAFF) if tier is Tier.STAFF else of_tier(Tier.SHARED)


def pages(facts: Facts, stamp: Stamp) -> Iterator[tuple[str, str]]:
    """The name and the text of each page."""
    made = [page(facts) for page in _SHARED] if stamp.tier is Tier.SHARED else [last_night(facts, stamp.brief), *(p(facts) for p in _STAFF)]
    env = environment("infra.pages.site")
    env.tests |= {
        "a_table": lambda block: isinstance(block, Table),
        "charts": lambda block: isinstance(block, Charts),
        "a_map": lambda block: isinstance(block, Map),
        "histories": lambda block: isinstance(block, Histories),
        "words": lambda value: isinstance(value, Words),
        "a_mark": lambda value: isinstance(value, Mark),
        "a_link": lambda value: isinstance(value, LinkValue),
        "a_strip": lambda value: isinstance(value, Strip),
    }
    env.globals["names_of"] = lambda categories: [(c.words.capital.zh, c.words.capital.en) for c in categories]
    template = env.get_template("page.html.j2")
    for page in made:
        yield f"{page.code}.html", template.render(facts=facts, stamp=stamp, page=page, pages=made, letters=LETTERS)
