"""What the suites find in every real file, as the table in ``expectations/README.md`` says it.

The files are not part of the project; the fixture ``real_data`` finds them. ``SIFANG_GOLDEN=write`` writes the table anew.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
import tomlkit

from flows.intake.ingest import ingest
from flows.stores import Context, open_context
from infra.warehouse import tables
from infra.warehouse.intake.batches import BatchRecord
from tests.helpers.homes import settle
from tests.helpers.real_data import held

pytestmark = pytest.mark.lengthy

ROOT = Path(__file__).parents[3]
README = ROOT / "expectations" / "README.md"
BEGIN, END = "<!-- real files: written by tests/flows/intake/test_real_files.py -->\n", "<!-- end of real files -->\n"
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
PARTS = ("accepted", "merged", "duplicate", "quarantined", "out_of_scope")


@dataclass(frozen=True)
class File:
    """A real file, and the district folder and source that declare its like.

    ``whole``: the folder takes part of the file, by its time or by its feed; here all of it is looked at, and a word that the folder does
    not name is of ``kind``.
    """

    path: str
    district: str
    source: str
    whole: bool = False
    kind: str | None = None


FILES = (
    File("san_francisco/crime_2003_2015.parquet", "tests/districts/san_francisco", "police"),
    File("san_francisco/fire_calls_lone_mountain_2009_2018.csv.gz", "tests/districts/san_francisco", "fire_lone_mountain"),
    File(
        "san_francisco/fire_calls_2017_01.csv.gz",
        "tests/districts/san_francisco",
        "fire_new_year_2017",
        whole=True,
        kind="fire_service_other",
    ),
    File(
        "san_francisco/fire_calls_2020_04.csv.gz", "tests/districts/san_francisco", "fire_april_2020", whole=True, kind="fire_service_other"
    ),
    File("san_francisco/cases_311_sample.csv.gz", "tests/districts/san_francisco", "cases_311"),
    File("montgomery_911/911.csv.gz", "tests/districts/montgomery", "fire", whole=True, kind="fire_service_other"),
    File("boston_311_sample/cases.csv.gz", "tests/districts/boston", "cases"),
    File("nyc_council/nycomplaints.parquet", "tests/districts/new_york", "complaints", whole=True),
    File("toronto/toronto_mci.parquet", "tests/districts/toronto", "police", whole=True),
    *(File(f"chicago/crimes_{year}.parquet", "tests/districts/chicago", "police", whole=True) for year in range(2012, 2016)),
)


def declared(file: File, real_data: Path, districts: Path) -> str:
    """A district folder of this one file; its code."""
    folder = shutil.copytree(ROOT / file.district, districts / Path(file.district).name)
    written = tomlkit.parse((folder / "district.toml").read_text("utf-8"))
    (source,) = (s for s in written["sources"] if s["code"] == file.source)
    source["files"] = [str((real_data / file.path).resolve())]
    # The table shows what is found; a file with too much of it would be refused instead.
    source["max_quarantined"] = 0.99
    if file.whole:
        source.pop("where", None)
    if file.kind:
        source["kind"] = file.kind
    written["sources"] = [source]
    (folder / "district.toml").write_text(tomlkit.dumps(written), "utf-8")
    return folder.name


@pytest.fixture(params=FILES, ids=lambda file: file.path)
def taken(
    request: pytest.FixtureRequest, real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Context, BatchRecord]]:
    file: File = request.param
    held(real_data / file.path)
    settle(monkeypatch, tmp_path)
    context = open_context(declared(file, real_data, tmp_path / "districts"))
    try:
        (record,) = ingest(context, NOW)
        yield context, record
    finally:
        context.stores.close()


def line(context: Context, record: BatchRecord, path: str) -> str:
    """The row of the table."""
    q = tables.quarantine.c
    with context.warehouse.engine.connect() as connection:
        aside = connection.execute(sa.select(q.reason, sa.func.count()).group_by(q.reason).order_by(q.reason)).all()
    days = context.lake.read()["occurred_on"]
    span = (days.max() - days.min()).days + 1  # type: ignore[operator, union-attr]
    measures = record.checked.measures
    assert measures is not None

    def share(part: int, of: int) -> str:
        return f"{part / of:.1%}" if of else "none"

    cells = (
        f"`{path}`",
        *(f"{n:,}" for n in (record.delivered, record.duplicate, record.merged)),
        ", ".join(f"`{reason}` {n:,}" for reason, n in aside) or "0",
        ", ".join(f"`{w.reason}` {w.detail.split(':')[0]}" for w in record.warnings) or "nothing",
        share(measures.pile, measures.points),
        share(measures.midnight, measures.timed),
        share(measures.month_start, measures.timed),
        f"{days.n_unique():,} of {span:,}",
    )
    return f"| {' | '.join(cells)} |"


def test_the_table_of_a_real_file_says_what_was_found(taken: tuple[Context, BatchRecord], request: pytest.FixtureRequest) -> None:
    context, record = taken
    assert record.state == "stored", record.warnings
    assert record.delivered == sum(getattr(record, part) for part in PARTS)
    path = request.node.callspec.params["taken"].path
    found = line(context, record, path)
    print(found)
    text = README.read_text("utf-8")
    rows = text.split(BEGIN)[1].split(END)[0].splitlines()
    if os.environ.get("SIFANG_GOLDEN") == "write":
        kept = [found if row.startswith(f"| `{path}`") else row for row in rows]
        kept += [] if found in kept else [found]
        README.write_text(text.replace("\n".join(rows), "\n".join(kept)), "utf-8")
    else:
        assert found in rows
