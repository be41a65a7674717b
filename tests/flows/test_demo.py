"""The demo, twice in a fresh home: it balances, it finds exactly the dirt the simulator put in, and a repeat changes nothing.

The repeat comes by a clock that was set back by more than a year: a demo brings its own time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
import sqlalchemy as sa

from flows.stores import open_context
from infra import clock
from infra.warehouse import tables
from infra.warehouse.engine import Warehouse, reading
from tests.helpers.kept import strangers
from tests.helpers.keys import KEY
from tests.helpers.prefect_server import Server
from transforms.workshop.simulator.simulate import Truth

if TYPE_CHECKING:
    from flows.demo import Demonstrated

pytestmark = pytest.mark.slow
SET_BACK = dt.timedelta(days=500)


@dataclass(frozen=True)
class Shown:
    strangers: list[tuple[str, str]]
    first: Demonstrated
    second: Demonstrated
    quarantine: pl.DataFrame
    truth: Truth


@pytest.fixture(scope="module")
def shown(prefect_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    from flows import demo as module

    root = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SIFANG_DISTRICT", "SIFANG_WAREHOUSE_URL", "SIFANG_LAKE_URL", "SIFANG_DISTRICTS"):
            patch.delenv(name, raising=False)
        patch.setenv("SIFANG_HOME", str(root))
        patch.setenv("SIFANG_INBOX", str(root / "inbox" / "weibin"))
        patch.setenv("SIFANG_KEY", KEY)
        first = module.demo()
        context = open_context(module.DISTRICT)
        try:
            now = clock.now
            patch.setattr(clock, "now", lambda: now() - SET_BACK)
            second = module.demo()
            kept = strangers(root, context.warehouse.engine)
            yield Shown(kept, first, second, _quarantine(context.warehouse.engine), module.stage(context).truth)
        finally:
            context.stores.close()


def _quarantine(engine: sa.Engine) -> pl.DataFrame:
    """Source, file, row and reason of every row that was set aside."""
    b, q = tables.batches.c, tables.quarantine.c
    query = sa.select(b.source, b.file_name, q.row, q.reason).distinct().where(b.batch_id == q.batch_id, b.district == q.district)
    with reading(Warehouse(engine, "weibin")) as connection:
        rows = [tuple(r) for r in connection.execute(query)]
    return pl.DataFrame(rows, schema={"source": pl.String, "file": pl.String, "row": pl.Int64, "reason": pl.String}, orient="row")


def test_the_first_demo_publishes_sixty_nights(shown: Shown) -> None:
    assert (shown.first.nights, shown.first.rows_total) == (60, 60 * 4 * 417)
    assert shown.first.rows_changed == shown.first.rows_total
    assert shown.first.alerts_opened > 0
    assert "<html" in Path(shown.first.brief).read_text("utf-8")


def test_the_second_demo_changes_no_row_and_takes_in_no_batch(shown: Shown) -> None:
    assert (shown.second.rows_changed, shown.second.batches_new) == (0, 0)
    assert shown.second.rows_total == shown.first.rows_total
    assert (shown.second.status.revision, shown.second.status.alerts_open) == (1, shown.first.status.alerts_open)
    assert shown.second.status.ledger == shown.first.status.ledger
    assert shown.second.status.lake_seq == shown.first.status.lake_seq


def test_the_ledger_balances_and_says_what_the_simulator_knows(shown: Shown) -> None:
    truth = {row["source"]: row for row in shown.truth.totals.iter_rows(named=True)}
    assert {one.source for one in shown.first.status.ledger} == set(truth)
    for one in shown.first.status.ledger:
        known = truth[one.source]
        assert one.balances
        # The simulator knows hours, and reports keep days: a few corrections of an hour say nothing new.
        hours = known["accepted"] - one.accepted
        assert 0 <= hours <= known["accepted"] / 1000, one.source
        found = [one.batches, one.delivered, one.merged, one.duplicate - hours, one.quarantined, one.refused, one.out_of_scope]
        assert found == [*(known[c] for c in ("deliveries", "delivered", "merged", "duplicates", "dirty")), 0, 0], one.source


def test_the_quarantine_holds_exactly_the_rows_the_simulator_spoiled(shown: Shown) -> None:
    dirt = shown.truth.dirt
    counted = {(s, r): n for s, r, n in dirt.group_by("source", "reason").len().iter_rows()}
    assert ("fire", "outside_district") in counted
    assert {(one.source, one.reason): one.rows for one in shown.first.status.quarantine} == counted
    # Row for row: the simulator counts from 0, the ledger from 1, the first row below the header.
    extension = pl.when(pl.col("source") == "stability").then(pl.lit("jsonl")).otherwise(pl.lit("csv"))
    wanted = dirt.select(
        "source",
        file=pl.format("{}_{}.{}", "source", pl.col("day").dt.strftime("%Y%m%d"), extension),
        row=pl.col("row") + 1,
        reason="reason",
    )
    order = ["source", "file", "row", "reason"]
    assert shown.quarantine.sort(order).equals(wanted.unique().sort(order))


def test_sixty_nights_keep_no_text_but_what_ships_and_is_declared(shown: Shown) -> None:
    assert shown.strangers == []
