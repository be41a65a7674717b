"""600 invented identities of 26 sorts in twelve kinds of places: none reaches a byte that is left behind; long ticket numbers stop nothing.

Whatever a run leaves is searched: landing, lake, warehouse, briefs, Data Docs, Prefect's database and artifacts, logs, output, exceptions.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import logging
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from flows.intake.ingest import ingest
from flows.intake.quarantine import listed
from flows.intake.retry import retry
from flows.tell import brief as briefs
from infra.warehouse.ledger import ledger
from tests.helpers import tiny
from tests.helpers.prefect_server import Server
from tests.helpers.tiny import CODE, NIGHT, Tiny
from transforms.reports.privacy import valid_resident_id
from transforms.workshop.simulator.dirt import invented_resident_number

DAY = dt.timedelta(days=1)
LATER = tiny.moment(NIGHT, 9)
PER_PLACE = 2 * 26
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫", "伟芳娜敏静丽强磊军洋勇艳"


def in_words(n: int) -> str:
    """A telephone spelt out."""
    return " ".join(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")[int(d)] for d in f"138{n:08d}")


# Sorts of identities: most no scanner knows, and none of them is a code, a number where one belongs, a day or a cell.
SORTS: tuple[Callable[[int], str], ...] = (
    invented_resident_number,
    lambda n: f"1990{n:07d}",
    lambda n: f"豫G{chr(65 + n % 8)}{n:04d}",
    lambda n: f"person{n}@example.org",
    lambda n: f"{SURNAMES[n % 12]}{GIVEN[n // 12 % 12]}{GIVEN[n // 144 % 12]}",
    lambda n: f"Winifred Ashgrove-{n}",
    lambda n: f"Иван Петросян {n}",
    lambda n: f"محمد الأندلسي {n}",
    lambda n: f"김철수{n}",
    lambda n: f"山田花子{n}",
    lambda n: f"Ναυσικά Παπαδοπούλου {n}",
    lambda n: f"Đặng Thị Ngọc {n}",
    lambda n: f"E8{n:07d}X",
    lambda n: f"6222 0200 {n:04d} 7788 991",
    lambda n: f"+44 20 7946 {n:04d} ext 12",
    lambda n: f"(0373) 302{n:04d}",
    lambda n: f"@handle_{n}_of_hers",
    lambda n: f"wxid_{n}q7",
    lambda n: f"QQ 1{n:08d}",
    lambda n: f"{n} Farmhouse Lane, second floor",
    lambda n: f"胜利路{n}号院3单元502",
    lambda n: f"AB {n:06d} C",
    lambda n: f"078-05-{n:04d}",
    lambda n: f"GB29 NWBK 6016 1331 {n:04d} 19",
    lambda n: f"B-XY {n:04d}",
    in_words,
)


def identities(place: int) -> list[str]:
    """Fifty-two of one place, of every sort in turn, all invented and all different."""
    return [SORTS[k % len(SORTS)](place * PER_PLACE + k) for k in range(PER_PLACE)]


Plant = Callable[[pl.DataFrame, list[str]], pl.DataFrame]


def into(column: str, form: str = "{}") -> Plant:
    """One identity per row of a declared column, names among them, which no scanner knows; the rows are many, so that the column is not
    refused as a whole."""

    def plant(rows: pl.DataFrame, found: list[str]) -> pl.DataFrame:
        values = rows[column].to_list()
        for k, text in enumerate(found):
            values[k * 6] = form.format(text)
        return rows.with_columns(pl.Series(column, values))

    return plant


def beside(name: str) -> Plant:
    """A column that nobody declared, one identity in every row of it."""
    return lambda rows, found: rows.with_columns(pl.Series(name, [found[k % len(found)] for k in range(len(rows))]))


PLACES: dict[str, Plant] = {
    "an undeclared column": beside("备注"),
    "an undeclared column named like a person": beside("报警人姓名"),
    "the header itself": lambda rows, found: rows.with_columns(pl.lit("x").alias(text) for text in found),
    "the key": lambda rows, found: rows.with_columns(
        number=pl.Series([found[k] if k < len(found) else text for k, text in enumerate(rows["number"])])
    ),
    "the kind": lambda rows, found: into("kind")(rows, found),
    "behind a kind": into("kind", "theft ({})"),
    "the department": into("department"),
    "the status": into("status", "报 {}"),
    "a time": into("happened"),
    "a coordinate": into("lon"),
    "the deadline": into("due", "期限{}"),
    "the release": into("released"),
}


def left_behind(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Every file, as it lies there and unpacked: Parquet and pages are compressed on disk."""
    for file in (f for folder in folders for f in sorted(folder.rglob("*")) if f.is_file()):
        raw = file.read_bytes()
        yield file.name, raw
        if file.suffix == ".parquet":
            frame = pl.read_parquet(io.BytesIO(raw), hive_partitioning=False)
            yield file.name, "\n".join(str(v) for c in frame.columns for v in frame[c].unique().to_list()).encode()
        elif raw[:2] in (b"\x1f\x8b", b"\x78\x9c"):
            yield file.name, gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else zlib.decompress(raw)


