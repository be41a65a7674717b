from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from infra.sources.unpack import Delivered
from tests.helpers.far.asking import Asked
from tests.helpers.far.cases import case

RowsOf = Callable[[list[Delivered]], pl.DataFrame]


@pytest.fixture
def database(warehouse_url: str, tmp_path: Path) -> Iterator[tuple[str, sa.Engine]]:
    url = warehouse_url or f"sqlite:///{tmp_path / 'city.db'}"
    engine = sa.create_engine(url)
    table = sa.Table(
        "city_cases",
        sa.MetaData(),
        sa.Column("number", sa.String),
        sa.Column("happened", sa.DateTime),
        *(sa.Column(c, sa.String) for c in ("kind", "lon", "lat", "status", "unit")),
        sa.Column("changed", sa.DateTime),
    )
    table.drop(engine, checkfirst=True)
    table.create(engine)
    yield url, engine
    table.drop(engine)
    engine.dispose()


def put(engine: sa.Engine, first: int, last: int, day: int, **changes: str | None) -> None:
    rows = [{**case(n), "changed": f"2026-02-{day:02d} 10:00:{n % 60:02d}", "unit": "E1", **changes} for n in range(first, last)]
    marks = ", ".join(f"CAST(:{c} AS TIMESTAMP)" if c in {"happened", "changed"} and engine.name != "sqlite" else f":{c}" for c in rows[0])
    for r in rows:
        r["happened"] = str(r["happened"]).replace("T", " ").removesuffix("Z")
    with engine.begin() as connection:
        connection.execute(sa.text(f"INSERT INTO city_cases ({', '.join(rows[0])}) VALUES ({marks})"), rows)


def declared(url: str, **changes: object) -> dict[str, object]:
    return {"kind": "sql", "url": url, "table": "city_cases", "watermark": "changed", "page_rows": 90, **changes}


def test_everything_then_what_changed_and_what_never_says(database: tuple[str, sa.Engine], asked: Asked, rows_of: RowsOf) -> None:
    url, engine = database
    put(engine, 0, 1234, 1)
    files = asked(declared(url))
    assert sorted(rows_of(files)["number"]) == [f"n{n:06d}" for n in range(1234)]
    assert [len(f.table.rows) for f in files if f.table] == [500, 500, 234]
    put(engine, 2000, 2010, 8)
    asked(declared(url))
    put(engine, 3000, 3001, 15)
    put(engine, 4000, 4001, 15, changed=None)
    assert len(rows_of(asked(declared(url)))) == 10 + 1 + 1
    again = asked(declared(url))
    assert sorted(rows_of(again)["number"]) == ["n003000", "n004000"]
    assert [f.content for f in asked(declared(url))] == [f.content for f in again]


def test_all_rows_of_an_incident_come_when_one_changed(database: tuple[str, sa.Engine], asked: Asked, rows_of: RowsOf) -> None:
    url, engine = database
    put(engine, 0, 600, 1)
    put(engine, 0, 600, 1, unit="E2")
    of = {"merge": True, "row_key": ["unit"]}
    files = asked(declared(url), **of)
    parted = [set(f.table.rows["number"]) for f in files if f.table]
    assert sum(map(len, parted)) == len(set().union(*parted)) == 600
    put(engine, 7, 8, 20, unit="E3")
    asked(declared(url), **of)
    put(engine, 9, 10, 28, unit="E3")
    assert rows_of(asked(declared(url), **of)).select("number", "unit").rows()[-3:] == [("n000009", u) for u in ("E1", "E2", "E3")]


def refusal(files: list[Delivered]) -> str:
    told = files[-1].refusal
    assert told is not None
    return f"{told.reason}: {told.detail}"


def test_what_a_database_denies_is_said_without_its_address(
    database: tuple[str, sa.Engine], asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, _ = database
    assert "no such table" in refusal(asked(declared(url, table="nothing_here")))
    assert refusal(
        asked(declared(url, watermark=None), columns={"occurred_at": "when", "lon": "lon", "lat": "lat"}, kind="theft")
    ).startswith("column_missing")
    monkeypatch.setenv("SIFANG_SECRET_DB", "p@ss/word")
    far = refusal(asked(declared("postgresql+psycopg://reader:$SIFANG_SECRET_DB@127.0.0.1:1/city", timeout_s=1)))
    assert far.startswith("source_unreachable")
    assert "p@ss" not in far
    if "host=" in url:
        # What leads to a socket says so already.
        with pytest.raises(ValidationError, match=r"'host' after the question mark leads elsewhere.* allow_local = true"):
            asked(declared(url, allow_local=False))
    else:
        assert "allow_local" in refusal(asked(declared(url, allow_local=False)))


def test_a_watermark_of_texts_is_not_remembered(database: tuple[str, sa.Engine], asked: Asked, rows_of: RowsOf) -> None:
    """How far a source was asked is written down: a moment or a number, and never whatever stands in a column that was declared wrongly."""
    url, engine = database
    put(engine, 0, 20, 1, unit="Winifred Ashgrove")
    assert len(rows_of(asked(declared(url, watermark="unit")))) == 20
    assert "Ashgrove" not in "".join(f.read_text("utf-8") for f in asked.folder.rglob("*.json"))
    # Nothing was remembered, so that all of it is asked for again.
    put(engine, 20, 21, 1, unit="Aaron")
    assert len(rows_of(asked(declared(url, watermark="unit")))) == 21
