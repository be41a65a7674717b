"""Errors of the warehouse: each becomes one of the kinds, with what people read and no advice to delete anything."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from infra.errors import Fault
from infra.warehouse.database.engine import Warehouse, connect, reading, writing
from infra.warehouse.database.faults import WarehouseError, WarehouseFaultError, door
from infra.warehouse.nights.nights import latest_night
from infra.warehouse.upgrade import upgrade
from tests.helpers.postgres import Postgres
from tests.helpers.rights import python, run_bound

_DANGEROUS = ("delete", "remove", "move it away", "rm ")


def told(caught: pytest.ExceptionInfo[WarehouseFaultError], fault: Fault) -> str:
    """What people read, which never advises to delete and never shows a password."""
    assert caught.value.fault is fault
    assert caught.value.remedy
    text = str(caught.value)
    assert "geheim" not in text
    assert not any(word in text for word in _DANGEROUS)
    return text


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A SQLite warehouse of this version."""
    file = tmp_path / "warehouse.db"
    engine = connect(file)
    upgrade(engine)
    engine.dispose()
    return file


# --- SQLite


def test_what_is_no_database_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "warehouse.db").write_bytes(b"not a database at all, but long enough to be taken for the head of one" * 20)
    with pytest.raises(WarehouseFaultError) as caught:
        connect(tmp_path / "warehouse.db")
    assert "Restore it from a backup." in told(caught, Fault.DAMAGED)


@pytest.mark.parametrize("to_look", [True, False], ids=["reader", "writer"])
def test_a_truncated_database_is_damaged(filled: Path, to_look: bool) -> None:
    filled.write_bytes(filled.read_bytes()[:8192])

    def look() -> None:
        latest_night(Warehouse(connect(filled, to_look=to_look), "weibin"))

    with pytest.raises(WarehouseFaultError) as caught:
        look()
    told(caught, Fault.DAMAGED)


def test_a_value_that_is_none_is_damaged(filled: Path) -> None:
    engine = connect(filled)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE odd (value TEXT)")
        connection.exec_driver_sql("INSERT INTO odd VALUES ('{\"a\": 1')")
    odd = sa.Table("odd", sa.MetaData(), sa.Column("value", sa.JSON))
    with pytest.raises(WarehouseFaultError) as caught, reading(Warehouse(engine, "weibin")) as connection:
        connection.execute(sa.select(odd)).all()
    assert "a value of 7 characters that is none" in told(caught, Fault.DAMAGED)
    engine.dispose()


def test_a_database_without_room_is_full(filled: Path) -> None:
    engine = connect(filled)
    sa.event.listen(engine, "checkout", lambda connection, *_: connection.execute("PRAGMA max_page_count=1"))
    with pytest.raises(WarehouseFaultError) as caught, writing(Warehouse(engine, "weibin")) as connection:
        connection.exec_driver_sql("CREATE TABLE large AS SELECT zeroblob(1000000) AS b")
    assert "has no room left" in told(caught, Fault.FULL)
    engine.dispose()


