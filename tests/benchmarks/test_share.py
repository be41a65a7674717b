"""What share of a nightly Great Expectations takes: its import beside the other imports, its checks beside ingest and night."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from expectations import judge as module
from flows.intake.ingest import ingest
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.stores import open_context
from infra.districts.simulated import write_deliveries
from tests.helpers.homes import settle
from transforms.clocks.nights import cutoff
from transforms.workshop.simulator.simulate import simulate

FIRST_DAY = dt.date(2025, 1, 1)
DAY = dt.timedelta(days=1)
HISTORY_DAYS, NIGHTS = 120, 12
MAX_SHARE = 0.3
IMPORTS = """
import time
begin = time.process_time()
import flows.nightly
own = time.process_time() - begin
import expectations.engine
print(own, time.process_time() - begin - own)
"""


def test_the_share_of_a_nightly_that_great_expectations_takes(
    benchmark: BenchmarkFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [sys.executable, "-W", "ignore", "-c", IMPORTS]
    said = subprocess.run(command, cwd=Path(__file__).parents[2], env=dict(os.environ), capture_output=True, text=True, check=True).stdout
    other, library = map(float, said.split())

    settle(monkeypatch, tmp_path)
    spent = dict.fromkeys(("checks", "ingest", "night"), 0.0)

    def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The work itself, on the clock of the processors: whatever else the machine does burdens that least."""

        def run(*given: Any, **named: Any) -> Any:
            begin = time.process_time()
            try:
                return work(*given, **named)
            finally:
                spent[name] += time.process_time() - begin

        return run

    monkeypatch.setattr(module, "judge", timed("checks", module.judge))
    take_in, run = timed("ingest", ingest), timed("night", run_night)
    context = open_context("weibin")
    days = HISTORY_DAYS + NIGHTS
    simulation = simulate(context.folder.cells, first_day=FIRST_DAY, days=days, seed=5, history_days=HISTORY_DAYS)

    def nightly(night: dt.date, since: dt.date) -> int:
        write_deliveries([d for d in simulation.deliveries if since <= d.day < night], tmp_path / "inbox")
        moment = cutoff(night, context.district)
        records = take_in(context, moment)
        run(context, nightly_run(context, night, None, f"bench-{night}"))
        return len(records)

    def nights() -> int:
        return sum(nightly(night, night - DAY) for night in (first + n * DAY for n in range(1, NIGHTS)))

    try:
        # The first night takes in the whole past and fits every model.
        first = FIRST_DAY + (HISTORY_DAYS + 1) * DAY
        nightly(first, FIRST_DAY)
        spent = dict.fromkeys(spent, 0.0)
        files = benchmark.pedantic(nights, rounds=1)  # type: ignore[no-untyped-call]
    finally:
        context.stores.close()
    assert files >= 2 * (NIGHTS - 1)
    share = spent["checks"] / (spent["ingest"] + spent["night"])
    told = {f"{name}_s": round(seconds / (NIGHTS - 1), 3) for name, seconds in spent.items()}
    benchmark.extra_info.update(**told, files=files, share=round(share, 3), import_s=round(library, 2), other_imports_s=round(other, 2))
    with capsys.disabled():
        print(
            f"\na nightly, seconds of processor: import of Great Expectations {library:.1f} beside {other:.1f} for everything else;",
            end=" ",
        )
        print(f"ingest {told['ingest_s']}, of which its checks {told['checks_s']}; night {told['night_s']}; share {share:.0%}")
    assert 0 < share <= MAX_SHARE
