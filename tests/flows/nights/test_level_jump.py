"""A night whose share of a level jumps: refused where nothing explains it, published where something does; what stood before stays."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from flows.nights import checks
from flows.nights import night as flow
from flows.nights.checks import RefusedNightError
from flows.nights.night import Computed, NightOutcome, run_night
from flows.nights.plan import PastNights, backfill_runs, nightly_run
from flows.tell.docs import write_docs
from infra.warehouse.nights.nights import night_row
from infra.warehouse.nights.runs import runs_of
from infra.warehouse.nights.scores import row_hashes_of
from tests.helpers import tiny
from tests.helpers.tiny import CODE, NIGHT, Tiny

pytestmark = pytest.mark.slow

DAY = dt.timedelta(days=1)
# A Sunday: a district with so short a past has a new reference every Monday, and nights under another one are no measure.
TONIGHT = NIGHT - DAY
LATER = tiny.moment(TONIGHT, 9)
# At least half of the nights looked back on must be there.
LEVEL_NIGHTS, BEFORE = 8, 5
LAST_WEEK = pl.col("day") >= TONIGHT - 7 * DAY
STEADY = pl.lit(20)


def jump(patch: pytest.MonkeyPatch, reports: pl.Expr = STEADY, **change: pl.Expr) -> None:
    """Every cell's safety is red tonight, or ``change`` is made; ``reports`` is what the sources are seen to have sent a day."""
    sound = flow.compute
    red = pl.when(pl.col("level").is_not_null() & (pl.col("category") == "safety")).then(pl.lit("red")).otherwise("level")

    def compute(*given: Any, **named: Any) -> Computed:
        computed = sound(*given, **named)
        result = replace(computed.result, scores=computed.result.scores.with_columns(**(change or {"level": red})))
        days = computed.view.days
        seen = days.with_columns(reports=reports.cast(days.schema["reports"]))
        return replace(computed, result=result, view=replace(computed.view, days=seen))

    patch.setattr(flow, "compute", compute)


def tonight(lived: Tiny, run_id: str) -> NightOutcome:
    return run_night(lived.context, nightly_run(lived.context, TONIGHT, LATER, run_id))


@pytest.fixture
def lived(district: Tiny, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """Some nights and tonight's first revision, all sound."""
    monkeypatch.setattr(checks, "LEVEL_NIGHTS", LEVEL_NIGHTS)
    for run in backfill_runs(district.context, PastNights(TONIGHT - BEFORE * DAY, TONIGHT - DAY, "first-run"), LATER, "past"):
        run_night(district.context, run)
    run_night(district.context, nightly_run(district.context, TONIGHT, None, "first"))
    return district


def test_an_unexplained_jump_is_refused_and_the_old_revision_stays(lived: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = lived.context.warehouse
    before = row_hashes_of(warehouse, TONIGHT)
    with monkeypatch.context() as patch:
        jump(patch)
        with pytest.raises(RefusedNightError, match="share of a level jumped") as refused:
            tonight(lived, "second")
    assert refused.value.remedy == (
        f"If the jump is real, publish it with `sifang backfill --from {TONIGHT} --to {TONIGHT} --reason jump-confirmed`."
    )
    row = night_row(warehouse, TONIGHT)
    assert row is not None
    assert row.revision == 1
    assert row_hashes_of(warehouse, TONIGHT).equals(before)
    last = runs_of(warehouse, 1).to_dicts()[0]
    assert (last["run_id"], last["status"], last["error"]) == ("second", "failed", "refused: level_jump")
    assert "level_jump" in (write_docs(lived.context).parent / "scores.html").read_text("utf-8")

    # The remedy is true: with a reason, the same night is published.
    with monkeypatch.context() as patch:
        jump(patch)
        run = backfill_runs(lived.context, PastNights(TONIGHT, TONIGHT, "jump-confirmed"), LATER, "third")[0]
        assert run_night(lived.context, run).revision == 2


STORMY = pl.when(LAST_WEEK & (pl.col("source") == "fire")).then(40).otherwise(20)
SILENT = pl.when(LAST_WEEK & (pl.col("source") == "order")).then(0).otherwise(20)
BUSIER = pl.when(LAST_WEEK & (pl.col("source") == "fire")).then(25).otherwise(20)


@pytest.mark.parametrize(
    ("reports", "explained"),
    [
        pytest.param(STORMY, True, id="one source sent twice as much"),
        pytest.param(SILENT, True, id="one source sent nothing"),
        pytest.param(BUSIER, False, id="a quarter more is not much more"),
    ],
)
def test_a_jump_is_explained_by_what_the_sources_sent(
    lived: Tiny, monkeypatch: pytest.MonkeyPatch, reports: pl.Expr, explained: bool
) -> None:
    jump(monkeypatch, reports)
    if explained:
        assert tonight(lived, "second").revision == 2
    else:
        with pytest.raises(RefusedNightError, match="share of a level jumped"):
            tonight(lived, "second")


def test_a_jump_is_explained_by_other_rules(lived: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    file = lived.root / "districts" / CODE / "district.toml"
    file.write_text(file.read_text("utf-8").replace("stock_weight = 0.05", "stock_weight = 0.06"), "utf-8")
    lived.context.stores.close()
    lived = Tiny(lived.root)
    try:
        jump(monkeypatch)
        assert tonight(lived, "second").revision == 2
    finally:
        lived.context.stores.close()


def test_what_changes_a_few_cells_is_no_jump(lived: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    few = (pl.col("category") == "safety") & (pl.int_range(pl.len()).over("category") < 3) & pl.col("level").is_not_null()
    jump(monkeypatch, level=pl.when(few).then(pl.lit("red")).otherwise("level"))
    assert tonight(lived, "second").revision == 2
