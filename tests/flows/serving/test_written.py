"""Pages that a night writes, as they are served."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from flows.serving.pages import Written


def test_before_the_first_night_a_page_is_not_there_and_then_it_is(tmp_path: Path) -> None:
    site = tmp_path / "site"
    client = TestClient(Starlette(routes=[Mount("/", Written(site))]))
    assert client.get("/index.html").status_code == 404
    site.mkdir()
    (site / "index.html").write_text("a night", "utf-8")
    assert client.get("/index.html").text == "a night"
    assert client.get("/").text == "a night"
