"""A process that fits and scores one large city and says what that cost; a process of its own, so that its memory is its own.

Belongs here: measuring. Does not: the city (``city``), what it may cost (``test_forecast``).

Called with a folder, cells a side, series and days of history; prints one JSON object. ``_s`` are seconds of the processor, in which other
work on the machine hardly shows, ``_wall_s`` those that pass.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pandas as pd
import polars as pl
from threadpoolctl import threadpool_limits

from flows.stores.stores import WORKERS
from tests.benchmarks import memory
from tests.benchmarks.city import NIGHT, City, city, in_pandas
from transforms.scoring.category.fit import fitted
from transforms.scoring.category.view import CategoryView
from transforms.scoring.frozen import Frozen
from transforms.scoring.risk import score_night
from transforms.words import Category

ROUNDS = 3


def cost(work: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """The least seconds of processor and of wall over some rounds."""
    spent = []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        spent.append((time.process_time() - cpu, time.perf_counter() - wall))
    return min(s[0] for s in spent), min(s[1] for s in spent)


def measured(made: City, *, refits: int = 1, baseline: bool = False) -> dict[str, float]:
    """What a night, a refit and, where asked for, the analyst's pandas cost."""
    district, panel = made.folder.district, made.panel
    # As the flows do it.
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(WORKERS) as threads:
        score = partial(score_night, panel, made.reports, district, {}, each=threads.map)
        # Made anew each time: it remembers what was observed of each series.
        view = partial(CategoryView, panel, made.reports, district, Category.PUBLIC_ORDER, {}, threads.map)
        scored = score()
        refit = cost(lambda: fitted(view(), NIGHT), refits)
        night = cost(lambda: score(Frozen(scored.frozen.models, scored.frozen.references)))
    told = {"night_s": night[0], "night_wall_s": night[1], "refit_s": refit[0], "refit_wall_s": refit[1]}
    told["peak_mib"] = memory.peak() >> 20
    if baseline:
        age = (pl.lit(NIGHT) - pl.col("occurred_on")).dt.total_days()
        reports = pd.DataFrame({c.name: c.to_numpy() for c in made.reports.select("kind", "cell_id", age_days=age)})
        cells = pd.DataFrame({c.name: c.to_numpy() for c in made.folder.cells.select("cell_id", "x_m", "y_m")})
        told["pandas_s"], told["pandas_wall_s"] = cost(lambda: in_pandas(reports, cells), 1)
    return told


def main() -> None:
    """Measure the city that the command line names."""
    folder, side, series, days = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    made = city(folder, side, series, days)
    told = measured(made, baseline=True)
    print(json.dumps({"cells": len(made.folder.cells), "series": series, "reports": len(made.reports), **told}))


if __name__ == "__main__":
    main()
