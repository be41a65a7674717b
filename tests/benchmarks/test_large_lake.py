"""Reading a large lake as of a night and counting it into a panel, against the least that any reading of it costs."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from infra.districts import folder as district_folder
from infra.districts.folder import DistrictFolder
from infra.lake.lake import Lake
from tests.helpers import district_folders as districts
from tests.helpers.one_night import as_of, panel_of
from tests.helpers.real_data import held
from transforms.clocks.nights import day_start
from transforms.panel import panel as panels
from transforms.schema import REPORTS, SOURCE_DAYS

CODE = "chicago"
NIGHT = dt.date(2016, 1, 1)
AMENDED = 0.2
LIMIT = 4.0
ROUNDS = 5
KINDS = {"THEFT": "theft", "BATTERY": "fight", "ASSAULT": "assault", "ROBBERY": "robbery", "BURGLARY": "burglary"}
WEST, EAST, SOUTH, NORTH = -87.84, -87.52, 41.64, 42.03


@pytest.fixture(scope="module")
def chicago(tmp_path_factory: pytest.TempPathFactory) -> DistrictFolder:
    """Squares of 1 km over the whole city."""
    outline = [[[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH]]]
    grid = {"kind": "square", "size_m": 1000, "outline": outline}
    folder = districts.write_district(tmp_path_factory.mktemp("districts"), CODE, timezone="America/Chicago", calendar="US-IL", grid=grid)
    return district_folder.load(folder)


@pytest.fixture(scope="module")
def lake(real_data: Path, chicago: DistrictFolder, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Four years of a city, one report a row, a fifth of them amended once; a batch a year and one with the amendments."""
    files = [held(real_data / "chicago" / f"crimes_{year}.parquet") for year in range(2012, 2016)]
    made = Lake(str(tmp_path_factory.mktemp("lake") / CODE))
    rng = np.random.default_rng(3)
    amended = []
    for file in files:
        year = _versions(pl.read_parquet(file, columns=["ID", "Date", "Primary Type", "Longitude", "Latitude"]), chicago)
        made.append(year, file.stem)
        picked = year.filter(pl.Series(rng.random(len(year)) < AMENDED))
        later = pl.Series(rng.integers(1, 40, len(picked))) * pl.duration(days=1)
        changed = pl.when(pl.col("kind") == "theft").then(pl.lit("burglary")).otherwise(pl.lit("theft"))
        amended.append(picked.with_columns(kind=changed, known_at=pl.col("known_at") + later))
    made.append(pl.concat(amended), "amended")
    return made


def _versions(rows: pl.DataFrame, chicago: DistrictFolder) -> pl.DataFrame:
    lon, lat = (rows[c].cast(pl.Float64).to_numpy() for c in ("Longitude", "Latitude"))
    anywhere = chicago.cells["cell_id"][0]
    occurred = pl.col("Date").str.to_datetime("%m/%d/%Y %I:%M:%S %p").dt.replace_time_zone("UTC")
    frame = rows.with_columns(cell=chicago.locator.cell_ids(lon, lat).fill_null(anywhere), at=occurred)
    values: dict[str, pl.Expr] = {
        "report_id": pl.col("ID").hash(1).cast(pl.String).str.zfill(32),
        "version_hash": pl.col("ID").hash(2).reinterpret(signed=True),
        "feed": pl.lit("public_order"),
        "source": pl.lit("police"),
        "kind": pl.col("Primary Type").replace_strict(KINDS, default="theft"),
        "severity": pl.lit(2),
        "discovery": pl.lit("unknown"),
        "occurred_on": pl.col("at").dt.convert_time_zone(chicago.district.timezone).dt.date(),
        "part_of_day": pl.lit("morning"),
        "reported_on": pl.col("at").dt.date(),
        "clock_from": pl.col("at"),
        "order_key": pl.lit(0),
        "rank": pl.lit(0),
        "known_at": pl.col("at") + dt.timedelta(hours=1),
        "recorded_seq": pl.lit(0),
        "cell_id": pl.col("cell"),
        "located_by": pl.lit("point"),
        "status": pl.lit("closed"),
        "closed_at": pl.col("at") + dt.timedelta(days=3),
        "batch_id": pl.lit("made"),
    }
    return frame.select([values.get(c, pl.lit(None)).cast(t).alias(c) for c, t in REPORTS.items()])


def _bare(lake: Lake) -> pl.DataFrame:
    """What no reader of this lake can do without: every row, counted by kind, cell and day."""
    return lake.versions().group_by("kind", "cell_id", "occurred_on").agg(reports=pl.len()).collect()


def test_reading_as_of_a_night_into_a_panel_costs_at_most_four_bare_scans(
    benchmark: BenchmarkFixture, lake: Lake, chicago: DistrictFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    district = chicago.district
    start = day_start(NIGHT, district.zone)
    days = pl.DataFrame({"day": pl.date_range(dt.date(2012, 1, 2), NIGHT - dt.timedelta(days=1), eager=True)})
    covered = days.select(source=pl.lit("police"), day="day", state=pl.lit("ok"), reports=pl.lit(1, pl.Int64), share_arrived=pl.lit(1.0))
    assert covered.schema == SOURCE_DAYS
    sequence = lake.sequence()
    moment = start + dt.timedelta(hours=5)

    def panel() -> panels.Panel:
        reports = as_of(lake.read(), moment, sequence, start, zone=district.timezone)
        return panel_of(reports, covered, district, chicago.cells, NIGHT)

    built, rows = panel(), lake.read()
    reports = rows["report_id"].n_unique()
    assert reports > 1_180_000
    assert len(rows) > 1.19 * reports
    # Some amendments are known only after the night: as of it, the earlier version counts.
    assert rows.filter(pl.col("known_at") > moment).height > 100
    counted = sum(int(c.sum(dtype=np.float64)) for c in built.counts.values())
    assert 0.99 * reports < counted <= reports

    bare: list[float] = []
    panels_s: list[float] = []
    for _ in range(ROUNDS):
        # In turns, so that whatever else the machine does burdens both alike.
        for work, times in ((lambda: _bare(lake), bare), (panel, panels_s)):
            begin = time.perf_counter()
            work()
            times.append(time.perf_counter() - begin)
    ratio = median(panels_s) / median(bare)
    benchmark.extra_info.update(
        rows=len(rows), bare_scan_s=round(median(bare), 3), panel_s=round(median(panels_s), 3), ratio=round(ratio, 2)
    )
    benchmark.pedantic(panel, rounds=3)  # type: ignore[no-untyped-call]
    with capsys.disabled():
        print(f"\nas-of and panel {median(panels_s):.3f} s, bare scan {median(bare):.3f} s, ratio {ratio:.2f} (at most {LIMIT:g})")
    assert ratio <= LIMIT
