from __future__ import annotations

import glob
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.addresses import before_folders, expanded, folders, holding_link_to, is_plain, linked, matching, shown
from infra.deploy.prefect_home import prepare
from infra.settings import Settings

NASTY = ["with space", "家", "100%", "a?b", "[ab]", "a*b", "a\\b", "new\nline", os.fsdecode(b"\xff")]


def test_a_plain_path_is_its_own_address(tmp_path: Path) -> None:
    assert is_plain(tmp_path)
    assert linked(tmp_path) == tmp_path


@pytest.mark.parametrize("name", NASTY)
def test_any_other_has_a_plain_one_that_leads_to_the_same_place(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    address = linked(folder)
    assert is_plain(address)
    assert linked(folder) == address
    # It may be made after the address was, and what is written under one name is read under the other.
    folder.mkdir()
    (address / "file").write_text("here")
    assert (folder / "file").read_text() == "here"
    assert linked(tmp_path / f"{name} too") != address
    outer = holding_link_to(folder)
    assert is_plain(outer)
    assert [f.name for f in outer.iterdir()] == [name]
    assert (outer / name / "file").read_text() == "here"


def test_links_end_with_their_process_and_nothing_that_they_lead_to_does(tmp_path: Path) -> None:
    folder = tmp_path / "a b"
    folder.mkdir()
    (folder / "file").touch()
    script = "import sys; from pathlib import Path; from infra.addresses import linked; print(linked(Path(sys.argv[1])))"
    command = [sys.executable, "-W", "error", "-c", script, str(folder)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert not Path(said.stdout.strip()).parent.exists()
    assert (folder / "file").is_file()


def test_what_a_variable_holds_is_a_name_and_no_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("[ab]", "a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"order_{name}.csv").touch()
    monkeypatch.setenv("SIFANG_INBOX", str(tmp_path / "[ab]"))
    for pattern in ("$SIFANG_INBOX/order_*.csv", "${SIFANG_INBOX}/*.csv", "$SIFANG_INBOX/**/order_?ab?.csv"):
        text = expanded(pattern)
        assert text is not None
        assert [p.name for p in matching(Path("elsewhere"), text)] == ["order_[ab].csv"], pattern
    monkeypatch.delenv("SIFANG_INBOX")
    assert expanded("$SIFANG_INBOX/order_*.csv") is None
    assert expanded("s3://bucket/$SIFANG_INBOX_NOT_SET/x") is None


def test_a_folder_s_own_name_is_no_pattern_and_what_is_declared_is_one(tmp_path: Path) -> None:
    folder = tmp_path / "a[1]*"
    (folder / "deep" / "er").mkdir(parents=True)
    for file in ("one.csv", "two.csv", "deep/three.csv", "deep/er/four.csv"):
        (folder / file).touch()
    found = {
        pattern: sorted(p.name for p in matching(folder, pattern)) for pattern in ("*.csv", "one.csv", "**/*.csv", "[ot]*.csv", "d*/*")
    }
    assert found == {
        "*.csv": ["one.csv", "two.csv"],
        "one.csv": ["one.csv"],
        "**/*.csv": ["four.csv", "one.csv", "three.csv", "two.csv"],
        "[ot]*.csv": ["one.csv", "two.csv"],
        "d*/*": ["er", "three.csv"],
    }
    absolute = f"{glob.escape(str(folder))}/deep/*.csv"
    assert [p.name for p in matching(Path("elsewhere"), absolute)] == ["three.csv"]


def test_folders_may_lie_as_deep_as_the_system_lets_them_and_links_lead_round_in_no_circle(tmp_path: Path) -> None:
    here, opened = tmp_path / "in", Path.cwd()
    here.mkdir()
    os.chdir(here)
    try:
        for _ in range(600):
            Path("d").mkdir()
            os.chdir("d")
        Path("deep.csv").touch()
    finally:
        os.chdir(opened)
    (here / "round").symlink_to(here, target_is_directory=True)
    closed: list[Path] = []
    found = list(matching(here, "**/*.csv", lambda folder, _: closed.append(folder)))
    assert [p.name for p in found] == ["deep.csv"]
    assert closed == []


def test_a_folder_that_may_be_entered_but_not_listed_is_gone_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed" / "open").mkdir(parents=True)
    (tmp_path / "closed" / "open" / "x.csv").touch()
    looked = []
    scandir = os.scandir

    def listing(path: str) -> object:
        looked.append(Path(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", listing)
    assert [p.name for p in matching(tmp_path, "closed/open/*.csv")] == ["x.csv"]
    assert set(looked) == {tmp_path / "closed" / "open"}


def test_a_setting_names_folders_as_path_does_and_one_that_holds_the_separator_alone(tmp_path: Path) -> None:
    assert folders("a:~/b::c") == [Path("a"), Path.home() / "b", Path("c")]
    odd = tmp_path / "a:b"
    odd.mkdir()
    assert folders(str(odd)) == [odd]
    assert folders(before_folders(odd, "a:b")) == [odd]
    assert folders(before_folders(Path("z"), "a:b")) == [Path("z"), Path("a"), Path("b")]


def test_what_people_read_of_a_path_obeys_no_terminal() -> None:
    assert shown("/a/家 é/[x]") == "/a/家 é/[x]"
    assert shown(Path("/a\n\x1b[31m/\u202egnp.exe")) == "/a\\x0a\\x1b[31m/\\u202egnp.exe"
    assert shown(os.fsdecode(b"/\xff\xfe")) == "/\\xff\\xfe"


def test_prefect_is_told_a_home_that_can_stand_in_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "a?b %20"
    for name in [n for n in os.environ if n.startswith("PREFECT_") or n == "DO_NOT_TRACK"]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    prepare(Settings(home=home))
    told = Path(os.environ["PREFECT_HOME"])
    assert is_plain(told)
    assert told.resolve() == (home / "prefect").resolve()
    assert (home / "prefect").is_dir()
