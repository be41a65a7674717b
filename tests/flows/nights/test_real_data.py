"""Real, open data of two places, through the plain functions: Montgomery County's 911 calls and San Francisco's three feeds.

The data is not part of the project; the fixture ``real_data`` finds it.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from flows.nights.night import NightOutcome, run_night
from flows.nights.plan import PastNights, backfill_runs
from flows.repair.safekeeping import backup
from flows.stores import Context
from flows.tell.ledger import SourceLedger, ledger_by_source
from infra.warehouse.nights.scores import scores_of
from infra.warehouse.nights.source_days import source_days_of
from tests.helpers.homes import LONG_AFTER, opened_city
from tests.helpers.kept import strangers
from tests.helpers.real_data import held

pytestmark = pytest.mark.lengthy

ROOT = Path(__file__).parents[3]
DAY = dt.timedelta(days=1)
JUNE = [dt.date(2016, 6, 6) + k * DAY for k in range(7)]
JANUARY = dt.date(2015, 1, 20)


def _backfill(context: Context, first: dt.date, last: dt.date) -> list[NightOutcome]:
    runs = backfill_runs(context, PastNights(first, last, "first-run"), LONG_AFTER, "past")
    return [run_night(context, run) for run in runs]


def _ledger(context: Context) -> dict[str, SourceLedger]:
    ledger = {one.source: one for one in ledger_by_source(context)}
    assert all(one.balances for one in ledger.values())
    return ledger


def _states(context: Context, night: dt.date, category: str) -> dict[tuple[str, str | None], int]:
    scores = scores_of(context.warehouse, night).filter(pl.col("category") == category)
    return {(s, r): n for s, r, n in scores.group_by("state", "reason").len().iter_rows()}


# --- Montgomery: one file, two sources, no third feed


@pytest.fixture(scope="module")
def montgomery(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    held(real_data / "montgomery_911" / "911.csv.gz")
    with opened_city("montgomery", ROOT / "tests" / "districts", tmp_path_factory.mktemp("montgomery"), real_data) as context:
        outcomes = _backfill(context, JUNE[0], JUNE[-1])
        assert [o.revision for o in outcomes] == [1] * 7
        yield context


def test_montgomerys_one_file_feeds_two_sources_and_the_rest_is_out_of_scope(montgomery: Context, real_data: Path) -> None:
    ledger = _ledger(montgomery)
    file = real_data / "montgomery_911" / "911.csv.gz"
    prefix = pl.read_csv(file, columns=["title"], infer_schema=False)["title"].str.extract(r"^(\w+): ")
    counted: dict[str, int] = dict(prefix.value_counts().iter_rows())
    assert set(ledger) == {"fire", "traffic"}
    for source, word in (("fire", "Fire"), ("traffic", "Traffic")):
        assert ledger[source].delivered == len(prefix)
        assert ledger[source].out_of_scope == len(prefix) - counted[word]
        assert ledger[source].accepted > 0.8 * counted[word]


@pytest.mark.parametrize("night", [JUNE[0], JUNE[-1]])
def test_montgomery_scores_every_cell_in_the_two_categories_it_has_and_says_that_the_third_has_no_source(
    montgomery: Context, night: dt.date
) -> None:
    cells = len(montgomery.folder.cells)
    for category in ("safety", "public_order"):
        assert _states(montgomery, night, category) == {("scored", None): cells}
    assert _states(montgomery, night, "stability") == {("not_scored", "no_source"): cells}
    assert _states(montgomery, night, "political") == {("not_scored", "no_clocks"): cells}


# --- San Francisco: holes in the data, and a source that covers one neighbourhood


@contextmanager
def _san_francisco(root: Path, real_data: Path, warehouse: str | None = None) -> Iterator[Context]:
    data = held(real_data / "san_francisco" / "crime_2003_2015.parquet").parent
    folder = shutil.copytree(Path(__file__).parents[2] / "districts" / "san_francisco", root / "districts" / "san_francisco")
    (folder / "data").symlink_to(data.resolve())
    with opened_city("san_francisco", root / "districts", root, real_data, warehouse) as context:
        yield context


@pytest.fixture(scope="module")
def san_francisco(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    with _san_francisco(tmp_path_factory.mktemp("san_francisco"), real_data) as context:
        _backfill(context, JANUARY, JANUARY)
        yield context


def test_san_franciscos_ledger_balances_and_counts_repeated_rows(san_francisco: Context) -> None:
    ledger = _ledger(san_francisco)
    # Of 2,323 in the file; the others are about what no kind is, and out of scope.
    assert ledger["police"].duplicate == 2306
    assert ledger["police"].out_of_scope == 24_483
    assert all(one.accepted > 0 for one in ledger.values())


def test_weeks_that_are_absent_from_the_crime_file_are_never_read_as_quiet(san_francisco: Context, real_data: Path) -> None:
    crimes = pl.read_parquet(real_data / "san_francisco" / "crime_2003_2015.parquet", columns=["Dates"])
    dates = crimes["Dates"].cast(pl.String).str.slice(0, 10).str.to_date()
    held = set(dates)
    days = source_days_of(san_francisco.warehouse, JANUARY).filter(pl.col("source") == "police")
    absent = days.filter(~pl.col("day").is_in(list(held)))
    # The file holds every other week.
    assert len(days) >= 56
    assert 0.4 * len(days) < len(absent) < 0.6 * len(days)
    assert set(absent["state"]) <= {"missing", "late"}
    assert absent["share_arrived"].max() == 0
    assert set(days.filter(pl.col("day").is_in(list(held)))["state"]) <= {"ok", "partial"}


def test_cells_outside_the_one_neighbourhood_with_fire_calls_are_not_scored_for_safety(san_francisco: Context) -> None:
    cells, states = len(san_francisco.folder.cells), _states(san_francisco, JANUARY, "safety")
    assert set(states) == {("scored", None), ("not_scored", "not_covered")}
    # Lone Mountain is about 1.2 square kilometres of the city's 120.
    assert 3 <= states["scored", None] <= 12
    assert sum(states.values()) == cells > 400
    assert set(_states(san_francisco, JANUARY, "public_order")) == {("scored", None)}


def test_thirty_nights_of_san_francisco_keep_no_text_but_what_ships_and_is_declared(
    real_data: Path, tmp_path: Path, warehouse_url: str
) -> None:
    """On both databases; of a backup its own path is kept, as the operator wrote it, and nothing else."""
    with _san_francisco(tmp_path, real_data, warehouse_url) as context:
        _backfill(context, JANUARY, JANUARY + 29 * DAY)
        home, engine = context.settings.home, context.warehouse.engine
        assert strangers(home, engine) == []
        backup(context.settings, tmp_path / "kept")
        assert {where for where, _ in strangers(home, engine)} == {"backups.json"}
        assert strangers(home, engine, str(tmp_path / "kept")) == []
