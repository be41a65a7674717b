"""``key rotate`` as its users meet it, on both databases: a leaked key is left, and what was computed under it stays in the backup."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.command import Sifang, plain
from tests.helpers.keys import KEY, OTHER_KEY
from tests.helpers.tiny import FIRST_DAY, NIGHT, reports

ROTATE = ("key", "rotate", "--reason", "key-changed:AB-7")


@pytest.fixture
def root(begun_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, with both keys."""
    monkeypatch.setenv("SIFANG_KEY_NEXT", OTHER_KEY)
    return begun_root


def faults(sifang: Sifang) -> list[str]:
    found = json.loads(sifang("doctor", "--deep", "--json").out)
    return [f"{f['what']}: {f['detail']}" for f in found if f["ok"] is False]


@pytest.mark.slow
def test_the_drill_of_a_leaked_key(root: Path, sifang: Sifang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept"
    foreseen = sifang(*ROTATE, "--backup", kept, "--dry-run")
    assert "Would read 3 batches" in foreseen.out, foreseen.err
    assert not kept.exists()
    said = sifang(*ROTATE, "--backup", kept)
    assert said.code == 0, said.err
    assert "Read 3 batches" in said.out
    assert "1 night published before keeps its numbers" in said.out
    assert f"at {kept}" in said.out
    assert not any(key in said.out + said.err for key in (KEY, OTHER_KEY))
    # The old key opens nothing any more, the new one all.
    assert "was filled under the key" in plain(sifang("nightly"))
    monkeypatch.setenv("SIFANG_KEY", OTHER_KEY)
    monkeypatch.delenv("SIFANG_KEY_NEXT")
    assert faults(sifang) == []
    assert "made before the change" in plain(sifang("replay", "--night", str(NIGHT)))
    assert json.loads(sifang("source", "reread", "fire", "--reason", "mended", "--json").out)["changed"] == 0
    # What is erased from now on cannot be told to a backup of the old key, which is named.
    (root / "keys.txt").write_text(reports("fire", FIRST_DAY, FIRST_DAY)["number"][0], "utf-8")
    erased = sifang("erase", "--source", "fire", "--keys", root / "keys.txt", "--reason", "erasure")
    assert "was made under the key of before" in erased.out
    # In the backup, under the key of then, the night comes out as it was.
    monkeypatch.setenv("SIFANG_KEY", KEY)
    monkeypatch.setenv("SIFANG_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SIFANG_WAREHOUSE_URL")
    assert sifang("restore", kept).code == 0
    assert "1 of 1 night identical" in sifang("replay", "--night", str(NIGHT)).out


def test_a_key_that_is_lost_is_said_so(root: Path, sifang: Sifang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIFANG_KEY")
    assert "SIFANG_KEY is not set" in plain(sifang(*ROTATE, "--backup", tmp_path / "kept"))
    said = sifang(*ROTATE, "--backup", tmp_path / "kept", "--lost")
    assert said.code == 0, said.err
    assert "one that is lost" in said.out
    assert "the next nightly takes in every file that lies there" in said.out
