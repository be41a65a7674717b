"""``erase`` as its users meet it, on both databases: what is said, what is left, what a backup brings back."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.stores import open_context
from infra.accord import erasing
from infra.settings import Settings
from tests.helpers import tiny
from tests.helpers.command import Sifang, plain
from tests.helpers.residue import residue
from tests.helpers.tiny import CODE, FIRST_DAY, NIGHT, Tiny, moment, reports

pytestmark = pytest.mark.slow

DAY = dt.timedelta(days=1)
KEYS = reports("fire", FIRST_DAY, NIGHT - DAY)["number"].gather([3, 30, 300]).to_list()
REASON = ("--source", "fire", "--reason", "erasure:AB-17")


@pytest.fixture
def root(begun_root: Path) -> Path:
    """The same, with the keys in a file."""
    (begun_root / "keys.txt").write_text("\n".join(KEYS), "utf-8")
    return begun_root


def ids() -> set[str]:
    """What must not come back, as the warehouse that the settings name has it."""
    context = open_context(CODE, Settings())
    try:
        return set(context.erased())
    finally:
        context.stores.close()


def lake_rows() -> int:
    """The rows of the lake that the settings name."""
    context = open_context(CODE, Settings())
    try:
        return context.lake.read().height
    finally:
        context.stores.close()


def faults(sifang: Sifang) -> list[str]:
    """What the doctor finds wrong when it proves everything; the nights lie long ago, and many were missed since."""
    found = json.loads(sifang("doctor", "--deep", "--json").out)
    return [f"{f['what']}: {f['detail']}" for f in found if f["ok"] is False]


def test_what_is_erased_is_counted_and_gone(root: Path, sifang: Sifang) -> None:
    file = root / "keys.txt"
    foreseen = json.loads(sifang("erase", *REASON, "--keys", file, "--dry-run", "--json").out)
    said = sifang("erase", *REASON, "--keys", file)
    assert said.code == 0, said.err
    assert "Erased 3 versions in 1 batch of 3 reports" in said.out
    assert f"1 night, {NIGHT} to {NIGHT}, looked at them" in said.out
    assert not any(key in said.out + said.err for key in KEYS)
    file.unlink()
    assert residue(root / "home", ids(), KEYS) == []
    again = json.loads(sifang("erase", *REASON, "--keys", shutil.copy(__file__, root / "other.txt"), "--dry-run", "--json").out)
    assert (foreseen["versions"], again["versions"]) == (3, 0)
    replayed = sifang("replay", "--night", str(NIGHT))
    assert (replayed.code, "inputs erased" in replayed.out) == (1, True)
    assert faults(sifang) == []


def test_a_backup_of_before_brings_nothing_back(root: Path, sifang: Sifang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sifang("backup", tmp_path / "kept").code == 0
    said = sifang("erase", *REASON, "--keys", root / "keys.txt")
    assert "still holds 3 reports of what was erased" in said.out
    gone = ids()
    assert json.loads((tmp_path / "kept" / "erased.json").read_text())[CODE] == sorted(gone)
    # A newer one holds nothing of them, and names the one that does.
    said = sifang("backup", tmp_path / "newer")
    assert "holds 3 reports that were erased since" in said.out
    assert residue(tmp_path / "newer", gone, KEYS) == []
    for number, kept in enumerate(("kept", "newer")):
        home = tmp_path / f"home{number}"
        monkeypatch.setenv("SIFANG_HOME", str(home))
        monkeypatch.delenv("SIFANG_WAREHOUSE_URL", raising=False)
        told = json.loads(sifang("restore", tmp_path / kept, "--json").out)
        assert [one["lake_rows"] for one in told["districts"]] == [lake_rows()]
        assert ids() == gone
        assert residue(home, gone, KEYS) == []
        assert sifang("source", "reread", "fire", "--reason", "mended").code == 0
        assert residue(home, gone, KEYS) == []
        assert faults(sifang) == []


def test_a_restore_that_was_cut_short_while_it_erased_is_completed(
    root: Path, sifang: Sifang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sifang("backup", tmp_path / "kept").code == 0
    assert sifang("erase", *REASON, "--keys", root / "keys.txt").code == 0
    gone = ids()
    monkeypatch.setenv("SIFANG_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SIFANG_WAREHOUSE_URL", raising=False)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    for place in ("begin", "scrub"):
        with monkeypatch.context() as patch:
            patch.setattr(erasing, place, die)
            assert sifang("restore", tmp_path / "kept").code == 130
        assert "was begun and has not come to its end" in plain(sifang("status"))
    assert sifang("restore", tmp_path / "kept").code == 0
    assert ids() == gone
    assert residue(tmp_path / "home", gone, KEYS) == []


@pytest.mark.parametrize("lost", ["warehouse", "lake"])
def test_beginning_again_without_a_store_brings_nothing_back(
    root: Path, sifang: Sifang, tmp_path: Path, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sifang("erase", *REASON, "--keys", root / "keys.txt").code == 0
    gone = ids()
    if lost == "warehouse":
        monkeypatch.setenv("SIFANG_WAREHOUSE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    else:
        (root / "home" / "lake" / CODE).rename(tmp_path / "lost")
    said = sifang("db", "adopt", "--reason", "store-lost", "--yes")
    assert said.code == 0, said.err
    assert ids() == gone
    made = Tiny(root)
    made.ingest(moment(NIGHT + DAY))
    assert made.context.lake.read().height > 0
    made.context.stores.close()
    assert residue(root / "home", gone, KEYS) == []


def test_a_lake_of_before_put_back_by_hand_forgets_again(root: Path, sifang: Sifang, tmp_path: Path) -> None:
    before = shutil.copytree(root / "home" / "lake" / CODE, tmp_path / "before")
    assert sifang("erase", *REASON, "--keys", root / "keys.txt").code == 0
    gone = ids()
    shutil.rmtree(root / "home" / "lake" / CODE)
    shutil.copytree(before, root / "home" / "lake" / CODE)
    assert sifang("db", "adopt", "--reason", "store-lost", "--yes").code == 0
    assert residue(root / "home", gone, KEYS) == []


@pytest.mark.parametrize(
    "verb",
    [("source", "reread", "fire", "--reason", "mended"), ("quarantine", "retry"), ("db", "adopt", "--reason", "store-lost", "--yes")],
    ids=["reread", "retry", "adopt"],
)
def test_a_home_of_before_put_back_by_hand_is_told_by_the_backup(
    district_root: Path, sifang: Sifang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...]
) -> None:
    monkeypatch.setenv("SIFANG_DISTRICT", CODE)
    home = district_root / "home"
    (district_root / "keys.txt").write_text("\n".join(KEYS), "utf-8")
    assert sifang("backup", tmp_path / "kept").code == 0
    before = shutil.copytree(home, tmp_path / "before")
    assert sifang("erase", *REASON, "--keys", district_root / "keys.txt").code == 0
    gone = ids()
    shutil.rmtree(home)
    shutil.copytree(before, home)
    assert ids() == set()
    if "adopt" in verb:
        shutil.rmtree(home / "lake" / CODE)
    assert sifang(*verb).code == 0
    assert ids() == gone
    if "adopt" in verb:
        made = Tiny(district_root)
        made.ingest(moment(NIGHT + DAY))
        assert made.context.lake.read().height > 0
        made.context.stores.close()
    assert residue(home, gone, KEYS) == []


def test_a_backup_is_told_before_anything_goes(root: Path, sifang: Sifang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sifang("backup", tmp_path / "kept").code == 0

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(erasing, "begin", die)
    assert sifang("erase", *REASON, "--keys", root / "keys.txt").code == 130
    assert len(json.loads((tmp_path / "kept" / "erased.json").read_text())[CODE]) == 3


@pytest.mark.parametrize(
    ("changed", "says", "code"),
    [
        ({"--source": "sirens"}, "has no source 'sirens'", 2),
        ({"--reason": "because of Wang"}, "That is not a reason code", 2),
        ({"--keys": "nowhere.txt"}, "cannot be read", 1),
    ],
)
def test_wrong_use_is_told(root: Path, sifang: Sifang, changed: dict[str, str], says: str, code: int) -> None:
    given = {"--source": "fire", "--reason": "erasure", "--keys": str(root / "keys.txt")} | changed
    text = plain(sifang("erase", *(word for pair in given.items() for word in pair)), code)
    assert says in text
    assert "Wang" not in text


@pytest.mark.lengthy
def test_three_of_a_home_of_thirty_nights(district_root: Path, sifang: Sifang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of which nights 10, 20 and 25 were the first to hear; nights before the tenth replay as ever."""
    monkeypatch.setenv("SIFANG_DISTRICT", CODE)
    root = district_root
    made = Tiny(root)
    for number in range(30):
        night = NIGHT + number * DAY
        if number:
            tiny.deliver_days(made.inbox, night - DAY, night - DAY)
        made.ingest(moment(night))
        run_night(made.context, nightly_run(made.context, night, None, f"night-{number}"))
    made.context.stores.close()
    keys = [reports("fire", day, day)["number"][0] for day in (NIGHT + number * DAY for number in (9, 19, 24))]
    (root / "keys.txt").write_text("\n".join(keys), "utf-8")
    assert sifang("backup", tmp_path / "kept").code == 0
    assert json.loads(sifang("erase", *REASON, "--keys", root / "keys.txt", "--json").out)["versions"] == 3
    gone = ids()
    (root / "keys.txt").unlink()
    assert residue(root / "home", gone, keys) == []
    told = json.loads(sifang("replay", "--nights", "30", "--json").out)
    assert [one["night"] for one in told if one["erased"]] == [str(NIGHT + number * DAY) for number in range(10, 30)]
    assert all(one["identical"] for one in told if not one["erased"])
    assert faults(sifang) == []
    home = tmp_path / "home"
    monkeypatch.setenv("SIFANG_HOME", str(home))
    monkeypatch.delenv("SIFANG_WAREHOUSE_URL", raising=False)
    assert sifang("restore", tmp_path / "kept").code == 0
    assert sifang("source", "reread", "fire", "--reason", "mended").code == 0
    assert residue(home, gone, keys) == []
