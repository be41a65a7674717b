"""Thirty faults and more, each with how it is planted and what `sifang doctor` must say of it.

Belongs here: the list. Does not: asking the doctor (``tests.flows.cli.test_doctor_faults``), the page that lists them (``reference``).
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from infra import clock
from infra.warehouse.upgrade import revisions
from tests.helpers.keys import KEY, OTHER_KEY
from tests.helpers.tiny import CODE, NIGHT, moment

DAY = dt.timedelta(days=1)
NOW = moment(NIGHT, 9)


class Home:
    """A copy of it, and what one needs to break it."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch) -> None:
        self.root, self.patch = root, patch
        self.home, self.inbox = root / "home", root / "inbox"
        self.lake, self.log = self.home / "lake" / CODE, self.home / "lake" / CODE / "_delta_log"
        self.warehouse = self.home / "warehouse.db"
        self.toml = root / "districts" / CODE / "district.toml"

    def sql(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.warehouse)) as opened, opened:
            for statement in statements:
                opened.execute(statement)

    def declare(self, was: str, now: str) -> None:
        text = self.toml.read_text("utf-8")
        assert was in text
        self.toml.write_text(text.replace(was, now, 1), "utf-8")

    def empty(self, folder: Path, pattern: str) -> None:
        for file in folder.glob(pattern):
            file.unlink()

    def make_a_file_of(self, folder: Path) -> None:
        shutil.rmtree(folder)
        folder.write_text("no folder", "utf-8")

    @property
    def a_lake_file(self) -> Path:
        return max(self.lake.rglob("*.parquet"), key=lambda f: f.stat().st_size)

    def overwrite(self, file: Path, at: int, content: bytes) -> None:
        """Other bytes, and nothing else of the file tells."""
        status, held = file.stat(), bytearray(file.read_bytes())
        held[at : at + len(content)] = content
        file.write_bytes(held)
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


class Fault(NamedTuple):
    """How it is planted, and what must be read of it; ``ok`` is None for what is worth knowing and stops nothing."""

    plant: Callable[[Home], object]
    said: str
    ok: bool | None = False
    deep: bool = False


def _refuse(home: Home) -> None:
    columns = "district, refusal_id, source, place, file_name, reason, detail, district_version, program, with_clock, tries, state"
    moments = "first_seen, last_seen, tried_at"
    long_ago = "'2025-06-05 01:00:00.000000'"
    values = "'tiny', 'r1', 'order', 'p1', 'order_1.csv', 'column_missing', 'kind', 'v1', '1', 0, 1, 'standing'"
    home.sql(f"INSERT INTO refusals ({moments}, {columns}) VALUES ({long_ago}, {long_ago}, {long_ago}, {values})")


def _be_years_later(home: Home) -> None:
    later = NOW + 3650 * DAY
    home.sql(f"INSERT INTO clock_words VALUES ('tiny', '{later:%Y-%m-%d %H:%M:%S.%f}')")
    home.patch.setattr(clock, "now", lambda: later)


