"""The sites of both tiers, made from a warehouse in which every view has rows.

Belongs here: making them. Does not: filling the warehouse (``tests.helpers.dashboards``), what is expected of pages.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from infra.pages.site.blocks import Facts
from infra.pages.site.write import Stamp, pages, views_needed
from infra.views.files import Tier
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.views import views_rows
from tests.helpers.dashboards import FIRST, LAST
from tests.helpers.publication import DISTRICT
from transforms.alerts.subjects import Called
from transforms.words import Words

ZONE = ZoneInfo("Asia/Shanghai")


class Naming:
    """One subdistrict has a name that no page may take for markup."""

    def subdistrict(self, code: str) -> Words:
        return Words("东<script>街", "East & Co") if code == "s1" else Words(code, code)

    def department(self, code: str) -> Words:
        return Words("工程", "Works") if code == "works" else Words(code, code)

    def subject(self, kind: str, code: str) -> Called:
        return Called(Words(code, code))


def site(warehouse: Warehouse, tier: Tier, missing_from: dt.datetime | None = None) -> dict[str, str]:
    """The text of each page of a tier by its name, of an invented district unless a newer night was due."""
    views = views_rows(warehouse, views_needed(tier), FIRST)
    facts = Facts(DISTRICT, Words("卫滨", "Weibin"), missing_from is None, ZONE, views, Naming())
    return dict(pages(facts, Stamp(tier, LAST, 2, f"{LAST} 05:00", missing_from)))
