"""Fixtures of the flows: a tiny district of a test's own, and one real Prefect server per session and worker.

Belongs here: fixtures. Does not: opening a district (``tests.helpers.homes``), the district itself (``tests.helpers.tiny``).
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import clock
from infra.warehouse.recorded import take_word
from tests.helpers import tiny
from tests.helpers.homes import on_another_warehouse, opened, settle
from tests.helpers.prefect_server import Server, serving
from tests.helpers.tiny import Tiny


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The district with its first hundred days taken in, made once; tests work on copies of it."""
    root = tmp_path_factory.mktemp("tiny")
    tiny.write_district(root / "districts")
    tiny.deliver_days(root / "inbox", tiny.FIRST_DAY, tiny.NIGHT - dt.timedelta(days=1))
    with pytest.MonkeyPatch.context() as patch, opened(root, patch) as made:
        made.ingest(tiny.moment(tiny.NIGHT))
        take_word(made.context.warehouse, clock.now())
    return root


@pytest.fixture
def district_root(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the filled district in the environment of this test."""
    root = tmp_path / "copy"
    shutil.copytree(filled, root)
    settle(monkeypatch, root)
    return root


@pytest.fixture
def district(district_root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tiny]:
    """The copy, opened on its SQLite warehouse."""
    with opened(district_root, monkeypatch) as made:
        yield made


@pytest.fixture
def lived(lived_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tiny]:
    """A copy of the district with the nights that a module's own ``lived_root`` has behind it, opened."""
    root = shutil.copytree(lived_root, tmp_path / "copy")
    with opened(root, monkeypatch) as made:
        yield made


@pytest.fixture
def on_both(district_root: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tiny]:
    """The copy, opened on an empty warehouse of each kind and taken in again: the lake knows the batches and doubles none."""
    monkeypatch.setenv("SIFANG_WAREHOUSE_URL", warehouse_url)
    made = on_another_warehouse(district_root, warehouse_url)
    try:
        made.ingest(tiny.moment(tiny.NIGHT))
        yield made
    finally:
        made.context.stores.close()


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real Prefect server, started once, in the environment that the command gives it."""
    with serving(tmp_path_factory.mktemp("prefect")) as server:
        yield server
