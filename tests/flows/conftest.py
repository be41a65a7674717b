"""Fixtures of the flows: a tiny district of a test's own, and one real Prefect server per session and worker.

Belongs here: starting and copying. Does not: the district itself (``tiny``).
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows.intake.ingest import ingest
from flows.stores import Context, open_context
from tests.flows import tiny
from tests.flows.tiny import Tiny
from tests.real_data import SETTING

# When everything of every open data set had long been known.
LONG_AFTER = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def settle(patch: pytest.MonkeyPatch, root: Path) -> None:
    """Point every setting at one folder."""
    for name in ("SIFANG_DISTRICT", "SIFANG_WAREHOUSE_URL", "SIFANG_LAKE_URL"):
        patch.delenv(name, raising=False)
    patch.setenv("SIFANG_HOME", str(root / "home"))
    patch.setenv("SIFANG_DISTRICTS", str(root / "districts"))
    patch.setenv("SIFANG_INBOX", str(root / "inbox"))
    patch.setenv("SIFANG_KEY", tiny.KEY)


@contextmanager
def opened(root: Path, patch: pytest.MonkeyPatch) -> Iterator[Tiny]:
    """The district in a folder, with every setting pointed at it."""
    settle(patch, root)
    made = Tiny(root)
    try:
        yield made
    finally:
        made.context.stores.close()


@contextmanager
def going_on(filled: Path, root: Path) -> Iterator[Tiny]:
    """A copy of the filled district in ``root``, opened for a module to go on with before its tests copy it."""
    shutil.copytree(filled, root)
    with pytest.MonkeyPatch.context() as patch, opened(root, patch) as made:
        yield made


@contextmanager
def opened_city(code: str, districts: Path, home: Path, data: Path) -> Iterator[Context]:
    """A district of real data, all of it taken in."""
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, home)
        patch.setenv("SIFANG_DISTRICTS", str(districts))
        patch.setenv(SETTING, str(data.resolve()))
        context = open_context(code)
        try:
            assert {r.state for r in ingest(context, LONG_AFTER)} == {"stored"}
            yield context
        finally:
            context.stores.close()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The district with its first hundred days taken in, made once; tests work on copies of it."""
    root = tmp_path_factory.mktemp("tiny")
    tiny.write_district(root / "districts")
    tiny.deliver_days(root / "inbox", tiny.FIRST_DAY, tiny.NIGHT - dt.timedelta(days=1))
    with pytest.MonkeyPatch.context() as patch, opened(root, patch) as made:
        made.ingest(tiny.moment(tiny.NIGHT))
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
    made = Tiny(district_root)
    try:
        made.ingest(tiny.moment(tiny.NIGHT))
        yield made
    finally:
        made.context.stores.close()


# Loaded by every Python process that is started with its folder on PYTHONPATH: notes where each connects to.
_SPY = """
import os, sys
def _note(event, args):
    if event == "socket.connect":
        with open(os.environ["SIFANG_TEST_CONTACTS"], "a", encoding="utf-8") as file:
            file.write(repr(args[1]) + "\\n")
sys.addaudithook(_note)
"""


@dataclass(frozen=True)
class Server:
    """A running Prefect server. ``contacts`` gathers the addresses that it and this process connected to."""

    home: Path
    contacts: Path


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real Prefect server, started once, in the environment that the command gives it."""
    root = tmp_path_factory.mktemp("prefect")
    spy = root / "spy"
    spy.mkdir()
    (spy / "sitecustomize.py").write_text(_SPY, "utf-8")
    contacts = root / "contacts"
    contacts.touch()
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("PREFECT_") or n == "DO_NOT_TRACK"]:
            patch.delenv(name)
        before = set(os.environ)
        from infra.deploy.prefect_home import prepare
        from infra.settings import Settings

        assert "prefect" not in sys.modules, "Prefect was imported before its settings were made: it reads them once"
        prepare(Settings(home=root / "home"), own_server=True)
        _note_own_contacts(contacts)
        from prefect.testing.utilities import prefect_test_harness

        with pytest.MonkeyPatch.context() as spied:
            spied.setenv("PYTHONPATH", str(spy))
            spied.setenv("SIFANG_TEST_CONTACTS", str(contacts))
            harness = prefect_test_harness(server_startup_timeout=90)
            harness.__enter__()
        try:
            yield Server(root / "home" / "prefect", contacts)
        finally:
            harness.__exit__(None, None, None)
            _listening.clear()
            for name in set(os.environ) - before:
                del os.environ[name]


_listening: list[Path] = []


def _note_own_contacts(file: Path) -> None:
    """An audit hook cannot be taken away again, so it looks whether anybody still listens."""
    _listening.append(file)

    def note(event: str, args: tuple[Any, ...]) -> None:
        if event == "socket.connect" and _listening:
            with _listening[0].open("a", encoding="utf-8") as lines:
                lines.write(f"{args[1]!r}\n")

    sys.addaudithook(note)
