"""The bundle in a Superset: packed as it is imported; and, by `make superset` alone, every tab in a browser with the views' numbers."""

from __future__ import annotations

import io
import os
import subprocess
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from infra.superset.load import PLACE, Superset, packed
from infra.views.files import names
from infra.warehouse.database.engine import Warehouse, connect
from infra.warehouse.upgrade import upgrade
from infra.warehouse.views import view_rows
from tests.helpers.browsing import browser
from tests.helpers.command import REPOSITORY
from tests.helpers.dashboards import fill
from tests.helpers.databases import on_postgres
from tests.helpers.publication import DISTRICT
from tests.helpers.served import LOOPBACK, free_port

_CONFIG = """
SECRET_KEY = "of one test alone, and of nobody's data"
SQLALCHEMY_DATABASE_URI = "sqlite:///{home}/superset.db"
TALISMAN_ENABLED = False
CACHE_CONFIG = DATA_CACHE_CONFIG = FILTER_STATE_CACHE_CONFIG = EXPLORE_FORM_DATA_CACHE_CONFIG = {{"CACHE_TYPE": "SimpleCache"}}
"""
_NAME = "admin"
_TABS = 6


def test_the_bundle_names_the_warehouse_and_views_that_there_are() -> None:
    address = "postgresql+psycopg2://sifang_staff:a%27b@host/sifang"
    with zipfile.ZipFile(io.BytesIO(packed(address))) as bundle:
        texts = {name: bundle.read(name).decode() for name in bundle.namelist()}
    assert f'sqlalchemy_uri: "{address}"' in texts["sifang/databases/sifang.yaml"]
    assert not [name for name, text in texts.items() if PLACE in text]
    views = {Path(name).stem for name in texts if "/datasets/" in name}
    assert views <= set(names())
    with pytest.raises(ValueError, match="db copy"):
        packed("sqlite:///warehouse.db")


@contextmanager
def superset(home: Path) -> Iterator[str]:
    """A Superset of its own, where `make superset` put the program; its address."""
    program = REPOSITORY / ".superset" / "bin" / "superset"
    if not program.exists():
        pytest.skip("`make superset` installs it")
    config, port = home / "superset_config.py", free_port()
    config.write_text(_CONFIG.format(home=home), "utf-8")
    own = {"SUPERSET_CONFIG_PATH": str(config), "SUPERSET_HOME": str(home), "FLASK_APP": "superset.app:create_app()"}
    environment = {**os.environ, **own}
    account = ["--username", _NAME, "--firstname", "a", "--lastname", "b", "--email", "a@b.example", "--password", _NAME]
    with (home / "said").open("wb") as said:
        for words in (["db", "upgrade"], ["fab", "create-admin", *account], ["init"]):
            subprocess.run([program, *words], env=environment, stdout=said, stderr=said, check=True)
        with subprocess.Popen([program, "run", "-h", LOOPBACK, "-p", str(port)], env=environment, stdout=said, stderr=said) as running:
            try:
                until = time.monotonic() + 180
                while not _answers(f"http://{LOOPBACK}:{port}/health"):
                    assert time.monotonic() < until
                    assert running.poll() is None
                    time.sleep(1)
                yield f"http://{LOOPBACK}:{port}"
            finally:
                running.terminate()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except urllib.error.URLError:
        return False


def expected(warehouse: Warehouse) -> list[list[str]]:
    """What each tab has to say, from the views alone."""
    map_, alerts = view_rows(warehouse, "dash_map_v1"), view_rows(warehouse, "dash_alerts_v1")
    top, duty = view_rows(warehouse, "dash_top_cells_v1"), view_rows(warehouse, "dash_departments_v1").filter(is_last_night=1)
    residents = [str(map_.filter(level="red").filter(map_.filter(level="red")["category"] != "political").height)]
    rows = view_rows(warehouse, "dash_quarantine_v1")
    return [
        residents + top["cell_id"].to_list()[:3],
        map_.sort("cell_id")["cell_name"].to_list()[:3],
        [str(alerts["is_going_on"].sum()), *alerts.filter(is_going_on=1)["subject"].to_list()[:3]],
        [str(duty["overdue"].sum()), *duty["department"].unique().to_list()],
        [str(rows["waiting"].sum()), *view_rows(warehouse, "dash_sources_v1")["source"].to_list()],
        view_rows(warehouse, "dash_quality_v1")["category"].unique().to_list(),
    ]


@pytest.mark.lengthy
def test_every_tab_tells_the_numbers_of_the_views(postgres_url: str, tmp_path: Path) -> None:
    with on_postgres(postgres_url) as url, superset(tmp_path) as address, browser() as found:
        engine = connect(url)
        upgrade(engine)
        warehouse = Warehouse(engine, DISTRICT)
        fill(warehouse)
        bundle = packed(url.replace("postgresql://", "postgresql+psycopg2://", 1))
        for _ in range(2):
            Superset(address, _NAME, _NAME).imports(bundle)
        page = found.new_page(viewport={"width": 1400, "height": 1500})
        _sign_in(page, address)
        tabs = page.locator(".dashboard-component-tabs [role=tab]")
        tabs.first.wait_for(timeout=60_000)
        assert tabs.count() == _TABS
        for n, said in enumerate(expected(warehouse)):
            tabs.nth(n).click()
            shown = page.locator("[role=tabpanel]:visible").first
            for one in said:
                shown.get_by_text(one, exact=True).first.wait_for(timeout=30_000)
            assert "error" not in shown.inner_text().lower()
            page.screenshot(path=tmp_path / f"tab_{n}.png")
        engine.dispose()


def _sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/login/")
    page.locator("#username").fill(_NAME)
    page.locator("input[type=password]").fill(_NAME)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state("networkidle")
    page.goto(f"{address}/superset/dashboard/sifang/")
