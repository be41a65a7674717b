"""A process that runs one past night and a year of past origins on ten thousand cells of a city, and says what that cost.

Belongs here: measuring. Does not: what it may cost (``test_small_cells``).

Called with a folder to work in and the folder of the open data; prints one JSON object.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sys
import time
from pathlib import Path

from flows.intake.ingest import ingest
from flows.nights.backtest import Asked, backtest, terms
from flows.nights.night import run_night
from flows.nights.plan import PastNights, backfill_runs
from flows.stores import open_context
from tests.benchmarks import memory
from tests.benchmarks.four_years import CHICAGO, NOW, SHIPPED
from tests.helpers.keys import KEY
from tests.helpers.shipped import shipping
from transforms.schema import ALERT_EVENTS

# The least that squares may have.
SIZE_M = 250
NIGHT = dt.date(2015, 12, 7)
ORIGINS = 52
SERIES = "burglary"


def main(root: Path, data: Path) -> None:
    """Grow the home, which is not timed, then measure a night and the year before it."""
    district = root / "districts" / "chicago"
    shutil.copytree(CHICAGO, district)
    declaration = district / "district.toml"
    declaration.write_text(declaration.read_text("utf-8").replace("size_m = 500", f"size_m = {SIZE_M}"), "utf-8")
    os.environ |= {
        "SIFANG_HOME": str(root / "home"),
        "SIFANG_DISTRICTS": str(district.parent),
        "SIFANG_TEST_DATA": str(data),
        "SIFANG_KEY": KEY,
    }
    with shipping(SHIPPED):
        context = open_context("chicago")
    try:
        ingest(context, NOW)
        (run,) = backfill_runs(context, PastNights(NIGHT, NIGHT, "first-run"), NOW, "small")
        begun = time.perf_counter()
        _, grown = memory.grown(lambda: run_night(context, run, ALERT_EVENTS.to_frame()))
        told = {"cells": len(context.folder.cells), "night_s": time.perf_counter() - begun, "night_mib": grown >> 20}
        first = NIGHT - dt.timedelta(days=7 * (ORIGINS - 1))
        begun = time.perf_counter()
        forecasts, _ = backtest(context, terms(context, Asked(first, NIGHT, 7, None, frozenset({SERIES}))))
        told |= {"backtest_s": time.perf_counter() - begun, "rows": len(forecasts), "origins": forecasts["origin"].n_unique()}
    finally:
        context.stores.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
