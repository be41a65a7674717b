"""Everything under a home, a backup of it and a home restored from that is its owner's alone, under an umask that takes nothing away."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from infra.deploy.prefect_home import prepare
from infra.settings import Settings
from tests.helpers import tiny
from tests.helpers.command import Sifang
from tests.helpers.homes import opened
from tests.helpers.rights import open_in
from tests.helpers.tiny import CODE, NIGHT

DAYS = dt.timedelta(days=20)


@pytest.fixture
def own_umask() -> Iterator[None]:
    """An umask that takes nothing away, as some set it who share folders."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("own_umask")
def test_nobody_else_can_look_into_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sifang: Sifang) -> None:
    tiny.write_district(tmp_path / "districts")
    tiny.deliver_days(tmp_path / "inbox", NIGHT - DAYS, NIGHT - dt.timedelta(days=1))
    (tmp_path / "home").mkdir(mode=0o777)
    (tmp_path / "home").chmod(0o777)
    with opened(tmp_path, monkeypatch) as made:
        made.ingest(tiny.moment(NIGHT))
        run_night(made.context, nightly_run(made.context, NIGHT, None, "first"))
    assert sifang("brief", "-d", CODE).code == 0
    for name in [n for n in os.environ if n.startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    os.umask(0)
    prepare(Settings())
    (tmp_path / "home" / "prefect" / "prefect.db").touch()
    assert sifang("backup", tmp_path / "kept").code == 0
    assert open_in(tmp_path / "home") == open_in(tmp_path / "kept") == {}
    os.umask(0)
    monkeypatch.setenv("SIFANG_HOME", str(tmp_path / "other"))
    assert sifang("restore", tmp_path / "kept").code == 0
    assert open_in(tmp_path / "other") == {}
