"""Fast inserts store exactly what a plain insert stores."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from infra.warehouse.database.bulk import insert_frame
from infra.warehouse.database.moments import UtcDateTime
from transforms.schema import UTC

TABLE = sa.Table(
    "odds",
    sa.MetaData(),
    sa.Column("n", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("text", sa.String),
    sa.Column("column", sa.String),
    sa.Column("real", sa.Double),
    sa.Column("flag", sa.Boolean),
    sa.Column("day", sa.Date),
    sa.Column("at", UtcDateTime),
)
MOMENT = dt.datetime(2024, 6, 3, 21, 0, 0, 7, tzinfo=dt.UTC)
ROWS: list[dict[str, Any]] = [
    {"n": 1, "text": "a,b\"c\\N\n\t'; \r\n\\.", "column": "", "real": 0.1 + 0.2, "flag": True, "day": MOMENT.date(), "at": MOMENT},
    {
        "n": 2,
        "text": "\\.",
        "column": "格子 🏮",
        "real": 5e-324,
        "flag": False,
        "day": dt.date(1, 1, 1),
        "at": MOMENT.replace(microsecond=0),
    },
    {"n": 3, "text": None, "column": None, "real": None, "flag": None, "day": None, "at": None},
    {"n": 2**62, "text": "NULL", "column": "\\N", "real": 1.7976931348623157e308, "flag": None, "day": None, "at": None},
]
SCHEMA = {
    "n": pl.Int64(),
    "text": pl.String(),
    "column": pl.String(),
    "real": pl.Float64(),
    "flag": pl.Boolean(),
    "day": pl.Date(),
    "at": UTC,
}


@pytest.fixture
def engine(empty_warehouse: sa.Engine) -> sa.Engine:
    with empty_warehouse.begin() as connection:
        TABLE.create(connection)
    return empty_warehouse


def read(connection: sa.Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(sa.select(TABLE).order_by(TABLE.c.n)).mappings()]


def test_frame_and_plain_insert_store_the_same(engine: sa.Engine) -> None:
    frame = pl.DataFrame(ROWS, schema=SCHEMA).select(reversed(list(SCHEMA)))
    with engine.begin() as connection:
        assert insert_frame(connection, TABLE, frame) == 4
        fast = read(connection)
        connection.execute(sa.delete(TABLE))
        connection.execute(sa.insert(TABLE), ROWS)
        plain = read(connection)
    assert fast == plain == ROWS


def test_negative_zero_and_absent_columns(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        insert_frame(connection, TABLE, pl.DataFrame({"n": [1], "real": [-0.0], "text": [None]}))
        assert str(connection.scalar(sa.select(TABLE.c.real))) == "0.0"
        assert insert_frame(connection, TABLE, pl.DataFrame(schema={"n": pl.Int64})) == 0


def test_it_is_the_callers_transaction(engine: sa.Engine) -> None:
    frame = pl.DataFrame({"n": [1, 2]})
    with engine.connect() as connection:
        with pytest.raises(ValueError, match="inside a transaction"):
            insert_frame(connection, TABLE, frame)
        with connection.begin() as transaction:
            insert_frame(connection, TABLE, frame)
            transaction.rollback()
        assert read(connection) == []


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pl.DataFrame({"n": [1], "colour": ["red"]}), "odds has no column colour"),
        (pl.DataFrame({"n": [1], "real": [float("nan")]}), r"odds\.real holds a number that is NaN"),
        (pl.DataFrame({"n": [1], "real": [float("inf")]}), "infinite"),
        (pl.DataFrame({"n": [1], "at": [dt.datetime(2024, 1, 1)]}), "at has no time zone"),  # noqa: DTZ001
        (pl.DataFrame({"n": [1], "text": [["a"]]}), "no form in the warehouse"),
    ],
)
def test_what_cannot_be_stored_safely_is_refused(engine: sa.Engine, frame: pl.DataFrame, message: str) -> None:
    with engine.begin() as connection, pytest.raises(ValueError, match=message):
        insert_frame(connection, TABLE, frame)