@pytest.mark.slow
def test_no_identity_reaches_a_byte_that_is_left_behind(
    prefect_server: Server, district: Tiny, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    # Prefect reads its settings on import, so the server comes first.
    from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL

    from flows.nightly import nightly

    planted: list[str] = []
    raised: list[str] = []
    context = district.context
    with caplog.at_level(logging.DEBUG):
        for number, plant in enumerate(PLACES.values()):
            found = identities(number)
            planted += found
            rows = tiny.reports("order", NIGHT - 60 * DAY, NIGHT - DAY, seed=100 + number).head(1200)
            # A column with more than one identity in a hundred is refused as a whole: half of the places must not be.
            rows = rows if number % 2 else pl.concat([rows] * 3).with_columns(number=pl.int_range(pl.len()).cast(pl.String) + f"-{number}")
            tiny.deliver(district.inbox, "order", plant(rows, found), f"planted_{number:02d}")
            try:
                ingest(context, LATER)
            except Exception as error:  # noqa: BLE001 - whatever it is, it must quote nobody
                raised.append(repr(error))
        states = ledger(context.warehouse).filter(pl.col("file_name").str.contains(r"order_\d\d~"))
        assert len(states) == len(PLACES), "a file was not even recorded"
        retry(context, LATER)
        listed(context)
        nightly(CODE, NIGHT)
        briefs.write_brief(context, NIGHT)
    assert raised == []
    assert len(set(planted)) == len(planted) >= 500
    assert all(valid_resident_id(t) for t in planted if t.startswith("999999"))

    printed = "".join(capfd.readouterr())
    traces = [("log", caplog.text.encode()), ("output", printed.encode())]
    database = Path(str(sa.make_url(PREFECT_API_DATABASE_CONNECTION_URL.value()).database))
    assert database.is_file()
    traces += list(left_behind(district.home, prefect_server.home, database.parent))
    assert {name for name, _ in traces} >= {"warehouse.db", "index.html", f"{NIGHT}.html"}
    assert database.name in {name for name, _ in traces}
    # The search itself finds what is there; what SQLite wrote last may lie in the log beside the database.
    assert any(CODE.encode() in content for name, content in traces if name.startswith(database.name))
    seen = {
        (text, name)
        for name, content in traces
        for text in planted
        if any(form in content for form in (text.encode(), text.encode("utf-16-le"), text.encode("unicode_escape")))
    }
    assert seen == set()


def test_long_ticket_numbers_in_the_key_stop_nothing(district: Tiny) -> None:
    # Digits in the shape of resident numbers, one in eleven with a valid checksum.
    numbers = [f"41070219{70 + n % 30}{1 + n % 12:02d}{1 + n % 28:02d}{n % 10_000:04d}" for n in range(10_000)]
    assert sum(valid_resident_id(n) for n in numbers) > 500
    base = tiny.reports("order", NIGHT - 60 * DAY, NIGHT - DAY, seed=9)
    rows = pl.concat([base] * (10_000 // len(base) + 1)).head(10_000).with_columns(number=pl.Series(numbers))
    rows = rows.unique("number", keep="first", maintain_order=True)
    tiny.deliver(district.inbox, "order", rows, "tickets")
    (record,) = ingest(district.context, LATER)
    assert (record.state, record.quarantined, record.delivered) == ("stored", 0, len(rows))
    assert len(rows) > 9_000
    for name, content in left_behind(district.home / "landing", district.home / "lake"):
        assert not any(n.encode() in content for n in numbers[::37]), name
