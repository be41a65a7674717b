"""Fixtures of the command: running it, and the folders that it works on.

Belongs here: fixtures. Does not: reading what it said (``tests.helpers.command``).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.cli import app
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from tests.helpers import tiny
from tests.helpers.command import Said, Sifang
from tests.helpers.homes import on_another_warehouse, settle
from tests.helpers.invented import rainfall
from tests.helpers.tiny import CODE, NIGHT, Tiny, moment
from transforms.alerts.types import TYPES


@pytest.fixture
def sifang(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sifang:
    """The command as its entry point runs it, in this process, whose children are not the command's."""
    monkeypatch.setattr("infra.deploy.children.end_children", lambda *_: False)

    def run(*arguments: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["sifang", *map(str, arguments)])
        capsys.readouterr()
        try:
            app.main()
            code = 0
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 0 if left.code is None else 1
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def empty_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings that point at a folder with nothing in it but the tiny district."""
    settle(monkeypatch, tmp_path)
    tiny.write_district(tmp_path / "districts")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def published(district: Tiny) -> Tiny:
    run_night(district.context, nightly_run(district.context, NIGHT, None, "first"))
    district.context.stores.close()
    return district


@pytest.fixture
def begun_root(district_root: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A district with its first hundred days and a night, beside a warehouse of each kind."""
    monkeypatch.setenv("SIFANG_WAREHOUSE_URL", warehouse_url)
    monkeypatch.setenv("SIFANG_DISTRICT", CODE)
    made = on_another_warehouse(district_root, warehouse_url)
    made.ingest(moment(NIGHT))
    run_night(made.context, nightly_run(made.context, NIGHT, None, "first"))
    made.context.stores.close()
    return district_root


@pytest.fixture
def rained(district: Tiny) -> Iterator[Tiny]:
    """A night on which it rained heavily, which opens an alert on a gauge and one of safety on the district; nobody was told so far."""
    with TYPES.including(rainfall.TYPE):
        run_night(district.context, nightly_run(district.context, NIGHT, None, "first"))
        district.context.stores.close()
        yield district
