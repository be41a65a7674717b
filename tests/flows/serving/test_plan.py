"""What is scheduled: for which districts, when, and that each deployment's flow exists and takes what it is given."""

from __future__ import annotations

import ast
import datetime as dt
from pathlib import Path

import pytest

from flows.serving.plan import deployments, served_districts
from infra.districts.folder import load
from infra.errors import SifangError
from infra.settings import Settings
from tests.helpers import tiny
from tests.helpers.homes import settle
from tests.helpers.source import ROOT, name_of
from tests.helpers.tiny import CODE
from transforms.district.declaration import District


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tiny.write_district(tmp_path / "districts")
    settle(monkeypatch, tmp_path)
    return tmp_path / "districts"


@pytest.fixture
def district(folder: Path) -> District:
    return load(folder / CODE).district


def test_every_deployment_is_of_a_flow_and_gives_it_what_it_takes(district: District) -> None:
    made = deployments(district)
    assert len({each.name for each in made}) == len(made) == 7
    for each in made:
        # Read, not imported: other tests import Prefect once its settings are made.
        module, _, name = each.flow.rpartition(".")
        source = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8"))
        (function,) = (n for n in source.body if isinstance(n, ast.FunctionDef) and n.name == name)
        assert any(name_of(d.func) == "flow" for d in function.decorator_list if isinstance(d, ast.Call))
        assert set(each.parameters) <= {a.arg for a in function.args.args}


@pytest.mark.parametrize(
    ("cutoff", "nightly", "amend"),
    [
        (dt.time(5, 0), "0 5 * * *", "0 7-12 * * *"),
        (dt.time(6, 30), "30 6 * * *", "30 8-12 * * *"),
        # Clocks repeat or leave out an hour of these; the night looks as of its cutoff all the same.
        (dt.time(0, 30), "0 3 * * *", "0 5-12 * * *"),
        (dt.time(10, 0), "0 10 * * *", "0 12-12 * * *"),
        (dt.time(11, 0), "0 11 * * *", None),
    ],
)
def test_nights_run_at_the_cutoff_of_their_district(district: District, cutoff: dt.time, nightly: str, amend: str | None) -> None:
    crons = {each.name: each.cron for each in deployments(district.model_copy(update={"cutoff": cutoff}))}
    assert (crons[f"{CODE}-nightly"], crons.get(f"{CODE}-amend")) == (nightly, amend)
    assert {each.timezone for each in deployments(district)} == {"Asia/Shanghai"}


def test_the_operators_districts_are_served_and_of_the_shipped_ones_what_the_home_holds(folder: Path) -> None:
    home = Settings().home
    (home / "lake" / "weibin").mkdir(parents=True)
    (home / "lake" / "gone").mkdir()
    (folder / "broken").mkdir()
    (folder / "broken" / "district.toml").write_text("code = 7", "utf-8")
    found = served_districts(Settings())
    assert [d.code for d in found.districts] == [CODE, "weibin"]
    assert [code for code, _ in found.faulty] == ["broken"]
    assert [d.code for d in served_districts(Settings(district="weibin")).districts] == ["weibin"]


def test_where_there_is_none_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(monkeypatch, tmp_path)
    with pytest.raises(SifangError, match="no district to serve") as told:
        served_districts(Settings())
    assert "sifang init" in told.value.remedy
