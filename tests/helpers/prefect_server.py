"""A real Prefect server in the environment that the command gives it, and who it talks to.

Belongs here: starting it, and noting every address that it and this process connect to. Does not: fixtures (``tests.flows.conftest``).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# Loaded by every Python process that is started with its folder on PYTHONPATH: notes where each connects to.
_SPY = """
import os, sys
def _note(event, args):
    if event == "socket.connect":
        with open(os.environ["SIFANG_TEST_CONTACTS"], "a", encoding="utf-8") as file:
            file.write(repr(args[1]) + "\\n")
sys.addaudithook(_note)
"""
_listening: list[Path] = []


@dataclass(frozen=True)
class Server:
    """A running Prefect server. ``contacts`` gathers the addresses that it and this process connected to."""

    home: Path
    contacts: Path


@contextmanager
def serving(root: Path) -> Iterator[Server]:
    """A server with its files in ``root``; the environment is put back at the end."""
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


def _note_own_contacts(file: Path) -> None:
    """An audit hook cannot be taken away again, so it looks whether anybody still listens."""
    _listening.append(file)

    def note(event: str, args: tuple[Any, ...]) -> None:
        if event == "socket.connect" and _listening:
            with _listening[0].open("a", encoding="utf-8") as lines:
                lines.write(f"{args[1]!r}\n")

    sys.addaudithook(note)
