"""The pages of a tier as texts.

Belongs here: which pages a tier has, and their template. Does not: what is on them (a file per page), writing files (``flows.tell.site``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from infra.pages.brief.render import environment
from infra.pages.site.alerts import ALERTS
from infra.pages.site.audit import AUDIT
from infra.pages.site.blocks import Charts, Facts, Histories, Leaf, Map, Mark, Strip, Table
from infra.pages.site.blocks import Link as LinkValue
from infra.pages.site.departments import DEPARTMENTS
from infra.pages.site.desk import Desk, Returns, refusals
from infra.pages.site.health import DATA, QUALITY
from infra.pages.site.night import LAST_NIGHT, LETTERS, ONE_CELL
from infra.pages.site.past import PAST
from infra.pages.site.shared import REPORTS, WEEK
from infra.pages.site.trends import TRENDS
from infra.views.files import Tier
from transforms.words import Act, Outcome, Words

LEAVES: Final[Mapping[Tier, tuple[Leaf, ...]]] = {
    Tier.STAFF: (LAST_NIGHT, ONE_CELL, TRENDS, ALERTS, DEPARTMENTS, DATA, QUALITY, AUDIT, PAST),
    Tier.SHARED: (WEEK, REPORTS),
}
# What pages read besides the newest night: two months of it.
DAYS_SHOWN: Final = 60


@dataclass(frozen=True)
class Stamp:
    """For whom the pages are, and of which night and revision.

    ``missing_from`` is when a newer night was due, in the district's zone; None for invented districts.
    """

    tier: Tier
    night: dt.date
    revision: int
    as_of: str
    missing_from: dt.datetime | None = None


def views_needed(tier: Tier) -> list[str]:
    """The views that the pages of a tier are built from, and no others."""
    return sorted({view for leaf in LEAVES[tier] for view in leaf.views})


def pages(facts: Facts, stamp: Stamp) -> Iterator[tuple[str, str]]:
    """The name and the text of each page."""
    for leaf in LEAVES[stamp.tier]:
        yield f"{leaf.code}.html", page(leaf, facts, stamp)


def page(leaf: Leaf, facts: Facts, stamp: Stamp) -> str:
    """The text of one page; where somebody signed in (``facts.desk``), with what they may do."""
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
        "a_desk": lambda block: isinstance(block, Desk),
        "returns": lambda block: isinstance(block, Returns),
    }
    env.globals["names_of"] = lambda categories: [(c.words.capital.zh, c.words.capital.en) for c in categories]
    env.globals |= {"Act": Act, "Outcome": Outcome, "refusals": refusals}
    return env.get_template("page.html.j2").render(
        facts=facts, stamp=stamp, leaf=leaf, page=leaf.page(facts), leaves=LEAVES[stamp.tier], letters=LETTERS
    )
