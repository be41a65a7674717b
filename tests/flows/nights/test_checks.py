"""A night that must not be published is not: the old revision stays and the run says why. Data Docs show it, in a bounded site."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from flows.intake.ingest import ingest
from flows.nights import night as flow
from flows.nights.checks import RefusedNightError
from flows.nights.night import Computed, run_night
from flows.nights.plan import PastNights, backfill_runs, nightly_run
from flows.tell.brief import write_brief
from flows.tell.docs import write_docs
from infra.warehouse.nights.nights import night_row
from infra.warehouse.nights.runs import newest_runs, runs_of
from infra.warehouse.nights.scores import level_counts, row_hashes_of
from tests.helpers import tiny
from tests.helpers.tiny import CELLS, CODE, NIGHT, Tiny
from transforms.scoring.usual_levels import usual_levels

DAY = dt.timedelta(days=1)
LATER = tiny.moment(NIGHT, 9)


def spoil(patch: pytest.MonkeyPatch, change: pl.Expr) -> None:
    """Let a night compute something wrong."""
    sound = flow.compute

    def wrong(*given: Any, **named: Any) -> Computed:
        computed = sound(*given, **named)
        return replace(computed, result=replace(computed.result, scores=computed.result.scores.with_columns(change)))

    patch.setattr(flow, "compute", wrong)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (pl.col("recent") + 0.5, "contributions_unequal"),
        (pl.lit("E001N001").alias("cell_id"), "output_repeated"),
        (pl.col("score") + 1000, "output_out_of_range"),
    ],
)
def test_a_wrong_night_leaves_the_old_revision_and_says_why(
    on_both: Tiny, monkeypatch: pytest.MonkeyPatch, change: pl.Expr, code: str
) -> None:
    context = on_both.context
    run_night(context, nightly_run(context, NIGHT, None, "first"))
    assert newest_runs(context.warehouse, 1)[0].summary.checks["scores"].checks > 0
    before = row_hashes_of(context.warehouse, NIGHT)
    with monkeypatch.context() as patch:
        spoil(patch, change)
        with pytest.raises(RefusedNightError, match="What was published before stays"):
            run_night(context, backfill_runs(context, PastNights(NIGHT, NIGHT, "check"), LATER, "second")[0])
    row = night_row(context.warehouse, NIGHT)
    assert row is not None
    assert row.revision == 1
    assert row_hashes_of(context.warehouse, NIGHT).equals(before)
    last = runs_of(context.warehouse, 1).to_dicts()[0]
    assert last["status"] == "failed"
    assert code in last["error"]
    site = write_docs(context)
    assert code in (site.parent / "scores.html").read_text("utf-8")


def test_levels_are_compared_with_the_nights_before_under_the_same_rules(district: Tiny) -> None:
    context = district.context
    first = NIGHT - 3 * DAY
    for run in backfill_runs(context, PastNights(first, NIGHT - DAY, "first-run"), LATER, "past"):
        run_night(context, run)
    row = night_row(context.warehouse, NIGHT - DAY)
    assert row is not None
    last = NIGHT - DAY
    counts = level_counts(context.warehouse, NIGHT - 4 * DAY, last, row.scoring_hash, row.model_ids)
    assert counts["night"].unique().sort().to_list() == [first, first + DAY, last]
    assert (counts.group_by("night", "category").agg(pl.col("cells").sum())["cells"] == CELLS).all()
    usual = usual_levels(counts, 4)
    sums = usual.group_by("category").agg(pl.col("share").sum())
    assert len(usual) > 4
    assert sums["share"].is_between(0.85, 1.15).all()
    # Too few nights, other rules, other models: nothing to compare with.
    assert usual_levels(counts, 28).is_empty()
    for rules, models in (("x", row.model_ids), (row.scoring_hash, ["m"])):
        assert level_counts(context.warehouse, NIGHT - 4 * DAY, last, rules, models).is_empty()


def test_data_docs_hold_every_suite_and_no_value_and_do_not_grow(district: Tiny) -> None:
    context = district.context
    rows = tiny.reports("order", NIGHT - DAY, NIGHT - DAY, seed=8).with_columns(
        kind=pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("secretword")).otherwise("kind")
    )
    tiny.deliver(district.inbox, "order", rows, "dirty")
    tiny.deliver(district.inbox, "fire", rows.drop("kind"), "broken")
    ingest(context, LATER)
    run_night(context, nightly_run(context, NIGHT, LATER, "first"))
    write_docs(context)
    brief = write_brief(context, NIGHT)
    site = context.settings.docs / CODE
    pages = {f.name: f.read_text("utf-8") for f in site.iterdir()}
    sources = {f"source_{s.code}.html" for s in context.district.sources}
    assert set(pages) == {"index.html", "reports.html", "scores.html", "alerts.html", "surges.html", *sources}
    assert f'href="../../docs/{CODE}/index.html"' in brief.read_text("utf-8")
    for name, page in pages.items():
        assert "secretword" not in page, name
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page), name
        assert "default-src 'none'" in page
    assert "类别在代码表中" in pages["source_order.html"]
    assert "the kind is in a codelist" in pages["source_order.html"]
    assert re.search(r"kind_unknown · kind</code> 3", pages["source_order.html"])
    assert "column_missing" in pages["source_fire.html"]

    (site / "source_gone.html").write_text("a source that is no more", "utf-8")
    size = sum(f.stat().st_size for f in site.iterdir() if f.name in pages)
    write_docs(context)
    assert {f.name: f.stat().st_size for f in site.iterdir()}.keys() == pages.keys()
    assert sum(f.stat().st_size for f in site.iterdir()) == size
    assert size < 600_000
