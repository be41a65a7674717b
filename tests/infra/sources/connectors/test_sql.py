from __future__ import annotations

import datetime as dt
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


def loose(path: Path, of: str, moments: list[object]) -> dict[str, object]:
    """A table of SQLite, which keeps in a column whatever it was given."""
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE city_cases (number, happened, kind, lon, lat, status, changed {of})"))
        told = [{**case(n), "changed": moment} for n, moment in enumerate(moments)]
        connection.execute(sa.text(f"INSERT INTO city_cases VALUES ({', '.join(':' + c for c in told[0])})"), told)
    engine.dispose()
    return declared(f"sqlite:///{path}", overlap_hours=0)


@pytest.mark.parametrize("of", ["DATETIME", "TEXT"])
@pytest.mark.parametrize("form", ["%F %T", "%FT%T", "%F %T.%f", "%FT%TZ", "%F %T+08:00", "%F"])
def test_a_row_that_changed_with_the_newest_one_is_not_missed(tmp_path: Path, asked: Asked, rows_of: RowsOf, of: str, form: str) -> None:
    moments = [dt.datetime(2026, 2, 1 + n, 10, tzinfo=dt.UTC) for n in range(9)]
    of_it = loose(tmp_path / "city.db", of, [m.strftime(form) for m in moments])
    assert len(rows_of(asked(of_it))) == 9
    with sa.create_engine(str(of_it["url"])).begin() as connection:
        connection.execute(sa.text("INSERT INTO city_cases SELECT 'new', happened, kind, lon, lat, status, max(changed) FROM city_cases"))
    assert sorted(rows_of(asked(of_it))["number"]) == ["n000008", "new"]
    asked.since = dt.date(2026, 2, 7)
    assert sorted(rows_of(asked(of_it))["number"]) == ["n000006", "n000007", "n000008", "new"]


@pytest.mark.parametrize(
    ("of", "moments"),
    [
        ("DATETIME", ["2026-02-01 10:00:00", "soon"]),
        ("DATETIME", [1_770_000_000, 1_770_000_001]),
        ("INTEGER", [7, 8]),
        ("REAL", [7.5, 8.5]),
        ("TEXT", ["02/01/2026", "12/31/2025"]),
        ("TEXT", ["999", "1000"]),
    ],
)
def test_whatever_a_watermark_holds_all_comes_and_a_day_is_compared_with_days_alone(
    tmp_path: Path, asked: Asked, rows_of: RowsOf, of: str, moments: list[object]
) -> None:
    of_it = loose(tmp_path / "city.db", of, moments)
    assert sorted(rows_of(asked(of_it))["number"]) == ["n000000", "n000001"]
    assert "n000001" in set(rows_of(asked(of_it))["number"])
    asked.since = dt.date(2026, 2, 1)
    assert "leave --since away" in refusal(asked(of_it))


def test_texts_of_digits_that_grow_by_one_are_not_missed(tmp_path: Path, asked: Asked, rows_of: RowsOf) -> None:
    of_it = loose(tmp_path / "city.db", "TEXT", ["997", "998", "999"])
    asked(of_it)
    with sa.create_engine(str(of_it["url"])).begin() as connection:
        connection.execute(sa.text("UPDATE city_cases SET changed = '1000' WHERE changed = '997'"))
    assert sorted(rows_of(asked(of_it))["number"]) == ["n000000", "n000002"]


def test_the_requests_of_a_day_are_kept_of_a_database_too(database: tuple[str, sa.Engine], asked: Asked) -> None:
    url, engine = database
    put(engine, 0, 9, 1)
    told = [asked(declared(url, requests_per_day=3))[-1].refusal for _ in range(3)]
    assert told[0] is None
    assert [r.reason for r in told[1:] if r] == ["source_quota"] * 2


def test_hostile_names_of_columns_are_names(tmp_path: Path, asked: Asked, rows_of: RowsOf) -> None:
    named = {"number": 'id";drop table city_cases;--', "happened": "da%te(:x)", "kind": "primary type", "lon": 'lon"g', "lat": "select"}
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'city.db'}")
    table = sa.Table("city_cases", sa.MetaData(), *(sa.Column(c, sa.String) for c in named.values()))
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), [{named[c]: case(n)[c] for c in named} for n in range(9)])
    columns = {"occurred_at": named["happened"], **{c: named[c] for c in ("kind", "lon", "lat")}}
    of_it = declared(f"sqlite:///{tmp_path / 'city.db'}", watermark=None)
    assert sorted(rows_of(asked(of_it, key=[named["number"]], columns=columns))[named["number"]]) == [f"n{n:06d}" for n in range(9)]


def test_moments_of_two_zones_are_those_of_one(postgres_url: str, asked: Asked, rows_of: RowsOf) -> None:
    """The hour that a session's zone has twice: as texts, its second half sorts before its first."""
    engine = sa.create_engine(postgres_url)
    try:
        with engine.begin() as connection:
            connection.execute(sa.text("DROP TABLE IF EXISTS zoned_cases"))
            columns = ", ".join(f"{c} text" for c in case(0))
            connection.execute(sa.text(f"CREATE TABLE zoned_cases ({columns}, changed timestamptz)"))
            told = [{**case(n), "changed": c} for n, c in enumerate(["2026-11-01 06:30:00+00", "2026-11-01 07:10:00+00"])]
            connection.execute(sa.text(f"INSERT INTO zoned_cases VALUES ({', '.join(':' + c for c in told[0])})"), told)
        zoned = sa.make_url(postgres_url).update_query_dict({"options": "-c timezone=America/Chicago"})
        of_it = declared(zoned.render_as_string(hide_password=False), table="zoned_cases", overlap_hours=0)
        asked.now = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
        assert len(rows_of(asked(of_it))) == 2
        assert rows_of(asked(of_it))["number"].to_list() == ["n000001"]
        with engine.begin() as connection:
            connection.execute(sa.text("LOCK TABLE zoned_cases IN ACCESS EXCLUSIVE MODE"))
            assert refusal(asked({**of_it, "timeout_s": 0.2})).startswith("source_unreachable")
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text("DROP TABLE IF EXISTS zoned_cases"))
        engine.dispose()