def test_a_database_that_another_process_holds_is_away(filled: Path) -> None:
    engine = connect(filled)
    other = sqlite3.connect(filled, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    sa.event.listen(engine, "checkout", lambda connection, *_: connection.execute("PRAGMA busy_timeout=20"))
    with pytest.raises(WarehouseFaultError) as caught, writing(Warehouse(engine, "weibin")):
        pytest.fail("two writers at once")
    assert "held by another process" in told(caught, Fault.AWAY)
    other.close()
    engine.dispose()


_OPEN = """
import sys
from pathlib import Path
from infra.errors import StoreError
from infra.warehouse.database.engine import Warehouse, connect, writing
try:
    with writing(Warehouse(connect(Path(sys.argv[1])), "weibin")) as connection:
        connection.exec_driver_sql("DELETE FROM nights")
except StoreError as error:
    print(error.fault.value, "|", error)
"""


@pytest.mark.parametrize("what", ["file", "folder", "unseen"])
def test_missing_rights_are_named(filled: Path, what: str) -> None:
    target = filled if what == "file" else filled.parent
    before = target.stat().st_mode
    target.chmod({"file": 0o400, "folder": 0o500, "unseen": 0o000}[what])
    try:
        said = run_bound(python(_OPEN, str(filled)))
    finally:
        target.chmod(before)
    assert said.stdout.startswith("no rights | The warehouse at "), said.stdout + said.stderr
    assert "nothing is lost" in said.stdout


def test_a_database_that_vanished_is_not_there(filled: Path) -> None:
    engine = connect(filled)
    filled.rename(filled.with_name("elsewhere"))
    with pytest.raises(WarehouseFaultError) as caught, writing(Warehouse(engine, "weibin")) as connection:
        connection.exec_driver_sql("DELETE FROM nights")
    assert "is not there" in told(caught, Fault.NOT_THERE)
    engine.dispose()


# --- PostgreSQL


def test_a_database_or_role_that_does_not_exist(postgres_url: str) -> None:
    url = sa.make_url(postgres_url)
    for changed, fault in ((url.set(database="nowhere"), Fault.NOT_THERE), (url.set(username="nobody_known"), Fault.NO_RIGHTS)):
        with pytest.raises(WarehouseFaultError) as caught:
            connect(changed.render_as_string(hide_password=False), patience=60.0)
        told(caught, fault)


def test_a_host_that_does_not_exist_is_not_waited_for() -> None:
    with pytest.raises(WarehouseFaultError) as caught:
        connect("postgresql://u:geheim@nowhere.invalid/db", patience=60.0)
    told(caught, Fault.NOT_THERE)


def test_rights_and_read_only_defaults_are_kept(own_postgres: Postgres) -> None:
    engine = connect(own_postgres.url)
    upgrade(engine)
    engine.dispose()
    own_postgres.run("CREATE ROLE looker LOGIN", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker")
    own_postgres.run("CREATE ROLE bound LOGIN SUPERUSER", "ALTER ROLE bound SET default_transaction_read_only = on")
    for role, says in (("looker", "may not be used so by this user"), ("bound", "takes no writes")):
        engine = connect(own_postgres.as_role(role))
        town = Warehouse(engine, "weibin")
        # A reading transaction first: what it asks for must not stay with the connection.
        assert latest_night(town) is None
        with pytest.raises(WarehouseFaultError) as caught, writing(town) as connection:
            connection.exec_driver_sql("DELETE FROM nights")
        assert says in told(caught, Fault.NO_RIGHTS)
        assert latest_night(town) is None
        engine.dispose()


@pytest.mark.parametrize("copying", [False, True], ids=["statement", "copy"])
def test_a_connection_that_breaks_is_away_and_the_first_error_is_told(
    postgres_url: str, caplog: pytest.LogCaptureFixture, copying: bool
) -> None:
    engine = connect(postgres_url)

    def interrupted() -> None:
        with writing(Warehouse(engine, "weibin")) as connection:
            connection.exec_driver_sql("CREATE TEMPORARY TABLE t (n INTEGER)")
            own = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            with engine.connect() as other:
                other.exec_driver_sql(f"SELECT pg_terminate_backend({own}, 5000)")
            if not copying:
                connection.exec_driver_sql("INSERT INTO t VALUES (1)")
            with connection.connection.cursor() as cursor, cursor.copy("COPY t FROM STDIN") as copy:  # type: ignore[attr-defined]
                copy.write_row((1,))

    with pytest.raises(WarehouseFaultError) as caught:
        interrupted()
    assert ("connection is lost" if copying else "terminating connection") in told(caught, Fault.AWAY)
    assert not caplog.records
    with reading(Warehouse(engine, "weibin")) as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    engine.dispose()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("the database system is starting up", Fault.AWAY),
        ("the database system is shutting down", Fault.AWAY),
        ("the database system is in recovery mode", Fault.AWAY),
        ("sorry, too many clients already", Fault.AWAY),
        ("Permission denied", Fault.NO_RIGHTS),
        ("数据库系统启动中", Fault.AWAY),
        ('password authentication failed for user "u"', Fault.NO_RIGHTS),
        ('database "relation" does not exist', Fault.NOT_THERE),
    ],
)
def test_a_refused_connection_is_known_by_what_the_server_says(postgres_url: str, line: str, fault: Fault) -> None:
    engine = connect(postgres_url)
    with pytest.raises(WarehouseFaultError) as caught, door(engine):
        raise psycopg.OperationalError(f"connection failed: connection to server failed: FATAL:  {line}")
    assert line in told(caught, fault)
    engine.dispose()


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (psycopg.errors.DiskFull, Fault.FULL),
        (psycopg.errors.DataCorrupted, Fault.DAMAGED),
        (psycopg.errors.IoError, Fault.DAMAGED),
        (psycopg.errors.UndefinedFile, Fault.DAMAGED),
        (psycopg.errors.CannotConnectNow, Fault.AWAY),
        (psycopg.errors.DeadlockDetected, Fault.AWAY),
        (psycopg.errors.DatabaseDropped, Fault.NOT_THERE),
    ],
)
def test_what_a_server_codes_has_its_kind(postgres_url: str, error: type[psycopg.Error], fault: Fault) -> None:
    engine = connect(postgres_url)
    with pytest.raises(WarehouseFaultError) as caught, door(engine):
        raise error("could not do it")
    told(caught, fault)
    engine.dispose()


def test_a_statement_that_is_wrong_is_no_fault_of_the_store(empty_warehouse: sa.Engine) -> None:
    with pytest.raises(WarehouseError, match="refused a statement") as caught, reading(Warehouse(empty_warehouse, "d")) as connection:
        connection.exec_driver_sql("SELECT nonsense FROM")
    assert not isinstance(caught.value, WarehouseFaultError)
