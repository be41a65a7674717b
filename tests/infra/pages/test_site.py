"""The site: pages from views alone, by tier; both languages, light and dark, desk and phone; nothing outside, nothing on the console."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from infra.pages.site.write import views_needed
from infra.views.files import Tier
from infra.warehouse.database.engine import Warehouse, connect
from infra.warehouse.upgrade import upgrade
from infra.warehouse.views import views_rows
from tests.helpers.browsing import PHONE, browser, troubles_of
from tests.helpers.dashboards import LAST, fill
from tests.helpers.html import Page
from tests.helpers.publication import DISTRICT
from tests.helpers.sites import ZONE, site

STAFF = ["index", "cell", "trends", "alerts", "departments", "data", "quality", "audit", "nights"]


@pytest.fixture(scope="module")
def warehouse_of_views(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('site') / 'warehouse.db'}")
    upgrade(engine)
    made = Warehouse(engine, DISTRICT)
    fill(made)
    yield made
    engine.dispose()


@pytest.fixture(scope="module")
def staff(warehouse_of_views: Warehouse) -> dict[str, str]:
    return site(warehouse_of_views, Tier.STAFF)


@pytest.fixture(scope="module")
def shared(warehouse_of_views: Warehouse) -> dict[str, str]:
    return site(warehouse_of_views, Tier.SHARED)


def test_every_page_is_well_formed_and_refers_to_nothing_but_its_neighbours(staff: dict[str, str], shared: dict[str, str]) -> None:
    assert list(staff) == [f"{name}.html" for name in STAFF]
    assert list(shared) == ["index.html", "reports.html"]
    for made in (staff, shared):
        for html in made.values():
            page = Page(html)
            assert page.crooked == []
            assert not re.search(r"https?:|//[a-z0-9-]+\.[a-z]|@import|@font-face", html)
            for tag, attributes in page.elements:
                assert tag not in {"link", "img", "iframe", "object", "embed", "base", "form"}
                assert not {"src", "srcset", "action"} & attributes.keys()
                link = attributes.get("href", "#")
                assert link.startswith("#") or link.partition("#")[0] in made
            assert "default-src 'none'" in html


def test_names_are_texts_and_never_markup(staff: dict[str, str]) -> None:
    assert "<script>街" not in "".join(staff.values())
    assert "东&lt;script&gt;街" in staff["alerts.html"]


def test_every_block_says_which_view_prints_it_again(staff: dict[str, str], shared: dict[str, str]) -> None:
    for made in (staff, shared):
        for html in made.values():
            cited = re.findall(r'<p class="cite"><code>(dash_\w+_v1) · 2024-06-13 · ', html)
            assert len(cited) == html.count('<section class="block"') > 0


def test_the_shared_site_reads_shared_views_alone_and_says_no_small_number(shared: dict[str, str]) -> None:
    assert {name.startswith("dash_shared_") for name in views_needed(Tier.SHARED)} == {True}
    text = "".join(shared.values())
    assert set(re.findall(r"dash_\w+_v1", text)) == {"dash_shared_levels_v1", "dash_shared_reports_v1"}
    counts = [int(n) for n in re.findall(r'<td class="n">(\d+)</td>', shared["reports.html"])]
    assert counts
    assert all(n >= 5 and n % 5 == 0 for n in counts)


def test_numbers_of_a_page_are_those_of_its_view(staff: dict[str, str], warehouse_of_views: Warehouse) -> None:
    lines = views_rows(warehouse_of_views, ["dash_departments_v1"], LAST)["dash_departments_v1"].sort("department", "subdistrict")
    first = re.search(r"<tbody>\s*<tr>(.+?)</tr>", staff["departments.html"], re.DOTALL)
    assert first is not None
    assert f"{lines['missed_share'][0] * 100:.0f}\u2009%" in first[1]


def test_departments_are_compared_only_where_intervals_are_apart(staff: dict[str, str], warehouse_of_views: Warehouse) -> None:
    rows = views_rows(warehouse_of_views, ["dash_department_measures_v1"], LAST)["dash_department_measures_v1"].filter(
        pl.col("is_last_night") == 1
    )
    own = rows.filter(pl.col("side") == "all")
    tagged, others = (rows.filter(pl.col("side") == side).drop("side") for side in ("tagged", "others"))
    places = tagged.join(others, on=["department", "tag", "measure"], suffix="_other")
    assert len(own) == 20
    assert len(places) == 4
    wanted = {"higher": 0, "lower": 0, "no clear difference": 0}
    for frame, suffix in ((own, "_last_year"), (places, "_other")):
        low, high = (frame[f"value_{end}"] for end in ("low", "high"))
        other_low, other_high = (frame[f"value_{end}{suffix}"] for end in ("low", "high"))
        higher, lower = int((low > other_high).sum()), int((high < other_low).sum())
        for word, number in (("higher", higher), ("lower", lower), ("no clear difference", len(frame) - higher - lower)):
            wanted[word] += number
    html = staff["departments.html"]
    assert {word: len(re.findall(rf">{word}</span>", html)) for word in wanted} == wanted
    assert wanted["higher"] + wanted["lower"] > 0 < wanted["no clear difference"]


def test_pages_of_a_real_district_say_when_a_newer_night_was_due(warehouse_of_views: Warehouse, staff: dict[str, str]) -> None:
    due = dt.datetime.combine(LAST + dt.timedelta(days=1), dt.time(8), ZONE)
    made = site(warehouse_of_views, Tier.SHARED, due)
    assert all(f'data-from="{due.isoformat()}" hidden' in text for text in made.values())
    assert not any('class="late"' in text for text in staff.values())


def test_in_a_browser(staff: dict[str, str], tmp_path: Path) -> None:
    for name, html in staff.items():
        (tmp_path / name).write_text(html, "utf-8")
    with browser() as found:
        page = found.new_context(viewport={"width": PHONE, "height": 800}, color_scheme="dark", offline=True).new_page()
        troubles = troubles_of(page)
        page.goto((tmp_path / "index.html").as_uri())
        page.check("input[value=public_order]")
        assert page.evaluate("document.documentElement.dataset.cat") == "public_order"
        page.goto((tmp_path / "cell.html").as_uri() + "#410703001001003")
        assert page.locator("#history dd").count() == 4
        assert troubles == []
