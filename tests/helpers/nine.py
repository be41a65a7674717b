"""Nine cells, three sources and three nights: small enough that a process can be killed in it a hundred times.

Belongs here: the district, what is delivered for each night, and everything that a run leaves behind as one comparable value. Does not:
running it, and what befalls it meanwhile (whoever uses it).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from infra.lake.lake import Lake
from infra.warehouse import tables
from infra.warehouse.database.engine import connect
from tests.helpers import tiny
from tests.helpers.keys import KEY
from transforms.schema import REPORTS

CODE = "nine"
CELLS = 9
NIGHTS = [dt.date(2025, 6, 9), dt.date(2025, 6, 10), dt.date(2025, 6, 11)]
_DAY = dt.timedelta(days=1)
_WIDE, _HIGH = 0.0164, 0.0134

_DISTRICT = f"""
code = "{CODE}"
name_zh = "九格"
name_en = "Nine"
timezone = "Asia/Shanghai"
calendar = "CN"
synthetic = true

[grid]
kind = "square"
size_m = 500
outline = [[[113.9, 35.3], [{113.9 + _WIDE}, 35.3], [{113.9 + _WIDE}, {35.3 + _HIGH}], [113.9, {35.3 + _HIGH}]]]

[alerts]
calm_nights = 1
"""

_SOURCE = """
[[sources]]
code = "{code}"
feed = "{feed}"
files = ["$SIFANG_INBOX/{code}_*.csv"]
known_at = {known_at}
delivery = "{delivery}"
merge = {merge}
key = ["number"]
columns = {{ occurred_at = "happened", kind = "kind", lon = "lon", lat = "lat", department = "department", status = "status" }}
statuses = {{ open = ["open"], closed = ["closed"], withdrawn = ["withdrawn"] }}
undeclared = "ignore"
"""


def write_district(folder: Path) -> None:
    """The district folder. One source knows its rows from landing on: there, a lost moment of landing is a lost report."""
    own = folder / CODE
    own.mkdir(parents=True)
    released = '{ rule = "column", column = "released" }'
    parts = [
        _SOURCE.format(code="order", feed="public_order", known_at=released, delivery="daily", merge="false"),
        _SOURCE.format(code="fire", feed="fire_hazard", known_at=released, delivery="daily", merge="true"),
        _SOURCE.format(code="stability", feed="stability", known_at='"landing"', delivery="event", merge="false"),
    ]
    (own / "district.toml").write_text(_DISTRICT + "".join(parts), "utf-8")


def rows_of(source: str, first: dt.date, last: dt.date, seed: int = 1) -> pl.DataFrame:
    rows = tiny.reports(source, first, last, seed)
    # The same pattern on nine cells.
    lon, lat = pl.col("lon").cast(pl.Float64), pl.col("lat").cast(pl.Float64)
    east = tiny.WEST + (lon - tiny.WEST) / (tiny.EAST - tiny.WEST) * _WIDE
    north = tiny.SOUTH + (lat - tiny.SOUTH) / (tiny.NORTH - tiny.SOUTH) * _HIGH
    return rows.with_columns(lon=east.round(6).cast(pl.String), lat=north.round(6).cast(pl.String))


def deliveries() -> list[dict[str, pl.DataFrame]]:
    """What arrives before each night, by file name."""
    first, second, third = NIGHTS
    since = first - 70 * _DAY
    history = {f"{s}_0.csv": rows_of(s, since, first - _DAY) for s in tiny.SOURCES}
    usual = rows_of("order", first, first)
    # Six more in one place make the second night tell something, whatever the forecast.
    order = pl.concat([usual, pl.concat([usual[:1]] * 6).with_columns(number=pl.format("burst-{}", pl.int_range(6)))])
    # One row twice, one whose time cannot be read, one with somebody's telephone number.
    bad = order[:1].with_columns(number=pl.lit("bad"), happened=pl.lit("yesterday"))
    personal = order[:1].with_columns(number=pl.lit("personal"), department=pl.lit("13812345678"))
    past = history["order_0.csv"].tail(12)
    released = pl.lit(f"{second} 01:00:00").alias("released")
    fire = rows_of("fire", first, first, seed=3)
    night_two = {
        "order_1.csv": pl.concat([order, order[:1], bad, personal]),
        "order_1_corrected.csv": past.with_columns(released, kind=pl.lit("assault"), status=pl.lit("closed")),
        # Two units sent to one fire are rows of one incident.
        "fire_1.csv": pl.concat([fire, fire[:2].with_columns(kind=pl.lit("fire_residential"))]),
        "stability_1.csv": rows_of("stability", first, first, seed=4),
    }
    again = rows_of("order", second, second)
    night_three = {
        "order_2.csv": again,
        "order_2_copy.csv": again,
        # Nothing in it is new, but it is another file.
        "order_2_known.csv": again.reverse(),
        "order_2_withdrawn.csv": past[:3].with_columns(pl.lit(f"{third} 01:00:00").alias("released"), status=pl.lit("withdrawn")),
        "fire_2.csv": rows_of("fire", second, second, seed=3),
        "stability_2_refused.csv": again[:3].drop("happened"),
        "stability_2.csv": rows_of("stability", second, second, seed=5),
    }
    return [history, night_two, night_three]


def write(root: Path) -> None:
    """The district and, in ``stage/<n>``, the files for each night; the child moves them into the inbox when their night comes."""
    write_district(root / "districts")
    (root / "inbox").mkdir()
    for number, files in enumerate(deliveries()):
        folder = root / "stage" / str(number)
        folder.mkdir(parents=True)
        for name, rows in files.items():
            rows.write_csv(folder / name)


def environment(root: Path, warehouse_url: str | None) -> dict[str, str]:
    """The settings of a run in ``root``."""
    own = {"SIFANG_HOME": root / "home", "SIFANG_DISTRICTS": root / "districts", "SIFANG_INBOX": root / "inbox"}
    found = {name: str(value) for name, value in own.items()} | {"SIFANG_KEY": KEY}
    return found | {"SIFANG_WAREHOUSE_URL": warehouse_url or f"sqlite:///{root / 'home' / 'warehouse.db'}"}


# When something was done, how often and where is no part of what was done, nor in which order rows of a batch lie in a file of the lake.
# The lock's token counts its holders, and an identity is drawn.
_MOMENTS = {
    *("opened_at", "next_due_at", "swept_at", "first_tried_at", "next_try_at"),
    *("recorded_at", "published_at", "created_at", "delivered_at", "started_at", "finished_at", "first_used_at", "files"),
    *("first_seen", "last_seen", "tried_at", "told_at", "changed_at", "tries", "place", "order_key"),
}
# A run's id ends in what was drawn for it.
_DRAWN = re.compile(r"(-\d{8}-\d{6})-[0-9a-f]{6}$")
LAKE_COLUMNS = [name for name in REPORTS if name != "order_key"]
_LEFT_OUT = {"locks", "identities"}


def remains(root: Path, warehouse_url: str | None) -> dict[str, Any]:
    """Everything that a run leaves behind, free of the moments at which it was done."""
    return {"lake": lake_rows(root), **table_rows(root, warehouse_url), **file_digests(root)}


def lake_rows(root: Path) -> list[tuple[Any, ...]]:
    """Every version in the lake, without the order of the deliveries: it follows the clock, which here stands still."""
    return sorted(Lake(str(root / "home" / "lake" / CODE)).read().select(LAKE_COLUMNS).rows(), key=repr)


def table_rows(root: Path, warehouse_url: str | None) -> dict[str, Any]:
    """Every row of every table, and how many messages wait."""
    found: dict[str, Any] = {}
    engine = connect(environment(root, warehouse_url)["SIFANG_WAREHOUSE_URL"])
    try:
        with engine.connect() as connection:
            for table in tables.metadata.sorted_tables:
                if table.name not in _LEFT_OUT:
                    found[table.name] = sorted((_undrawn(r) for r in connection.execute(sa.select(*_kept(table)))), key=repr)
            waiting = sa.select(sa.func.count()).select_from(tables.outbox).where(tables.outbox.c.delivered_at.is_(None))
            found["waiting"] = connection.scalar(waiting)
    finally:
        engine.dispose()
    return found


def _kept(table: sa.Table) -> list[sa.Column[Any]]:
    return [c for c in table.columns if c.name not in _MOMENTS]


def _undrawn(row: sa.Row[Any]) -> tuple[Any, ...]:
    return tuple(_DRAWN.sub(r"\1", value) if isinstance(value, str) else value for value in row)


def column(table: str, name: str) -> int:
    """Where a column stands in the rows of a table."""
    return [c.name for c in _kept(tables.metadata.tables[table])].index(name)


def file_digests(root: Path) -> dict[str, dict[str, str]]:
    """What landed, and what was delivered."""
    found = {}
    for name, pattern in (("landing", "*.parquet"), ("outbox_folder", "*.json")):
        folder = root / "home" / name.removesuffix("_folder") / CODE
        files = sorted(folder.rglob(pattern)) if folder.is_dir() else []
        found[name] = {str(f.relative_to(folder)): hashlib.sha256(_without_moments(f)).hexdigest() for f in files}
    return found


def _without_moments(file: Path) -> bytes:
    """What is in a file; of a message without the moment at which something is due, which follows from that at which it was opened."""
    if file.suffix != ".json":
        return file.read_bytes()
    said: dict[str, object] = json.loads(file.read_text("utf-8"))
    return json.dumps({name: value for name, value in said.items() if name != "due"}, sort_keys=True).encode()
