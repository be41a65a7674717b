"""``backup``, ``restore`` and ``db adopt`` as their users meet them, on both databases: what is said, what is left, nights that replay."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import threading
from pathlib import Path

import pytest

from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.nights.replay import replay_last
from flows.stores import opened
from infra.backup.making import make
from infra.backup.restoring import restore
from infra.errors import SifangError
from infra.keys import DEMO_KEY, of_the_demo
from infra.settings import Settings
from infra.warehouse.keeping.adoptions import adoptions
from infra.warehouse.nights.nights import published_nights
from tests.helpers import tiny
from tests.helpers.command import Sifang, plain
from tests.helpers.homes import on_another_warehouse
from tests.helpers.keys import KEY, OTHER_KEY
from tests.helpers.tiny import CODE, NIGHT, SOURCES, Tiny, moment, reports

DAY = dt.timedelta(days=1)
NIGHTS = 30


@pytest.fixture
def root(district_root: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A district with its first hundred days, beside a warehouse of each kind."""
    monkeypatch.setenv("SIFANG_WAREHOUSE_URL", warehouse_url)
    monkeypatch.setenv("SIFANG_DISTRICT", CODE)
    on_another_warehouse(district_root, warehouse_url).context.stores.close()
    return district_root


def live(root: Path, first: int, last: int) -> None:
    """Nights as they come: each takes in what was delivered the day before."""
    made = Tiny(root)
    try:
        for number in range(first, last):
            night = NIGHT + number * DAY
            if number:
                for source in SOURCES:
                    tiny.deliver(made.inbox, source, reports(source, night - DAY, night - DAY), f"day{number}")
            made.ingest(moment(night))
            run_night(made.context, nightly_run(made.context, night, None, f"night-{number}"))
    finally:
        made.context.stores.close()


