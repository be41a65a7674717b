"""Thousands of invented persons in every column, format, name and codelist of a district, and a life of it: none is left in a byte.

Whatever lies under the home is looked at, backups and Prefect's own storage included, decoded from whatever packs it, and whatever was
printed: by nights, repairs, a run that was killed, and everything that tells how things stand.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import logging
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import sqlalchemy as sa

from infra import clock
from tests.helpers.command import REPOSITORY, Sifang
from tests.helpers.decoded import Search, Trace, decoded, lying_in
from tests.helpers.far.server import Far, serving
from tests.helpers.homes import settle
from tests.helpers.identities import SORTS, of_every_sort
from tests.helpers.packed import packed
from tests.helpers.planting import CODE, Planter, as_csv, clean, live_sources, write_district
from tests.helpers.prefect_server import Server
from transforms.reports.names import reduced
from transforms.reports.privacy import personal_values


@dataclass
class Life:
    """A district that is being lived in: what was planted, what was printed, and the exit codes."""

    root: Path
    planter: Planter
    sifang: Sifang
    printed: list[str] = field(default_factory=list)

    def run(self, *arguments: str, code: int | None = None) -> str:
        said = self.sifang(*arguments)
        self.printed.append(said.out + said.err)
        assert "Traceback" not in said.out + said.err, arguments
        assert code is None or said.code == code, (arguments, said)
        return said.out + said.err

    def traces(self, *folders: Path) -> Iterator[Trace]:
        yield from lying_in(self.root / "home", self.root / "backup", *folders)
        for text in self.printed:
            yield from decoded("printed", text.encode("utf-8", "surrogateescape"))


@pytest.fixture
def life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sifang: Sifang) -> Life:
    settle(monkeypatch, tmp_path)
    monkeypatch.setenv("SIFANG_DISTRICT", CODE)
    monkeypatch.chdir(tmp_path)
    last = clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date() - dt.timedelta(days=1)
    return Life(tmp_path, Planter(tmp_path / "inbox", last), sifang)


@pytest.fixture
def far(life: Life) -> Iterator[Far]:
    """The far side of the sources that are asked."""
    with serving(Far(life.planter.answer)) as made:
        yield made


def words(planter: Planter) -> list[str]:
    """One of every sort that a folder may hold: what the scanners know keeps it from loading."""
    found = planter.one_each()
    known = personal_values(pl.Series(found))
    return [text for text, is_known in zip(found, known, strict=True) if not is_known and not text.startswith("/")]


def kill_while_it_takes_in(life: Life) -> None:
    """A nightly that is killed as a machine does it, once it has begun to land files."""
    landing = life.root / "home" / "landing" / CODE
    before = set(landing.rglob("*"))
    process = subprocess.Popen(
        [sys.executable, "-c", "from flows.cli.app import main; main()", "nightly", "--amend"],
        cwd=life.root,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    give_up = time.monotonic() + 60
    while set(landing.rglob("*")) <= before and process.poll() is None and time.monotonic() < give_up:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    said, _ = process.communicate()
    life.printed.append(said.decode("utf-8", "replace"))
    assert process.returncode == -signal.SIGKILL


@pytest.mark.slow
def test_of_no_person_anything_is_left_or_printed(prefect_server: Server, life: Life, far: Far, caplog: pytest.LogCaptureFixture) -> None:
    from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL

    planter, folder = life.planter, life.root / "districts"
    planter.database(life.root / "city.db")
    live = live_sources(far.url, life.root / "city.db")
    write_district(folder, words(planter), live)
    planter.put("table_clean.csv", as_csv(clean(2_000, planter.last, "clean")))
    planter.every_sort_in_every_column()
    planter.every_format()
    planter.names_of_things()
    planter.broken()
    with caplog.at_level(logging.DEBUG):
        assert "is published, revision 1" in life.run("nightly")
        life.run("quarantine", "retry", code=0)
        # Mended words and another scope: everything is read again.
        write_district(folder, words(planter), live, statuses={"open": ["open"], "closed": ["closed", "day"]})
        life.run("source", "reread", "table", "--reason", "mended", code=0)
        life.run("source", "reread", "lines", "--reason", "mended", code=0)
        for number in range(4):
            planter.put(f"table_later_{number}.csv", as_csv(planter.rows("table")))
        kill_while_it_takes_in(life)
        life.run("nightly", "--amend")
        night = str(planter.last + dt.timedelta(days=1))
        life.run("backfill", "--from", night, "--to", night, "--reason", "mended:IT-12")
        for wrong in planter.some(12):
            life.run("backfill", "--from", night, "--to", night, "--reason", wrong, code=2 if ":" not in wrong else None)
            life.run("source", "reread", "table", "--reason", f"mended:{wrong}", code=1)
        life.run("nights", "retract", "--from", night, "--reason", planter.some(1)[0])
        for verb in ("status", "status --all", "status --json", "doctor", "doctor --files", "doctor --codelist", "doctor --deep", "brief"):
            life.run(*verb.split())
        for name in ("table_quoted.csv", "document.json", "columns.parquet", "table_broken3.csv"):
            life.run("doctor", "--sample", str(planter.inbox / name))
        for code in live:
            life.run("doctor", "--connect", code)
        for verb in ("quarantine list --json", "source list --json", "explain --cell E000N000 --category stability", "grid check"):
            life.run(*verb.split())
        life.run("backup", str(life.root / "backup"), code=0)
    life.printed.append(caplog.text)
    database = Path(str(sa.make_url(str(PREFECT_API_DATABASE_CONNECTION_URL.value())).database))

    assert len(set(planter.planted)) > 4_000
    assert len(SORTS) >= 60
    traces = list(life.traces(prefect_server.home, database.parent))
    assert {t.where.split("/")[0].split(" ")[0] for t in traces} >= {"lake", "landing", "warehouse.db", "briefs", "printed", database.name}
    assert Search(planter.planted).found(traces) == set()


@pytest.mark.parametrize("how", ["parquet", "database", "base64", "gzip", "pickle", "escapes", "utf-16", "gbk", "name", "printed"])
def test_a_person_that_is_left_is_found_whatever_holds_it(life: Life, how: str) -> None:
    """The search itself can fail: one of every sort is put into a home in every way."""
    home = life.root / "home"
    home.mkdir()
    planted = life.planter.one_each()
    HIDING[how](home, "\n".join(planted), life)
    found = {text for text, _ in Search(planted).found(life.traces())}
    assert found == set(planted)


@pytest.mark.parametrize("start", range(5))
def test_of_no_sort_of_person_a_name_of_a_file_is_kept(start: int) -> None:
    planted = of_every_sort(start * 997)
    search = Search(planted)
    for text in planted:
        for name in (f"order_{text}.csv", f"{text}.zip:{text}.csv", f"order_{text}_20250609_{text}.csv"):
            assert search.within(reduced(name, ["order_*"], "*.csv", b"k" * 32).encode()) == set()


def _hide_in_parquet(home: Path, text: str, _: Life) -> None:
    pl.DataFrame({"x": text.split("\n")}).write_parquet(home / "a.parquet")


def _hide_in_a_database(home: Path, text: str, _: Life) -> None:
    with sqlite3.connect(home / "a.db") as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (a TEXT, b BLOB)")
        half = text.split("\n")
        connection.execute("INSERT INTO t VALUES (?, ?)", ("\n".join(half[::2]), gzip.compress("\n".join(half[1::2]).encode())))


def _hide_in_names(home: Path, text: str, _: Life) -> None:
    for line in text.split("\n"):
        (home / quote(line, safe=" ")).touch()


HIDING: dict[str, Callable[[Path, str, Life], object]] = {
    "parquet": _hide_in_parquet,
    "database": _hide_in_a_database,
    "base64": lambda home, text, _: (home / "a").write_bytes(b"x=" + base64.b64encode(gzip.compress(text.encode())) + b";"),
    "gzip": lambda home, text, _: (home / "a.gz").write_bytes(gzip.compress(packed(("a", text.encode())))),
    "pickle": lambda home, text, _: (home / "a").write_bytes(pickle.dumps({"a": [text]})),
    "escapes": lambda home, text, _: (home / "a.json").write_text(json.dumps([text])),
    "utf-16": lambda home, text, _: (home / "a").write_bytes(text.encode("utf-16-le")),
    "gbk": lambda home, text, _: (home / "a").write_bytes(text.encode("gb18030")),
    "name": _hide_in_names,
    "printed": lambda _, text, life: life.printed.append(text),
}
