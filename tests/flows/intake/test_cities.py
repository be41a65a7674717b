"""Cities connected by TOML and codelists alone: a month of nights each, from their open data, with a ledger that balances.

Run it with `-rP` to read what each city came to: lines of TOML, minutes from the file to the first score, the ledger.
"""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest

from flows.intake.ingest import ingest
from flows.nights.night import run_night
from flows.nights.plan import PastNights, backfill_runs
from flows.stores import open_context
from flows.tell.codelists import codelists
from flows.tell.ledger import ledger_by_source
from infra.warehouse.nights.scores import scores_of
from tests.helpers.homes import settle
from tests.helpers.real_data import SETTING, held

pytestmark = pytest.mark.lengthy

DISTRICTS = Path(__file__).parents[2] / "districts"
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
MAX_LINES = 60
# The folder of the data, the first night of the month, the categories that are scored, and the least share of rows in scope that enters.
CITIES = {
    "toronto": ("toronto", dt.date(2017, 3, 1), ["public_order"], 0.95),
    "boston": ("boston_311_sample", dt.date(2023, 6, 1), ["stability"], 0.95),
    "chicago": ("chicago", dt.date(2014, 6, 1), ["public_order"], 0.95),
    "new_york": ("nyc_council", dt.date(2019, 3, 1), ["stability"], 0.4),
    "montgomery": ("montgomery_911", dt.date(2016, 6, 1), ["safety", "public_order"], 0.95),
}


@pytest.mark.parametrize("city", CITIES)
def test_a_city_runs_a_month_of_nights_from_toml_alone(city: str, real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, first, categories, least = CITIES[city]
    held(real_data / folder)
    settle(monkeypatch, tmp_path)
    monkeypatch.setenv("SIFANG_DISTRICTS", str(DISTRICTS))
    monkeypatch.setenv(SETTING, str(real_data.resolve()))
    lines = len((DISTRICTS / city / "district.toml").read_text("utf-8").splitlines())
    assert lines <= MAX_LINES
    began = time.monotonic()
    context = open_context(city)
    try:
        assert {r.state for r in ingest(context, NOW)} == {"stored"}
        ledger = ledger_by_source(context)
        for one in ledger:
            assert one.balances
            assert one.accepted + one.merged + one.duplicate >= least * (one.delivered - one.out_of_scope)
        assert not [w for w in codelists(context).unmapped if w.word is not None]
        runs = backfill_runs(context, PastNights(first, first + dt.timedelta(days=29), "first-run"), NOW, "past")
        outcomes = []
        for run in runs:
            outcomes.append(run_night(context, run))
            if len(outcomes) == 1:
                print(f"{city}: {lines} lines of TOML, {(time.monotonic() - began) / 60:.1f} minutes from the file to the first score")
        print(*ledger, sep="\n")
        assert len(outcomes) == 30
        scores = scores_of(context.warehouse, first + dt.timedelta(days=29))
        for category in categories:
            states = scores.filter(category=category)["state"].unique().to_list()
            assert set(states) <= {"scored", "learning"}
    finally:
        context.stores.close()
