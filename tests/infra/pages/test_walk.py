"""Every page in both languages, light and dark, on a phone and at a desk: nothing is asked of a network, nothing fails, nothing is wider
than the screen, and axe-core finds nothing serious."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from infra.pages.brief.render import render
from infra.pages.front.write import Entry, front
from infra.views.files import Tier
from infra.warehouse.database.engine import Warehouse, connect
from infra.warehouse.upgrade import upgrade
from tests.helpers.brief_sample import build
from tests.helpers.browsing import DESK, PHONE, browser, graves, troubles_of
from tests.helpers.dashboards import fill
from tests.helpers.publication import DISTRICT
from tests.helpers.sites import site
from transforms.words import Words

# Each language and each look on each width: CI has each width and each look once, and never the same.
CI = [(PHONE, "dark"), (DESK, "light")]
WAYS = [
    pytest.param(width, theme, marks=pytest.mark.slow if (width, theme) in CI else pytest.mark.lengthy)
    for width in (PHONE, DESK)
    for theme in ("light", "dark")
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every page that is written, as files."""
    root = tmp_path_factory.mktemp("pages")
    engine = connect(f"sqlite:///{root / 'warehouse.db'}")
    upgrade(engine)
    warehouse = Warehouse(engine, DISTRICT)
    fill(warehouse)
    for tier in Tier:
        (root / tier).mkdir()
        for name, html in site(warehouse, tier).items():
            (root / tier / name).write_text(html, "utf-8")
    engine.dispose()
    (root / "brief.html").write_text(render(build()), "utf-8")
    entry = Entry(Words("卫滨", "Weibin"), "/site/weibin/shared/", "/site/weibin/staff/", "/api/weibin/openapi.json")
    (root / "front.html").write_text(front([entry], "http://127.0.0.1:4200"), "utf-8")
    return root


@pytest.fixture(scope="module")
def found() -> Iterator[Browser]:
    with browser() as made:
        yield made


def languages(page: Page) -> Iterator[str]:
    """Show the page in each of its languages; that of the front page has one for both."""
    for lang, other in (("zh", "en"), ("en", "zh")) if page.locator("[data-set-lang]").count() else ():
        page.click(f"[data-set-lang={lang}]")
        assert page.locator(f"main .{lang}").first.is_visible()
        assert not page.locator(f"main .{other}").first.is_visible()
        yield lang
    if not page.locator("[data-set-lang]").count():
        yield "both"


@pytest.mark.parametrize(("width", "theme"), WAYS)
def test_every_page_is_whole_wherever_it_is_read(folder: Path, found: Browser, width: int, theme: str) -> None:
    context = found.new_context(viewport={"width": width, "height": 850}, color_scheme=theme, offline=True)  # type: ignore[arg-type]
    page = context.new_page()
    troubles = troubles_of(page)
    files = sorted(folder.rglob("*.html"))
    assert len(files) == 13
    wrong = []
    for file in files:
        page.goto(file.as_uri())
        for lang in languages(page):
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (file.name, lang)
            wrong += [f"{file.parent.name}/{file.name} {lang}: {grave}" for grave in graves(page)]
    context.close()
    assert troubles == []
    assert wrong == [], "\n".join(wrong)


@pytest.mark.slow
def test_a_page_with_faults_is_found(folder: Path, found: Browser, tmp_path: Path) -> None:
    html = (folder / "staff" / "trends.html").read_text("utf-8")
    faulty = html.replace("--ink-2: #42505c", "--ink-2: #c9cfd4").replace("</main>", '<img src="http://127.0.0.1:9/x.png"></main>')
    (tmp_path / "faulty.html").write_text(faulty.replace("default-src 'none'", "default-src *"), "utf-8")
    page = found.new_page()
    troubles = troubles_of(page)
    page.goto((tmp_path / "faulty.html").as_uri())
    assert {grave.split()[0] for grave in graves(page)} >= {"color-contrast", "image-alt"}
    assert "http://127.0.0.1:9/x.png" in troubles
