"""Connections: which addresses are understood, and that concurrent writers lose nothing."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import sqlalchemy as sa

from infra.errors import SifangError
from infra.warehouse.database.engine import Warehouse, WarehouseError, connect, is_begun, reading, writing
from infra.warehouse.database.moments import UtcDateTime
from infra.warehouse.nights.nights import latest_night
from tests.helpers.source import ROOT

_INCREMENT = """
import sys
import sqlalchemy as sa
from infra.warehouse.database.engine import Warehouse, connect, writing
engine = connect(sys.argv[1])
for _ in range(30):
    with writing(Warehouse(engine, "weibin")) as connection:
        n = connection.scalar(sa.text("SELECT n FROM counter"))
        connection.execute(sa.text("UPDATE counter SET n = :n"), {"n": n + 1})
engine.dispose()
"""


def test_three_processes_lose_no_update(empty_warehouse: sa.Engine, warehouse_url: str) -> None:
    with empty_warehouse.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE counter (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO counter VALUES (0)")
    command = [sys.executable, "-W", "error", "-c", _INCREMENT, warehouse_url]
    children = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    assert [child.wait(timeout=120) for child in children] == [0, 0, 0]
    with reading(Warehouse(empty_warehouse, "weibin")) as connection:
        assert connection.scalar(sa.text("SELECT n FROM counter")) == 90


def test_a_reader_neither_waits_for_a_writer_nor_sees_half_of_it(empty_warehouse: sa.Engine) -> None:
    with empty_warehouse.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE counter (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO counter VALUES (0)")
    with reading(Warehouse(empty_warehouse, "weibin")) as reader:
        assert reader.scalar(sa.text("SELECT n FROM counter")) == 0
        with writing(Warehouse(empty_warehouse, "weibin")) as writer:
            writer.exec_driver_sql("UPDATE counter SET n = 1")
            assert reader.scalar(sa.text("SELECT n FROM counter")) == 0
        # Committed by now, but this reader goes on seeing the state it began with.
        assert reader.scalar(sa.text("SELECT n FROM counter")) == 0
    with reading(Warehouse(empty_warehouse, "weibin")) as reader:
        assert reader.scalar(sa.text("SELECT n FROM counter")) == 1


def test_times_come_back_as_the_same_instant_in_utc(empty_warehouse: sa.Engine) -> None:
    table = sa.Table("moments", sa.MetaData(), sa.Column("at", UtcDateTime))
    moment = dt.datetime(2024, 6, 3, 5, 0, 0, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    with empty_warehouse.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [{"at": moment}, {"at": None}])
        found = list(connection.scalars(sa.select(table.c.at).order_by(table.c.at.is_(None))))
        assert found == [moment, None]
        assert found[0].tzinfo is dt.UTC
        assert connection.scalar(sa.select(sa.func.count()).where(table.c.at <= moment)) == 1
        with pytest.raises(sa.exc.StatementError, match="no time zone"):
            connection.execute(table.insert(), [{"at": moment.replace(tzinfo=None)}])


def test_a_folder_in_the_place_of_the_file_is_named_and_never_taken_for_an_empty_warehouse(tmp_path: Path) -> None:
    assert is_begun(tmp_path)
    with pytest.raises(WarehouseError, match="is a folder, where a file"):
        connect(tmp_path)


def test_sqlite_creates_its_folder_and_is_set_up(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/new/folder/warehouse.db")
    with reading(Warehouse(engine, "weibin")) as connection:
        found = {
            p: connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        }
    engine.dispose()
    assert found == {"journal_mode": "wal", "busy_timeout": 30_000, "foreign_keys": 1, "synchronous": 1}


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("not an address", "cannot be read"),
        ("mysql://u:geheim@host/db", "not supported"),
        ("postgresql+psycopg2://u:geheim@host/db", "not supported"),
        ("sqlite://", "is a file"),
        ("sqlite:///:memory:", "is a file"),
        ("postgresql://u:geheim@127.0.0.1:1/db", "does not answer"),
        ("sqlite:////proc/nothing/here/warehouse.db", "cannot be created"),
    ],
)
def test_an_unusable_address_is_a_plain_error_without_the_password(url: str, message: str) -> None:
    with pytest.raises(WarehouseError, match=message) as caught:
        connect(url)
    assert "geheim" not in str(caught.value)
    assert caught.value.remedy
    assert isinstance(caught.value, SifangError)


def test_plain_postgresql_addresses_use_psycopg_3(postgres_url: str) -> None:
    engine = connect(postgres_url)
    assert engine.url.drivername == "postgresql+psycopg"
    engine.dispose()


def test_nothing_is_left_open(warehouse_url: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        engine = connect(warehouse_url)
        with reading(Warehouse(engine, "weibin")) as connection:
            connection.exec_driver_sql("SELECT 1")
        engine.dispose()
    assert not caught


def test_a_warehouse_without_tables_names_the_remedy(empty_warehouse: sa.Engine) -> None:
    with pytest.raises(WarehouseError, match="Run: sifang db upgrade"):
        latest_night(Warehouse(empty_warehouse, "weibin"))
