"""Whatever only reads works where nothing may be written: a home without the right to, and a database that is read-only by default.

The child gives up what lets a superuser pass over rights. In the home of every case a file that the program wrote is older than the test.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
import sqlalchemy as sa

from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from infra.warehouse.database.engine import connect
from tests.helpers.command import digests
from tests.helpers.homes import on_another_warehouse
from tests.helpers.postgres import Postgres
from tests.helpers.rights import ROOT, python, run_bound
from tests.helpers.tiny import CODE, NIGHT, Tiny, moment

_VERBS = """
import io, json, sys, traceback
from contextlib import redirect_stderr, redirect_stdout
from flows.cli import app
found = {}
for verb in json.loads(sys.argv[1]):
    sys.argv = ["sifang", *verb]
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            app.main()
            code = 0
        except SystemExit as left:
            code = left.code or 0
        except BaseException:
            code = traceback.format_exc()
    found[" ".join(verb)] = [code, err.getvalue()]
print(json.dumps(found))
"""


def verbs(out: Path) -> list[list[str]]:
    """Every verb that only reads, its own files elsewhere."""
    night = ["--from", str(NIGHT), "--to", str(NIGHT), "--reason", "late-data"]
    return [
        ["status", "-d", CODE],
        ["status", "-d", CODE, "--json"],
        ["doctor", "-d", CODE],
        ["replay", "-d", CODE],
        ["explain", "-d", CODE, "--moved"],
        ["brief", "-d", CODE, "--out", str(out / "brief.html")],
        ["quarantine", "list", "-d", CODE],
        ["backfill", "-d", CODE, *night, "--dry-run"],
        ["backfill", "-d", CODE, *night, "--dry-run", "--stale"],
        ["db", "purge", "-d", CODE, "--dry-run"],
        ["nights", "retract", "-d", CODE, "--from", str(NIGHT), "--reason", "clock-ahead", "--dry-run"],
    ]


@contextmanager
def without_rights(root: Path) -> Iterator[None]:
    """Take the right to write away from a folder and all that is in it, and give it back."""
    every = [root, *root.rglob("*")]
    modes = {p: p.stat().st_mode for p in every}
    for path in every:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def all_answer(root: Path, out: Path, *, bound: bool = True) -> None:
    """Every verb ends well in a home that may not be written, and leaves it as it was."""
    out.mkdir()
    before = digests(root / "home")
    # PostgreSQL's own socket lies where only it and a superuser may go, so its rights are those of the role.
    with without_rights(root) if bound else nullcontext():
        command = python(_VERBS, json.dumps(verbs(out)))
        said = (
            run_bound(command, dict(os.environ))
            if bound
            else subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        )
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    # The night before the first one was never published, so nobody can say why scores moved.
    # The doctor answers, and names the home that no night could write.
    expected = {verb: 1 if "--moved" in verb or (bound and verb.startswith("doctor")) else 0 for verb in found}
    assert {verb: code for verb, (code, _) in found.items()} == expected, found
    own = ("-wal", "-shm", "lake_whole.json")
    assert {name: found for name, found in digests(root / "home").items() if bound or not name.endswith(own)} == {
        name: found for name, found in before.items() if bound or not name.endswith(own)
    }
    assert (out / "brief.html").stat().st_size > 10_000


@pytest.fixture
def closed(district: Tiny) -> Path:
    """The district with a published night, all of its files closed."""
    run_night(district.context, nightly_run(district.context, NIGHT, None, "first"))
    district.context.stores.close()
    return district.root


def test_a_home_without_the_right_to_write(closed: Path, tmp_path: Path) -> None:
    assert not (closed / "home" / "warehouse.db-wal").exists()
    all_answer(closed, tmp_path / "out")


@pytest.mark.slow
def test_such_a_home_while_another_user_writes(closed: Path, tmp_path: Path) -> None:
    other = sqlite3.connect(closed / "home" / "warehouse.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE locks SET pid = 1")
    try:
        all_answer(closed, tmp_path / "out")
    finally:
        other.close()


@pytest.mark.slow
def test_a_home_where_somebody_writes_all_the_time(closed: Path, tmp_path: Path) -> None:
    with sqlite3.connect(closed / "home" / "warehouse.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE locks SET pid = 1")
        began = time.monotonic()
        all_answer(closed, tmp_path / "out", bound=False)
        # None of them waited for the lock, which it would have done for half a minute each.
        assert time.monotonic() - began < 90
    other.close()


@pytest.mark.slow
def test_such_a_home_as_a_crash_left_it(closed: Path, tmp_path: Path) -> None:
    file = closed / "home" / "warehouse.db"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("UPDATE locks SET pid = 1")
    wal = file.with_name("warehouse.db-wal").read_bytes()
    content = file.read_bytes()
    other.close()
    file.write_bytes(content)
    file.with_name("warehouse.db-wal").write_bytes(wal)
    file.with_name("warehouse.db-shm").unlink(missing_ok=True)
    all_answer(closed, tmp_path / "out")


@pytest.mark.slow
def test_a_database_that_is_read_only_by_default(
    own_postgres: Postgres, district_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIFANG_WAREHOUSE_URL", own_postgres.url)
    made = on_another_warehouse(district_root, own_postgres.url)
    made.ingest(moment(NIGHT))
    run_night(made.context, nightly_run(made.context, NIGHT, None, "first"))
    made.context.stores.close()
    own_postgres.run(
        "CREATE ROLE looker LOGIN",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker",
        "ALTER ROLE looker SET default_transaction_read_only = on",
    )
    monkeypatch.setenv("SIFANG_WAREHOUSE_URL", own_postgres.as_role("looker"))
    # A writer at work holds nobody up.
    engine = connect(own_postgres.url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE locks SET pid = 1"))
        all_answer(district_root, tmp_path / "out", bound=False)
    engine.dispose()
