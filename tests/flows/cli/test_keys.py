from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.stores import opened
from infra import keys
from infra.deploy import demo_home, prefect_home
from infra.errors import SifangError
from infra.settings import Settings
from tests.helpers.command import Sifang
from tests.helpers.tiny import CODE, Tiny


def test_a_new_key_stands_alone_on_its_line(sifang: Sifang) -> None:
    said = sifang("key", "new")
    assert said.err == ""
    assert keys.read(said.out, "SIFANG_KEY")
    told = json.loads(sifang("key", "new", "--json").out)
    assert told["fingerprint"] == keys.fingerprint(keys.read(told["key"], "SIFANG_KEY"))


def test_the_demos_key_opens_no_district_that_is_not_invented(district: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIFANG_KEY", keys.DEMO_KEY)
    Settings().simulated.write_text("{}")
    file = district.root / "districts" / CODE / "district.toml"
    file.write_text(file.read_text("utf-8").replace("synthetic = true", "synthetic = false"), "utf-8")
    with pytest.raises(SifangError, match="is no synthetic district"), opened(CODE):
        pass


def test_the_demo_marks_a_home_that_holds_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefect_home, "prepare", lambda *_, **__: None)
    monkeypatch.delenv("SIFANG_KEY", raising=False)
    monkeypatch.setenv("SIFANG_INBOX", "")
    for name, marked in (("new", True), ("another", False)):
        monkeypatch.delenv("SIFANG_KEY", raising=False)
        monkeypatch.setenv("SIFANG_HOME", str(tmp_path / name))
        if name == "another":
            (tmp_path / name / "lake" / "realtown").mkdir(parents=True)
        demo_home.prepare("weibin")
        assert Settings().simulated.is_file() == marked
