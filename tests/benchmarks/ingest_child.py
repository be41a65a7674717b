"""A process that takes in one large file and says what that cost; a process of its own, so that its memory is its own.

Belongs here: making the file, both ways of handling it, measuring. Does not: what it may cost (``test_ingest``).

Called with a folder, a number of rows and perhaps a format (``forms``); prints one JSON object.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import polars as pl
from pydantic import SecretStr

from flows.intake.ingest import ingest
from flows.stores import Context, open_context
from infra import progress
from infra.settings import Settings
from infra.warehouse.intake.batches import BatchRecord
from tests.benchmarks import forms, memory
from tests.helpers.district_folders import EAST, NORTH, SOUTH, WEST, source, write_district
from tests.helpers.keys import KEY

NOW = dt.datetime(2025, 6, 1, 2, 0, tzinfo=dt.UTC)
FIRST_DAY = np.datetime64("2024-06-01T00:00:00", "ms")
DAYS = 300
TIME = "%Y-%m-%d %H:%M:%S"
TIMES = ("发生时间", "上报时间", "办结时间", "期限")
KINDS = ["盗窃", "打架斗殴", "抢劫", *(f"其他警情{n}" for n in range(37))]
CODES = ("theft", "fight", "robbery")
# Shares of rows that are set aside, each for another reason.
BAD = {"time": 0.005, "kind": 0.005, "place": 0.005, "personal": 0.0005}
BASELINES = 5

SOURCE = source(
    key=["编号"],
    max_quarantined=0.5,
    kinds={word: CODES[n % 3] for n, word in enumerate(KINDS)},
    columns={
        "occurred_at": TIMES[0],
        "reported_at": TIMES[1],
        "closed_at": TIMES[2],
        "due_at": TIMES[3],
        "kind": "类别",
        "lon": "经度",
        "lat": "纬度",
        "department": "承办单位",
        "status": "状态",
        "discovery": "渠道",
    },
    statuses={"open": ["处置中"], "closed": ["已办结", "已归档"]},
    discoveries={"resident": ["110", "12345"], "patrol": ["巡逻"], "inspection": ["网格员"]},
)


def write_file(file: Path, rows: int, numbered: str = "P2024") -> int:
    """Write a delivery of so many rows and return how many of them are bad. The same number gives the same file.

    ``numbered`` is how the numbers of its reports begin: those of another delivery are others.
    """
    rng = np.random.default_rng(4)
    occurred = np.sort(rng.integers(0, DAYS * 86_400, rows))
    reported = occurred + rng.integers(0, 3 * 3_600, rows)
    closed = reported + rng.integers(3_600, 10 * 86_400, rows)

    def moments(seconds: Any) -> pl.Series:
        return pl.Series(FIRST_DAY + (seconds * 1000).astype("timedelta64[ms]")).dt.strftime(TIME)

    def words(given: list[str]) -> pl.Series:
        return pl.Series(given).gather(rng.integers(0, len(given), rows))

    def degrees(low: float, high: float) -> pl.Series:
        inside = 0.1 * (high - low)
        return pl.Series(rng.uniform(low + inside, high - inside, rows)).round(6).cast(pl.String)

    frame = pl.DataFrame(
        {
            "编号": pl.select(pl.format(f"{numbered}{{}}", pl.int_range(rows).cast(pl.String).str.zfill(9))).to_series(),
            **dict(zip(TIMES, map(moments, (occurred, reported, closed, reported + 5 * 86_400)), strict=True)),
            "类别": words(KINDS),
            "经度": degrees(WEST, EAST),
            "纬度": degrees(SOUTH, NORTH),
            "承办单位": words([f"第{n}派出所" for n in range(30)]),
            "状态": words(["处置中", "已办结", "已归档"]),
            "渠道": words(["110", "巡逻", "网格员", "12345"]),
            "备注": words(["甲", "乙", "丙"]),
        }
    )
    lot = pl.Series(rng.random(rows))
    bounds = np.cumsum([0.0, *BAD.values()])
    spoilt = {name: lot.is_between(low, high, closed="left") for name, low, high in zip(BAD, bounds[:-1], bounds[1:], strict=True)}
    # Put together, so that no text here is a number that somebody has.
    phone = "联系 138" + "00001111"
    columns = {"time": (TIMES[0], "不详"), "kind": ("类别", "未知类别"), "place": ("经度", "0"), "personal": ("承办单位", phone)}
    for name, (column, text) in columns.items():
        frame = frame.with_columns(pl.when(spoilt[name]).then(pl.lit(text)).otherwise(column).alias(column))
    frame.write_csv(file)
    return int(sum(s.sum() for s in spoilt.values()))


def baseline(file: Path, out: Path) -> None:
    """What nobody can do without: read the texts, cast them to numbers and moments, write them down."""
    frame = forms.bare(file)
    local = [pl.col(c).str.to_datetime(TIME, strict=False) for c in TIMES]
    times = [t.dt.replace_time_zone("Asia/Shanghai", ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC") for t in local]
    numbers = [pl.col(c).cast(pl.Float64, strict=False) for c in ("经度", "纬度")]
    frame.with_columns(*times, *numbers).write_parquet(out)


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds by the clock on the wall and by the processors."""
    wall, processors = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processors