def move_to(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in another home from now on, with a SQLite warehouse of its own, whatever it was before."""
    monkeypatch.setenv("SIFANG_HOME", str(home))
    monkeypatch.delenv("SIFANG_WAREHOUSE_URL", raising=False)


def replays() -> tuple[int, bool]:
    """How many nights there are, and whether each comes out as it was."""
    with opened(CODE, Settings()) as context:
        found = replay_last(context, len(published_nights(context.warehouse)))
    return len(found), all(one.identical for one in found)


# Thirty nights under a backup that goes on: minutes on each database.
@pytest.mark.lengthy
@pytest.mark.parametrize("warehouse_url", ["sqlite", "postgresql"], indirect=True)
def test_a_backup_during_nights_restores_elsewhere_and_every_night_is_identical(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(root, 0, NIGHTS)
    failed: list[BaseException] = []

    def go_on() -> None:
        try:
            live(root, NIGHTS, NIGHTS + 3)
        except BaseException as error:  # noqa: BLE001 - told by the thread that waits for it
            failed.append(error)

    nights = threading.Thread(target=go_on)
    settings = Settings()
    kept: list[Path] = []
    nights.start()
    while nights.is_alive():
        kept.append(tmp_path / f"kept{len(kept)}")
        make(settings, kept[-1], moment(NIGHT))
    nights.join()
    assert not failed
    assert len(kept) > 1
    # The first one and the last one; whatever moment each caught, it is a pair that goes on.
    for number in sorted({0, len(kept) - 1}):
        move_to(tmp_path / f"elsewhere{number}", monkeypatch)
        restore(Settings(), kept[number])
        count, identical = replays()
        assert count >= NIGHTS
        assert identical
    # What was delivered after the first of them is taken in by its next run, as after any absence.
    move_to(tmp_path / "elsewhere0", monkeypatch)
    before, last = replays()[0], NIGHT + (NIGHTS + 3) * DAY
    made = Tiny(root)
    made.ingest(moment(last))
    run_night(made.context, nightly_run(made.context, last, None, "after"))
    made.context.stores.close()
    assert replays() == (before + 1, True)


def test_the_verbs_say_what_they_did(root: Path, sifang: Sifang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live(root, 0, 2)
    kept = tmp_path / "kept"
    said = sifang("backup", str(kept))
    assert said.code == 0
    assert re.search(r"Backup [0-9a-f]{16} at \S+: [\d,]+ rows of the warehouse", said.out)
    assert re.search(r"tiny: lake of [\d,]+ rows; 2 nights, the newest 2025-06-10; key of fingerprint [0-9a-f]{16}", said.out)
    assert "Not in it: SIFANG_KEY" in said.out
    assert "holds something already" in plain(sifang("backup", str(kept)))
    assert "Nothing was restored" in plain(sifang("restore", str(kept)))
    move_to(tmp_path / "elsewhere", monkeypatch)
    told = json.loads(sifang("restore", str(kept), "--json").out)
    assert (told["districts"][0]["district"], told["districts"][0]["nights"], told["other_key"]) == (CODE, 2, False)
    assert "2 of 2 nights identical" in sifang("replay", "--nights", "2").out
    monkeypatch.setenv("SIFANG_KEY", OTHER_KEY)
    move_to(tmp_path / "third", monkeypatch)
    assert "SIFANG_KEY is set to another key" in sifang("restore", str(kept)).out


def test_a_home_of_the_demo_is_one_wherever_it_is_restored(
    empty_root: Path, sifang: Sifang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIFANG_KEY", DEMO_KEY)
    monkeypatch.setenv("SIFANG_DISTRICT", CODE)
    made = Settings()
    made.home.mkdir(parents=True, exist_ok=True)
    made.simulated.write_text("{}")
    deliver = reports("fire", NIGHT, NIGHT)
    tiny.deliver(empty_root / "inbox", "fire", deliver, "one")
    Tiny(empty_root).ingest(moment(NIGHT + DAY))
    assert sifang("backup", tmp_path / "kept").code == 0
    move_to(tmp_path / "elsewhere", monkeypatch)
    said = sifang("restore", tmp_path / "kept")
    assert said.code == 0, said.err
    assert "another key" not in said.out
    assert Settings().hash_key() == of_the_demo()
    # Nothing of a city is under that key, and a city's home does not become the demo's.
    monkeypatch.setenv("SIFANG_KEY", KEY)
    move_to(tmp_path / "other", monkeypatch)
    assert "SIFANG_KEY is set to another key" in sifang("restore", tmp_path / "kept").out


def test_a_restore_that_was_cut_short_stops_every_verb(root: Path, sifang: Sifang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sifang("backup", str(tmp_path / "kept"))
    move_to(tmp_path / "elsewhere", monkeypatch)
    note = Settings().restoring
    note.parent.mkdir()
    note.write_text("{}")
    for verb in (("status",), ("db", "compact"), ("replay",)):
        assert "has not come to its end" in plain(sifang(*verb))
    assert "Nothing was restored" not in plain(sifang("status"))


@pytest.mark.slow
def test_a_lake_that_is_lost_begins_again_from_the_files_once_a_person_says_yes(root: Path, sifang: Sifang) -> None:
    live(root, 0, 2)
    with opened(CODE, Settings()) as context:
        rows = len(context.lake.read())
    shutil.rmtree(root / "home" / "lake")
    costs = sifang("db", "adopt", "--reason", "store-lost")
    assert costs.code == 1
    assert f"with {rows:,} rows that the ledger had and no lake holds. All their files still lie where they came from" in costs.out
    assert "2 nights published from those: scores stay, a replay is not possible any more." in costs.out
    assert "Nothing was done." in costs.out
    assert not (root / "home" / "lake").exists()
    done = json.loads(sifang("db", "adopt", "--reason", "store-lost:OPS-12", "--yes", "--json").out)
    assert done["done"]
    assert done["instead_of"] != done["identity"]
    assert "there is nothing to adopt" in plain(sifang("db", "adopt", "--reason", "store-lost"))
    told_why = sifang("replay")
    assert told_why.code == 1
    assert re.search(r"began again without it on .*\(store-lost:OPS-12\)", told_why.err)
    live(root, 2, 3)
    with opened(CODE, Settings()) as context:
        assert len(context.lake.read()) > rows
        assert [one.identical for one in replay_last(context, 1)] == [True]
        with context.warehouse.engine.connect() as connection:
            told = connection.execute(adoptions.select().where(adoptions.c.reason.startswith("store-lost"))).one()
    assert (told.reason, told.rows, told.instead_of) == ("store-lost:OPS-12", rows, done["instead_of"])


@pytest.mark.slow
def test_a_warehouse_that_is_lost_begins_again_beside_its_lake(
    root: Path, sifang: Sifang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(root, 0, 2)
    monkeypatch.setenv("SIFANG_WAREHOUSE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    costs = sifang("db", "adopt", "--reason", "store-lost")
    assert "every alert with what people did about it" in costs.out
    assert not (tmp_path / "new.db").exists()
    monkeypatch.setenv("SIFANG_KEY", OTHER_KEY)
    assert "was filled under the key" in plain(sifang("db", "adopt", "--reason", "store-lost", "--yes"))
    assert not (tmp_path / "new.db").exists()
    monkeypatch.setenv("SIFANG_KEY", KEY)
    assert sifang("db", "adopt", "--reason", "store-lost", "--yes").code == 0
    with opened(CODE, Settings()) as context:
        before = len(context.lake.read())
    live(root, 2, 3)
    with opened(CODE, Settings()) as context:
        added = sum(len(reports(source, NIGHT + DAY, NIGHT + DAY)) for source in SOURCES)
        assert len(context.lake.read()) == before + added


def test_what_is_broken_is_not_kept(root: Path, sifang: Sifang, tmp_path: Path) -> None:
    shutil.rmtree(root / "home" / "lake")
    assert "do not belong together" in plain(sifang("backup", str(tmp_path / "kept")))
    with pytest.raises(SifangError, match="no finished backup"):
        restore(Settings(home=tmp_path / "elsewhere"), tmp_path / "kept")
