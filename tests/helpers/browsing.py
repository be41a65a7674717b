"""A real browser for the tests of pages, and what an accessibility checker finds on one.

Belongs here: finding and starting it, listening to what goes wrong, asking the checker. Does not: pages, what is expected of them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

PHONE, DESK = 390, 1280
"""Widths in pixels."""

_GRAVE = {"serious", "critical"}


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser of this machine; the test is skipped where there is none."""
    binary = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if binary is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on this machine")
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=binary, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield found
        finally:
            found.close()


def troubles_of(page: Page) -> list[str]:
    """What a page says on its console, what fails in it and what it asks for outside of its folder, from now on."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith("file:") else found.append(asked.url))
    return found


def graves(page: Page) -> list[str]:
    """What axe-core finds serious or critical on the page as it is shown now: the rule, where, and what would mend it."""
    # Here alone: other tests of pages need no checker.
    from axe_playwright_python.sync_playwright import Axe

    grave = [each for each in Axe().run(page).response["violations"] if each["impact"] in _GRAVE]
    return [f"{each['id']} {node['target']}: {node['failureSummary']}" for each in grave for node in each["nodes"]]