class Steps:
    """Listens to the progress of an ingest and adds up how long each step takes."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._step, self._since = "", time.perf_counter()

    def __call__(self, told: progress.Step) -> None:
        now = time.perf_counter()
        if self._step:
            self.seconds[self._step] = self.seconds.get(self._step, 0.0) + now - self._since
        self._step, self._since = told.what.rsplit(": ", 1)[-1].split(" ", 1)[0], now


def write_as(file: Path, rows: int, form: str) -> tuple[int, Path]:
    """How many of the rows written are bad, and where they are in that format."""
    return write_file(file, rows), forms.rewritten(file, form)


def bare_readings(large: Path, out: Path) -> list[tuple[float, float]]:
    """What some baselines take."""
    return [timed(partial(baseline, large, out)) for _ in range(BASELINES)]


def main(root: Path, rows: int, form: str = "csv") -> dict[str, Any]:
    """Take the file in, surrounded by baselines, and tell what it cost."""
    folder = write_district(root, "town", SOURCE)
    settings = Settings(home=root / "home", districts=str(root), warehouse_url=None, lake_url=None, key=SecretStr(KEY))
    context: Context = open_context("town", settings)
    # A first small batch imports what the checks need (ten seconds, once per process) and creates the lake.
    write_file(folder / "in" / "police_0.csv", 200, "P2023")
    assert [r.state for r in ingest(context, NOW)] == ["stored"]
    out = root / "bare.parquet"
    # The rest is another process's work, so that this one's memory is that of an ingest alone.
    with ProcessPoolExecutor(1, get_context("spawn")) as other:
        bad, large = other.submit(write_as, folder / "in" / "police_1.csv", rows, form).result()
        bare = other.submit(bare_readings, large, out).result()
        steps = Steps()
        records: list[BatchRecord] = []
        with progress.listening(steps):
            # The marks of the kernel are this process's alone, and more exact.
            grown = memory.grown if form == "csv" else memory.grown_together
            (wall, processors), peak = grown(partial(timed, lambda: records.extend(ingest(context, NOW))))
            progress.tell("end: end")
        bare += other.submit(bare_readings, large, out).result()
    (record,) = records
    context.stores.close()
    return {
        "rows": rows,
        "bad": bad,
        "state": record.state,
        "accepted": record.accepted,
        "quarantined": record.quarantined,
        "bare_s": median(w for w, _ in bare),
        "bare_cpu_s": median(c for _, c in bare),
        "ingest_s": wall,
        "ingest_cpu_s": processors,
        "peak_bytes": peak,
        "steps": steps.seconds,
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])))
