"""Cities connected by TOML and codelists alone: a month of nights each, from their open data, with a ledger that balances."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from flows.context import open_context
from flows.ingest import ingest
from flows.night import run_night
from flows.plan import backfill_runs
from flows.status import ledger_by_source, unmapped_words
from infra.warehouse.read import scores_of
from tests.flows import tiny

pytestmark = pytest.mark.slow

DISTRICTS = Path(__file__).parents[1] / "districts"
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
MAX_LINES = 60
# The folder of the data, the first night of the month, the category that is scored, and the least share of rows in scope that is accepted.
CITIES = {
    "toronto": ("toronto", dt.date(2017, 3, 1), "public_order", 0.95),
    "boston": ("boston_311_sample", dt.date(2023, 6, 1), "stability", 0.95),
    "chicago": ("chicago", dt.date(2014, 6, 1), "public_order", 0.95),
    "new_york": ("nyc_council", dt.date(2019, 3, 1), "stability", 0.4),
}


@pytest.mark.parametrize("city", CITIES)
def test_a_city_runs_a_month_of_nights_from_toml_alone(city: str, real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, first, category, least = CITIES[city]
    if not (real_data / folder).is_dir():
        pytest.skip(f"no {folder} under {real_data}: set SIFANG_TEST_DATA to the folder that holds it")
    for name in ("SIFANG_DISTRICT", "SIFANG_WAREHOUSE_URL", "SIFANG_LAKE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SIFANG_HOME", str(tmp_path))
    monkeypatch.setenv("SIFANG_DISTRICTS", str(DISTRICTS))
    monkeypatch.setenv("SIFANG_TEST_DATA", str(real_data.resolve()))
    monkeypatch.setenv("SIFANG_KEY", tiny.KEY)
    assert len((DISTRICTS / city / "district.toml").read_text("utf-8").splitlines()) <= MAX_LINES
    context = open_context(city)
    try:
        assert [r.state for r in ingest(context, NOW)] == ["stored"]
        (row,) = ledger_by_source(context).iter_rows(named=True)
        assert row["delivered"] == row["accepted"] + row["merged"] + row["duplicate"] + row["quarantined"] + row["out_of_scope"]
        assert row["accepted"] + row["merged"] + row["duplicate"] >= least * (row["delivered"] - row["out_of_scope"])
        assert not [w for w in unmapped_words(context) if w["word"] is not None]
        runs = backfill_runs(context, first, first + dt.timedelta(days=29), NOW, "past", "first-run", as_known=False)
        outcomes = [run_night(context, run) for run in runs]
        assert len(outcomes) == 30
        scores = scores_of(context.engine, city, first + dt.timedelta(days=29))
        states = scores.filter(category=category)["state"].unique().to_list()
        assert set(states) <= {"scored", "learning"}
    finally:
        context.close()
