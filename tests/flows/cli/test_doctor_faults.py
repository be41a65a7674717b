"""`sifang doctor` names each of these faults in plain words, says what it means, and raises nothing.

The list is ``tests.helpers.planted``, and stands in ``flows/cli/README.md``; each fault is planted into a copy of a district that has lived
through a night.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.alerts.deliver import deliver
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.tell.brief import write_brief
from flows.tell.doctor import Finding, is_sound
from flows.tell.doctor.examination import examine
from infra import clock
from infra.settings import Settings
from tests.helpers import tiny
from tests.helpers.command import Sifang
from tests.helpers.homes import going_on, settle
from tests.helpers.invented import rainfall
from tests.helpers.planted import DAY, FAULTS, NOW, Home
from tests.helpers.rights import python, run_bound
from tests.helpers.tiny import CODE, NIGHT, moment, reports
from transforms.alerts.types import TYPES


@pytest.fixture(scope="module")
def lived_root(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night with everything that belongs to it: a row that waits, alerts that were told, a brief."""
    root = tmp_path_factory.mktemp("lived") / "root"
    with pytest.MonkeyPatch.context() as patch, going_on(filled, root) as made:
        patch.setattr(clock, "now", lambda: moment(NIGHT, 6))
        late = reports("order", NIGHT - DAY, NIGHT - DAY, seed=5)
        odd = late[:1].with_columns(kind=late["kind"][:1] + "-odd", number=late["number"][:1] + "-odd")
        tiny.deliver(made.inbox, "order", late.vstack(odd), "late")
        made.ingest(moment(NIGHT, 6))
        # A first night opens no alert on a level; it rained.
        with TYPES.including(rainfall.TYPE):
            run_night(made.context, nightly_run(made.context, NIGHT, None, "first"))
        deliver(made.context)
        write_brief(made.context, NIGHT)
    # Whoever grew the homes of the tests gave his word for a clock of this year.
    Home(root, patch).sql("DELETE FROM clock_words")
    return root


@pytest.fixture
def broken(lived_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    root = shutil.copytree(lived_root, tmp_path / "copy")
    settle(monkeypatch, root)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return Home(root, monkeypatch)


def told(findings: tuple[Finding, ...], ok: bool | None) -> str:
    return "\n".join(f"{f.what}: {f.detail} {f.means} {f.remedy}" for f in findings if f.ok is ok)


def test_a_home_without_a_fault_is_found_sound(broken: Home) -> None:
    found = examine(CODE, Settings(), deep=True)
    assert told(found, False) == ""
    assert told(found, None) == ""
    assert is_sound(found)


def test_what_was_taken_in_is_held_against_what_is_usual(broken: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {f.what: f.ok for f in examine(CODE, Settings(), files=True) if f.what.startswith("reports of ")}
    assert told == {"reports of fire": True, "reports of order": True, "reports of stability": True}
    monkeypatch.setattr("flows.tell.doctor.unlikely.unlikely", lambda reports, cells: [f"{len(reports)} in {cells}"])
    odd = [f for f in examine(CODE, Settings(), files=True) if f.what == "reports of order"]
    assert odd[0].ok is None
    assert "source reread" in odd[0].remedy


@pytest.mark.parametrize("name", FAULTS)
def test_the_doctor_names_it(broken: Home, name: str) -> None:
    fault = FAULTS[name]
    fault.plant(broken)
    found = examine(CODE, Settings(), deep=fault.deep)
    assert re.search(fault.said, told(found, fault.ok)), found
    assert "Traceback" not in told(found, False)
    assert all(f.remedy or f.means for f in found if f.ok is False), "every fault says what to do, or what it means"
    assert is_sound(found) is (fault.ok is None)


def test_there_are_at_least_thirty() -> None:
    assert len(FAULTS) >= 30


# --- what a user without rights is told: the superuser would be told nothing


_RUN = "import sys; from flows.cli.app import main; sys.argv = ['sifang', *sys.argv[1:]]; main()"
BARRED: dict[str, tuple[Callable[[Home], Path], int, str]] = {
    "a home that may not be read": (lambda h: h.home, 0o000, "may not be read by this user|[Pp]ermission denied|no rights|may not be used"),
    "a home that may not be written": (lambda h: h.home, 0o500, "may not be written by this user"),
    "a folder of landed files that may not be written": (
        lambda h: h.home / "landing" / CODE,
        0o500,
        "may not be written by this user: .*landing",
    ),
    "a lake that may not be read": (lambda h: h.lake, 0o000, "lake: .*may not be used by this user"),
}


# Each is two processes that give up their rights first; the first is enough for every day.
@pytest.mark.parametrize("name", [next(iter(BARRED)), *(pytest.param(n, marks=pytest.mark.slow) for n in list(BARRED)[1:])])
def test_rights_that_are_missing_are_named(broken: Home, name: str) -> None:
    place, rights, said = BARRED[name]
    barred = place(broken)
    barred.chmod(rights)
    try:
        doctor, status = (run_bound(python(_RUN, verb, "-d", CODE), os.environ) for verb in ("doctor", "status"))
    finally:
        barred.chmod(0o700)
    assert doctor.returncode == 1
    assert re.search(said, doctor.stdout), doctor.stdout + doctor.stderr
    assert "Traceback" not in doctor.stderr + status.stderr + doctor.stdout + status.stdout
    if rights == 0 and barred == broken.home:
        assert status.returncode == 1
        assert re.search(said, status.stderr)


def test_a_home_that_is_not_there_is_said_by_both(broken: Home, sifang: Sifang) -> None:
    broken.patch.setenv("SIFANG_HOME", str(broken.root / "elsewhere"))
    for verb in ("doctor", "status"):
        said = sifang(verb, "-d", CODE)
        assert said.code == 0
        assert re.search("elsewhere is not there|no home at .*elsewhere", said.out + said.err)
    assert not (broken.root / "elsewhere").exists()


def test_a_district_that_is_named_wrong_is_wrong_use(broken: Home, sifang: Sifang) -> None:
    assert sifang("doctor", "-d", "nowhere").code == 2


def test_the_command_fails_where_a_fault_is_found(broken: Home, sifang: Sifang) -> None:
    FAULTS["a lake that is gone"].plant(broken)
    said = sifang("doctor", "-d", CODE, "--json")
    assert said.code == 1
    assert [f["remedy"] for f in json.loads(said.out) if f["what"] == "lake and warehouse"] != [""]