def _other_rows(home: Home, file: Path) -> None:
    home.overwrite(file, file.stat().st_size // 3, b"\xff" * 8)


_LOCK = "INSERT OR REPLACE INTO locks VALUES ('tiny', 9, 1, '{host}', 1, {pid}, 1, '{until}', NULL)"

FAULTS: dict[str, Fault] = {
    # The district's folder.
    "no such district": Fault(lambda h: shutil.rmtree(h.toml.parent), "There is no district 'tiny'"),
    "a declaration that is no TOML": Fault(lambda h: h.declare("[grid]", "[grid"), "district.toml"),
    "a key that is none": Fault(lambda h: h.declare('key = ["number"]', 'kee = ["number"]'), "kee"),
    "a zone of time that is none": Fault(lambda h: h.declare("Asia/Shanghai", "Asia/Weibin"), "Asia/Weibin"),
    "a calendar that is none": Fault(lambda h: h.declare('calendar = "CN"', 'calendar = "ZZ"'), "calendar"),
    "another grid than nights were scored on": Fault(
        lambda h: h.declare("size_m = 500", "size_m = 1000"), "The grid of tiny is not the one"
    ),
    "series that no source tells of": Fault(
        lambda h: h.declare('key = ["number"]', 'key = ["number"]\nkinds = { fire = "fire_residential" }'),
        "series: no kind .*fire_other",
        None,
    ),
    "series that are told of in places only": Fault(
        lambda h: h.declare(
            'code = "fire"',
            'code = "gas"\nfeed = "fire_hazard"\nfiles = ["$SIFANG_INBOX/fire_*.csv"]\nkind = "gas_leak"\nkey = ["number"]\n'
            'columns = { occurred_at = "happened", lon = "lon", lat = "lat" }\n'
            "coverage = { area = [[[113.89, 35.29], [113.9219, 35.29], [113.9219, 35.34], [113.89, 35.34]]] }\n\n"
            '[[sources]]\ncode = "fire"\nkinds = { fire = "fire_residential" }',
        ),
        "coverage: .*fire_emergency of safety: told of in 67% of the cells, others in 100%",
        None,
    ),
    "a source without files": Fault(lambda h: h.empty(h.inbox, "fire_*"), "source fire: no file matches", None),
    "an inbox that nobody named": Fault(lambda h: h.patch.delenv("SIFANG_INBOX"), "source fire: .*SIFANG_INBOX", None),
    "moved working days of a coming year that nobody knows": Fault(_be_years_later, "moved to weekends in 2035, 2036 is not known", None),
    # The key.
    "no key": Fault(lambda h: h.patch.delenv("SIFANG_KEY"), "SIFANG_KEY is not set"),
    "a key that was cut": Fault(lambda h: h.patch.setenv("SIFANG_KEY", KEY[:-3]), "SIFANG_KEY is a key that was cut"),
    "another key": Fault(lambda h: h.patch.setenv("SIFANG_KEY", OTHER_KEY), "filled under the key"),
    "a change of keys that was cut short": Fault(
        lambda h: h.sql("INSERT INTO rotations VALUES ('tiny', '2025-06-09 00:00:00.000000', 'b', 'key-changed', 1, NULL, NULL, NULL)"),
        "being changed since 2025-06-09",
    ),
    "an erasure that was cut short": Fault(
        lambda h: h.sql(
            "INSERT INTO erasures (district, erased_at, reason, keys, reports, versions, set_aside) VALUES ('tiny', "
            "'2025-06-09 00:00:00.000000', 'erasure', 1, 1, 1, 0)"
        ),
        "one was begun and has not come to its end",
        None,
    ),
    # The home.
    "a home that is forgotten": Fault(lambda h: h.patch.setenv("SIFANG_HOME", str(h.root / "elsewhere")), "elsewhere is not there", None),
    "a home that is a file": Fault(lambda h: h.make_a_file_of(h.home), "home is no folder"),
    "a folder of the home that is a file": Fault(
        lambda h: h.make_a_file_of(h.home / "outbox" / CODE),
        "is no folder: .*outbox",
    ),
    "a disk without room": Fault(
        lambda h: h.patch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 90 << 20)), "90 MiB free.*nearly full"
    ),
    "a clock that was never set": Fault(
        lambda h: h.patch.setattr(clock, "now", lambda: dt.datetime(1970, 1, 2, tzinfo=dt.UTC)), "before this program was written"
    ),
    "a clock behind what was recorded": Fault(lambda h: h.patch.setattr(clock, "now", lambda: NOW - DAY), "behind, or was ahead then"),
    # The warehouse.
    "an address that is none": Fault(lambda h: h.patch.setenv("SIFANG_WAREHOUSE_URL", "mysql://somewhere/db"), "mysql"),
    "a server that does not answer": Fault(
        lambda h: h.patch.setenv("SIFANG_WAREHOUSE_URL", "postgresql://nobody@127.0.0.1:1/none?connect_timeout=1"), "warehouse: .*127.0.0.1"
    ),
    "a schema of before": Fault(lambda h: h.sql(f"UPDATE alembic_version SET version_num = '{revisions()[0]}'"), "Run.*sifang db upgrade"),
    "a schema of a later version": Fault(lambda h: h.sql("UPDATE alembic_version SET version_num = '9999'"), "this version does not know"),
    "a warehouse that is no database": Fault(lambda h: h.overwrite(h.warehouse, 0, b"no database at all"), "warehouse: "),
    "a warehouse that is gone": Fault(lambda h: h.warehouse.unlink(), "do not belong together as they are"),
    "a database with damaged pages": Fault(
        lambda h: h.overwrite(h.warehouse, 8 * 4096, os.urandom(3000) * 20), "damaged|malformed|could not look", deep=True
    ),
    # The lake.
    "a lake that is gone": Fault(lambda h: shutil.rmtree(h.lake), "No lake lies there"),
    "a lake of before": Fault(lambda h: max(h.log.glob("*.json")).unlink(), "The lake lacks the newest 1 commit"),
    "a commit that was cut": Fault(lambda h: max(h.log.glob("*.json")).write_bytes(b"{"), "lake: .*cannot be understood"),
    "a file of the lake that is lost": Fault(lambda h: h.a_lake_file.unlink(), "lost or damaged a file"),
    "a file of the lake that was cut": Fault(lambda h: h.a_lake_file.write_bytes(b"PAR1"), "lost or damaged a file"),
    "a file of the lake with other bytes": Fault(lambda h: _other_rows(h, h.a_lake_file), "lost or damaged a file", deep=True),
    # What is under way.
    "a file that was refused": Fault(_refuse, "refusals: .*days ago", None),
    "a run that died over a batch": Fault(
        lambda h: h.sql("UPDATE batches SET state = 'landed' WHERE batch_id = (SELECT min(batch_id) FROM batches)"),
        "a run is at them",
        None,
    ),
    "a landed file that is missing": Fault(
        lambda h: shutil.rmtree(h.home / "landing" / CODE / "order"), "is missing.*cannot be tried again"
    ),
    "a landed file with other bytes": Fault(
        lambda h: [f.write_bytes(b"PAR1") for f in (h.home / "landing" / CODE / "order").glob("*.parquet")], "cannot be read"
    ),
    "messages that were not delivered": Fault(lambda h: h.sql("UPDATE outbox SET delivered_at = NULL"), "undelivered.*not told of alerts"),
    "a lock of another machine": Fault(
        lambda h: h.sql(_LOCK.format(host="elsewhere", pid=7, until="2030-01-01 00:00:00.000000")), "held by process 7 on elsewhere", None
    ),
    "nights that were missed": Fault(lambda h: h.patch.setattr(clock, "now", lambda: NOW + 9 * DAY), "were not run", None),
    "a run that failed": Fault(lambda h: h.sql("UPDATE runs SET status = 'failed', error = 'StoreError'"), "failed: StoreError"),
    "a night of the future": Fault(
        lambda h: h.sql("PRAGMA foreign_keys=OFF", "UPDATE nights SET night = '2025-07-01'"), "night 2025-07-01 is published, and today"
    ),
    # What only a deep look finds.
    "a score that was changed": Fault(
        lambda h: h.sql("UPDATE scores SET score = 1.5 WHERE rowid = (SELECT min(rowid) FROM scores)"),
        "scores: .*not what was published",
        deep=True,
    ),
    "scores that are gone": Fault(lambda h: h.sql("DELETE FROM scores"), "scores: .*not what was published", deep=True),
    "a count of the ledger that was changed": Fault(
        lambda h: h.sql(
            "UPDATE batches SET accepted = accepted - 1, duplicate = duplicate + 1 WHERE batch_id = (SELECT max(batch_id) FROM batches)"
        ),
        "the ledger let",
        deep=True,
    ),
    "a batch that the ledger lost": Fault(
        lambda h: h.sql("DELETE FROM batches WHERE batch_id = (SELECT max(batch_id) FROM batches)"), "the ledger does not know", deep=True
    ),
    "a model that was changed": Fault(
        lambda h: h.sql("UPDATE models SET payload = '{}' WHERE rowid = (SELECT min(rowid) FROM models)"), "models: .*names say", deep=True
    ),
    "models that are gone": Fault(lambda h: h.sql("DELETE FROM models"), "models: .*missing", deep=True),
    "a version of the district that was changed": Fault(
        lambda h: h.sql("UPDATE district_versions SET canonical = replace(canonical, 'Tiny', 'Tony')"), "district versions: ", deep=True
    ),
    "an alert that was closed by hand": Fault(
        lambda h: h.sql(
            "INSERT INTO alerts (district, alert_id, type, subject_kind, subject, episode, quiet, state, seq, in_charge, opened_night, "
            "opened_at, last_night, calendar_version) SELECT district, 'x', 'level', 'cell', 'y', night, 0, 'open', 1, 'district', night, "
            "published_at, night, '' FROM nights"
        ),
        "alerts: .*events add up to",
        deep=True,
    ),
}
