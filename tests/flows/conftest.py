"""Fixtures of the flows: a tiny district of a test's own, and one real Prefect server per session and worker.

Belongs here: starting and copying. Does not: the district itself (``tiny``).
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows import tiny
from tests.flows.tiny import Tiny


def settle(patch: pytest.MonkeyPatch, root: Path) -> None:
    """Point every setting at one folder."""
    for name in ("SIFANG_DISTRICT", "SIFANG_WAREHOUSE_URL", "SIFANG_LAKE_URL"):
        patch.delenv(name, raising=False)
    patch.setenv("SIFANG_HOME", str(root / "home"))
    patch.setenv("SIFANG_DISTRICTS", str(root / "districts"))
    patch.setenv("SIFANG_INBOX", str(root / "inbox"))
    patch.setenv("SIFANG_KEY", tiny.KEY)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The district with its first hundred days taken in, made once; tests work on copies of it."""
    root = tmp_path_factory.mktemp("tiny")
    tiny.write_district(root / "districts")
    tiny.deliver_days(root / "inbox", tiny.FIRST_DAY, tiny.NIGHT - dt.timedelta(days=1))
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, root)
        made = Tiny(root)
        try:
            made.ingest(tiny.moment(tiny.NIGHT))
        finally:
            made.context.close()
    return root


@pytest.fixture
def district_root(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the filled district in the environment of this test."""
    root = tmp_path / "copy"
    shutil.copytree(filled, root)
    settle(monkeypatch, root)
    return root


@pytest.fixture
def district(district_root: Path) -> Iterator[Tiny]:
    """The copy, opened on its SQLite warehouse."""
    opened = Tiny(district_root)
    try:
        yield opened
    finally:
        opened.context.close()


@pytest.fixture
def on_both(district_root: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tiny]:
    """The copy, opened on an empty warehouse of each kind and taken in again: the lake knows the batches and doubles none."""
    monkeypatch.setenv("SIFANG_WAREHOUSE_URL", warehouse_url)
    opened = Tiny(district_root)
    try:
        opened.ingest(tiny.moment(tiny.NIGHT))
        yield opened
    finally:
        opened.context.close()
