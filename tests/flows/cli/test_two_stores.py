"""What a user reads when a store is gone, older or another's: writers stop and say both sides, readers answer and say so.

The rows of the table are tried on both databases where both can have them. Nothing that a writer refuses is begun anew by it.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from flows.intake.ingest import ingest
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.stores import has_warehouse, opened
from infra import clock
from infra.errors import Fault, SifangError, StoreError
from infra.settings import Settings
from infra.warehouse.alerts.alerts import alerts
from infra.warehouse.database.engine import connect
from tests.helpers import tiny
from tests.helpers.command import Sifang, plain
from tests.helpers.homes import on_another_warehouse
from tests.helpers.keys import OTHER_KEY
from tests.helpers.tiny import CODE, NIGHT, moment, reports

pytestmark = pytest.mark.slow

DAY = dt.timedelta(days=1)
LATER = NIGHT + DAY


class Home:
    """A district with a published night and a file that waits to be taken in."""

    def __init__(self, root: Path, url: str) -> None:
        self.root, self.url = root, url
        self.lake = root / "home" / "lake" / CODE
        made = on_another_warehouse(root, url)
        try:
            tiny.deliver(made.inbox, "stability", reports("stability", NIGHT, NIGHT), "latest")
            made.ingest(moment(NIGHT, 6))
            run_night(made.context, nightly_run(made.context, NIGHT, None, "first"))
        finally:
            made.context.stores.close()
        tiny.deliver(root / "inbox", "order", reports("order", NIGHT, NIGHT), "new")

    @property
    def newest(self) -> Path:
        return max((self.lake / "_delta_log").glob("*.json"))

    def take_in(self) -> list[str]:
        with opened(CODE, Settings()) as context:
            return [r.state for r in ingest(context, moment(LATER))]

    def names(self) -> list[str]:
        """What lies in the home, but for the memory of what was looked at."""
        return sorted(p.name for p in (self.root / "home").rglob("*") if p.name != "lake_whole.json")

    def open_alerts(self) -> int:
        engine = connect(self.url)
        try:
            with engine.connect() as connection:
                return int(connection.scalar(sa.select(sa.func.count()).select_from(alerts)) or 0)
        finally:
            engine.dispose()

    def empty_warehouse(self) -> None:
        if self.url.startswith("sqlite"):
            for file in self.root.parent.glob("warehouse.db*"):
                file.unlink()
            return
        engine = connect(self.url)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        engine.dispose()


@pytest.fixture
def home(district_root: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SIFANG_WAREHOUSE_URL", warehouse_url)
    monkeypatch.setenv("SIFANG_DISTRICT", CODE)
    return Home(district_root, warehouse_url)


# What is done to the stores, and what a user must read of it.
HARMS: dict[str, tuple[Callable[[Home], object], str]] = {
    "the lake's folder is gone": (lambda h: shutil.rmtree(h.lake), r"The lake at \S+ is not there.*No lake lies there, and none is begun"),
    "the lake's log is gone": (lambda h: shutil.rmtree(h.lake / "_delta_log"), r"The lake at \S+ is not there.*No lake lies there"),
    "the newest commit is gone": (lambda h: h.newest.unlink(), r"The lake lacks the newest 1 commit with [\d,]+ rows"),
    "the newest commit is empty": (lambda h: h.newest.write_bytes(b""), r"cannot be understood \(commit \d+ is truncated"),
    "the warehouse is empty": (
        Home.empty_warehouse,
        r"The warehouse at \S+ (is not there|knows of no lake, and 0 nights published)\..*begun on 2025",
    ),
}


@pytest.mark.parametrize("harm", HARMS)
def test_writers_stop_readers_go_on_and_the_doctor_names_it(home: Home, sifang: Sifang, harm: str) -> None:
    do, said = HARMS[harm]
    before = home.open_alerts()
    do(home)
    listed = home.names()
    with pytest.raises(SifangError, match=said) as stopped:
        home.take_in()
    assert "restore" in stopped.value.remedy.lower()
    with pytest.raises(SifangError, match=said), opened(CODE, Settings()) as context:
        run_night(context, nightly_run(context, LATER, None, "second"))
    for verb in (("db", "compact"), ("db", "purge"), ("quarantine", "retry")):
        assert re.search(said, plain(sifang(*verb)))
    found = sifang("doctor")
    assert found.code == 1
    assert "Traceback" not in found.out + found.err
    assert "bad" in found.out
    # A reader answers with what there is, and says beside it what is wrong.
    answered = sifang("status", "--json")
    assert answered.code == 0
    assert json.loads(answered.out)["caveats"] == [answered.err.strip()]
    assert "What follows may lack reports" in answered.err or "cannot be understood" in answered.err
    assert answered.err.count("\n") == 1
    assert "delete" not in answered.err + str(stopped.value)
    # Nothing was begun anew, and nobody was told of anything.
    assert home.names() == listed
    if harm != "the warehouse is empty":
        assert home.open_alerts() == before


def test_no_tables_are_made_beside_a_lake_that_they_would_know_nothing_of(home: Home, sifang: Sifang) -> None:
    home.empty_warehouse()
    upgraded = sifang("db", "upgrade")
    assert upgraded.code == 1
    assert re.search(r"The warehouse at \S+ is not there\. The lake was begun on 2025", plain(upgraded))
    assert "is not there" in sifang("status").err
    assert not has_warehouse(Settings())


def test_readers_say_that_a_night_is_shown_which_has_not_been(home: Home, sifang: Sifang, monkeypatch: pytest.MonkeyPatch) -> None:
    published = clock.now()
    monkeypatch.setattr("infra.clock.now", lambda: published - DAY)
    for verb in (("brief",), ("replay", "--night", str(NIGHT))):
        said = sifang(*verb)
        assert "is recorded for" in said.err
        assert "What follows may be of nights that have not been" in said.err
    monkeypatch.setattr("infra.clock.now", lambda: published)
    assert sifang("brief").err == ""


def test_another_key_is_accepted_by_no_store_alone(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIFANG_KEY", OTHER_KEY)
    with pytest.raises(SifangError, match="was filled under the key"):
        home.take_in()
    home.empty_warehouse()
    with pytest.raises(SifangError, match=r"(is not there|knows of no lake, and 0 nights published).*begun on"):
        home.take_in()


def test_a_warehouse_that_was_put_back_stops_writers(home: Home, sifang: Sifang) -> None:
    if not home.url.startswith("sqlite"):
        pytest.skip("a file is copied; what follows from it is the same")
    file = Path(home.url.removeprefix("sqlite:///"))
    shutil.copy(file, file.with_suffix(".older"))
    assert home.take_in() == ["stored"]
    for wal in file.parent.glob("warehouse.db-*"):
        wal.unlink()
    shutil.copy(file.with_suffix(".older"), file)
    tiny.deliver(home.root / "inbox", "order", reports("order", LATER, LATER), "newer")
    with pytest.raises(SifangError, match=r"never heard of 1 commit of the lake with \+\d+ rows"):
        home.take_in()
    assert "put back to an older state" in sifang("doctor").out


def test_a_home_that_is_forgotten_beside_a_database_sends_nothing_to_the_wrong_place(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIFANG_HOME", str(tmp_path / "elsewhere"))
    with pytest.raises(SifangError, match=r"elsewhere\S+ is not there.*correct SIFANG_HOME"):
        home.take_in()
    assert not (tmp_path / "elsewhere" / "lake").exists()
    # Named rightly again, the file is taken in as if nothing had been.
    monkeypatch.setenv("SIFANG_HOME", str(home.root / "home"))
    assert home.take_in() == ["stored"]


def test_the_lake_of_another_beginning_is_named_as_such(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    monkeypatch.setenv("SIFANG_HOME", str(other))
    monkeypatch.setenv("SIFANG_WAREHOUSE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    assert set(home.take_in()) == {"stored"}
    monkeypatch.setenv("SIFANG_WAREHOUSE_URL", home.url)
    with pytest.raises(SifangError, match="the warehouse knows another, begun on"):
        home.take_in()


def test_a_night_is_not_computed_from_a_lake_that_rots(home: Home, sifang: Sifang) -> None:
    file = max(home.lake.rglob("*.parquet"), key=lambda f: f.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8] = bytes(8)
    file.write_bytes(content)
    with pytest.raises(StoreError, match=f"has lost or damaged a file.*{file.name}") as found:
        home.take_in()
    assert found.value.fault is Fault.DAMAGED
    said = sifang("doctor")
    assert said.code == 1
    assert f"1 of {len(list(home.lake.rglob('*.parquet')))}: " in said.out
    assert file.name in said.out


def test_a_sound_home_is_said_to_be_sound(home: Home, sifang: Sifang) -> None:
    said = sifang("doctor", "--deep")
    assert said.code == 0
    assert "lake and warehouse: same" in said.out
    assert f"{len(list(home.lake.rglob('*.parquet')))} hashed now" in said.out.replace(",", "")
    answered = sifang("status", "--json")
    assert "caveats" not in json.loads(answered.out)
    assert answered.err == ""
