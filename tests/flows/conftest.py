"""Fixtures of the flows: a tiny district of a test's own, and one real Prefect server per session and worker.

Belongs here: starting and copying. Does not: the district itself (``tiny``).
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        from infra.orchestrator import prepare
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
