"""One night as a plain function on both databases: what is published, what a repeat changes, what a backfill leaves alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl
import pytest

from flows.intake.ingest import ingest
from flows.nights.night import NightOutcome, compute, run_night
from flows.nights.plan import PastNights, backfill_runs, nightly_run
from flows.nights.replay import replay
from infra.pages.brief.collect import collect
from infra.warehouse.alerts.alerts import alerts_of
from infra.warehouse.alerts.events import alert_events_before
from infra.warehouse.nights.models import models_of
from infra.warehouse.nights.nights import night_row
from infra.warehouse.nights.row_hashes import row_hashes
from infra.warehouse.nights.runs import run_summary, runs_of
from infra.warehouse.nights.scores import row_hashes_of, scores_of
from infra.warehouse.nights.source_days import source_days_of
from tests.helpers import tiny
from tests.helpers.invented import rainfall
from tests.helpers.tiny import CATEGORIES, CELLS, NIGHT, UNCOVERED, Tiny, moment
from transforms.alerts.types import TYPES
from transforms.words import Category, Event

DAY = dt.timedelta(days=1)
FAR = dt.date(2026, 1, 1)


def _night(tiny_one: Tiny, night: dt.date, run_id: str, newest: dt.datetime | None = None) -> NightOutcome:
    return run_night(tiny_one.context, nightly_run(tiny_one.context, night, newest, run_id))


def _again(tiny_one: Tiny, first: dt.date, last: dt.date, at: dt.datetime, *, as_known: bool, run_id: str = "again") -> list[NightOutcome]:
    """A backfill as the flow does it, without a server."""
    events = alert_events_before(tiny_one.context.warehouse, first)
    outcomes = []
    for run in backfill_runs(tiny_one.context, PastNights(first, last, "late-data", "as_known" if as_known else "restate"), at, run_id):
        outcomes.append(run_night(tiny_one.context, run, events))
        events = pl.concat([events, outcomes[-1].events])
    return outcomes


def _late(tiny_one: Tiny, released: dt.datetime, night: dt.date = NIGHT) -> None:
    """Three days of further reports, released late and taken in the moment they are."""
    rows = tiny.reports("order", night - 3 * DAY, night - DAY, seed=9)
    local = released.astimezone(tiny_one.context.district.zone)
    tiny.deliver(tiny_one.inbox, "order", rows.with_columns(released=pl.lit(f"{local:%Y-%m-%d %H:%M:%S}")), f"late_{released:%Y%m%d%H%M}")
    assert tiny_one.ingest(released)[0].accepted == len(rows)


def _stored_alerts(tiny_one: Tiny) -> tuple[pl.DataFrame, pl.DataFrame]:
    return alerts_of(tiny_one.context.warehouse), alert_events_before(tiny_one.context.warehouse, FAR)


def test_a_night_publishes_every_cell_in_every_category(on_both: Tiny) -> None:
    outcome = _night(on_both, NIGHT, "first")
    scores = scores_of(on_both.context.warehouse, NIGHT)
    cells = sorted(on_both.context.folder.cells["cell_id"])
    assert (outcome.revision, outcome.rows_total, len(cells)) == (1, 4 * CELLS, CELLS)
    for category in CATEGORIES:
        assert scores.filter(pl.col("category") == category)["cell_id"].sort().to_list() == cells
    assert scores.filter(pl.col("state") == "scored")["level"].null_count() == 0
    row = night_row(on_both.context.warehouse, NIGHT)
    assert row is not None
    assert (row.as_of, row.lake_seq, row.mode) == (moment(NIGHT), on_both.context.lake.sequence(), "nightly")


def test_cells_outside_a_sources_coverage_are_not_scored(district: Tiny) -> None:
    _night(district, NIGHT, "first")
    east = district.context.folder.cells.filter(pl.col("lon") > tiny.COVERED_EAST)["cell_id"].sort()
    scores = scores_of(district.context.warehouse, NIGHT)
    unscored = scores.filter(pl.col("state") == "not_scored")
    assert len(east) == UNCOVERED
    assert unscored.select("category", "reason").unique().rows() == [("public_order", "not_covered")]
    assert unscored["cell_id"].sort().to_list() == east.to_list()
    numbers = [c for c, t in scores.schema.items() if t == pl.Float64]
    assert unscored.select(pl.all_horizontal(pl.col([*numbers, "level"]).is_null()).all()).item()


def test_a_second_run_changes_no_row_and_makes_no_revision(on_both: Tiny) -> None:
    _night(on_both, NIGHT, "first")
    before, alerts = row_hashes_of(on_both.context.warehouse, NIGHT), _stored_alerts(on_both)
    second = _night(on_both, NIGHT, "second")
    assert (second.revision, second.rows_changed, second.levels_changed) == (1, 0, 0)
    assert row_hashes_of(on_both.context.warehouse, NIGHT).equals(before)
    assert all(a.equals(b) for a, b in zip(_stored_alerts(on_both), alerts, strict=True))


def test_new_data_makes_a_second_revision_and_readers_see_only_that(on_both: Tiny) -> None:
    first = _night(on_both, NIGHT, "first")
    warehouse = on_both.context.warehouse
    old = scores_of(warehouse, NIGHT)
    _late(on_both, moment(NIGHT, 6))
    second = _night(on_both, NIGHT, "second", newest=moment(NIGHT, 6))
    assert (first.revision, second.revision) == (1, 2)
    assert second.rows_changed > 0
    new, row = scores_of(warehouse, NIGHT), night_row(warehouse, NIGHT)
    assert row is not None
    assert (row.revision, row.as_of, row.lake_seq) == (2, moment(NIGHT, 6), on_both.context.lake.sequence())
    assert scores_of(warehouse, NIGHT, 1).equals(old)
    assert scores_of(warehouse, NIGHT, 2).equals(new)
    assert not new.equals(old)
    # Data of one feed moves its own category, and duty where its cases have clocks, and none of the others.
    moved = new.join(old, on=["category", "cell_id"]).filter(pl.col("expected_harm").ne_missing(pl.col("expected_harm_right")))
    assert set(moved["category"]) == {"public_order", "political"}


def test_without_a_later_moment_data_from_after_the_cutoff_waits_for_the_next_night(district: Tiny) -> None:
    _night(district, NIGHT, "first")
    _late(district, moment(NIGHT, 6))
    assert _night(district, NIGHT, "second").rows_changed == 0


def test_a_rerun_of_an_amended_night_looks_at_what_the_amendment_saw(district: Tiny) -> None:
    _late(district, moment(NIGHT, 6))
    _night(district, NIGHT, "amended", newest=moment(NIGHT, 6))
    again = _night(district, NIGHT, "again")
    assert (again.revision, again.rows_changed) == (1, 0)


@pytest.fixture
def rain() -> Iterator[None]:
    """Heavy rain on the first two nights: a type of alert that opens on a first night, as levels do not."""
    with TYPES.including(rainfall.TYPE):
        yield


@pytest.mark.usefixtures("rain")
def test_alerts_keep_their_identity_over_nights_and_reruns(on_both: Tiny) -> None:
    tiny.deliver_days(on_both.inbox, NIGHT, NIGHT + DAY)
    on_both.ingest(moment(NIGHT + 2 * DAY))
    for k in range(3):
        _night(on_both, NIGHT + k * DAY, f"n{k}")
    alerts, events = _stored_alerts(on_both)
    assert alerts.filter(pl.col("opened_night") == NIGHT).height > 0
    assert not alerts.select("type", "subject", "category").is_duplicated().any()
    last = NIGHT + 2 * DAY
    _late(on_both, moment(last, 6), last)
    assert _night(on_both, last, "amended", newest=moment(last, 6)).revision == 2
    later, later_events = _stored_alerts(on_both)
    kept = later.filter(pl.col("alert_id").is_in(alerts["alert_id"].implode()))
    assert (
        kept.select("alert_id", "subject", "category", "episode")
        .sort("alert_id")
        .equals(alerts.select("alert_id", "subject", "category", "episode").sort("alert_id"))
    )
    assert not later.select("type", "subject", "category").is_duplicated().any()
    # Append-only: what was recorded is still there.
    assert events.join(later_events, on=["alert_id", "night", "event"], how="anti").is_empty()


@pytest.mark.usefixtures("rain")
@pytest.mark.parametrize("as_known", [False, True])
def test_a_backfill_tells_what_it_would_have_done_and_touches_no_live_alert(on_both: Tiny, as_known: bool) -> None:
    _night(on_both, NIGHT, "first")
    alerts = _stored_alerts(on_both)
    _late(on_both, moment(NIGHT, 6))
    outcomes = _again(on_both, NIGHT - 2 * DAY, NIGHT, moment(NIGHT, 7), as_known=as_known)
    found = pl.concat([o.events for o in outcomes])
    assert found.filter(pl.col("event") == "opened").height > 0
    # Each night knows the ones before it: nothing opens twice without having ended.
    opened = found.filter(pl.col("event") == "opened")
    assert not opened["alert_id"].is_duplicated().any()
    assert sum(o.summary.events.get(Event.OPENED, 0) for o in outcomes) == opened.height
    assert not any(o.summary.live for o in outcomes)
    assert all(a.equals(b) for a, b in zip(_stored_alerts(on_both), alerts, strict=True))


def test_as_known_reproduces_a_night_hash_for_hash_after_later_data_arrived(on_both: Tiny) -> None:
    _night(on_both, NIGHT, "first")
    warehouse = on_both.context.warehouse
    stored, row = row_hashes_of(warehouse, NIGHT), night_row(warehouse, NIGHT)
    assert row is not None
    # One file that was released after the night looked, and one with an old release time that entered only later.
    _late(on_both, moment(NIGHT, 6))
    tiny.deliver(on_both.inbox, "fire", tiny.reports("fire", NIGHT - 20 * DAY, NIGHT - 2 * DAY, seed=5), "imported")
    on_both.ingest(moment(NIGHT + DAY))
    run = backfill_runs(on_both.context, PastNights(NIGHT, NIGHT, "audit", "as_known"), moment(NIGHT + DAY), "known")[0]
    assert (run.as_of, run.lake_seq) == (row.as_of, row.lake_seq)
    computed = compute(on_both.context, run)
    scores = computed.result.scores.sort("category", "cell_id")
    assert computed.view.lake_seq == row.lake_seq < on_both.context.lake.sequence()
    assert row_hashes(scores).to_list() == stored["row_hash"].to_list()
    assert _again(on_both, NIGHT, NIGHT, moment(NIGHT + DAY), as_known=True)[0].rows_changed == 0


def test_restate_sees_the_data_that_arrived_later(on_both: Tiny) -> None:
    _night(on_both, NIGHT, "first")
    _late(on_both, moment(NIGHT, 6))
    restated = _again(on_both, NIGHT, NIGHT, moment(NIGHT, 7), as_known=False)[0]
    assert restated.revision == 2
    assert restated.rows_changed > 0
    row = night_row(on_both.context.warehouse, NIGHT)
    assert row is not None
    assert (row.mode, row.as_of, row.lake_seq) == ("restate", moment(NIGHT, 7), on_both.context.lake.sequence())
    days = source_days_of(on_both.context.warehouse, NIGHT).filter((pl.col("source") == "order") & (pl.col("day") == NIGHT - DAY))
    late = tiny.reports("order", NIGHT - 3 * DAY, NIGHT - DAY, seed=9)
    assert days["reports"][0] > late.filter(pl.col("happened").str.starts_with(f"{NIGHT - DAY}")).height


def test_what_happens_after_the_night_began_counts_for_no_run_of_it(district: Tiny) -> None:
    _night(district, NIGHT, "first")
    tiny.deliver_days(district.inbox, NIGHT, NIGHT + 3 * DAY)
    district.ingest(moment(NIGHT + 4 * DAY))
    restated = _again(district, NIGHT, NIGHT, moment(NIGHT + 4 * DAY), as_known=False)[0]
    scores = scores_of(district.context.warehouse, NIGHT)
    first = scores_of(district.context.warehouse, NIGHT, 1)
    assert scores.filter(pl.col("category") == "public_order").equals(first.filter(pl.col("category") == "public_order"))
    assert restated.levels_changed == 0


def test_a_feed_missing_for_a_month_lowers_no_level_for_lack_of_data(on_both: Tiny) -> None:
    last = NIGHT + 30 * DAY
    tiny.deliver_days(on_both.inbox, NIGHT, last - DAY, ("fire", "stability"))
    on_both.ingest(moment(last))
    warehouse = on_both.context.warehouse
    _night(on_both, NIGHT, "before")
    before = _levels(scores_of(warehouse, NIGHT))
    hot = {cell for cell, level in before.items() if level in {"yellow", "orange", "red"}}
    assert hot
    harm, measured = _harm(on_both, NIGHT), _measured_by(on_both, NIGHT)
    for days in (4, 12, 18, 20):
        night = NIGHT + days * DAY
        _night(on_both, night, f"gap{days}")
        assert _levels(scores_of(warehouse, night)) == before, f"{days} days into the gap"
        # No holiday is ahead, and a week has each weekday once: the season of the days ahead is the same, but for the order of its sum.
        assert _harm(on_both, night) == pytest.approx(harm, rel=1e-9)
        assert _measured_by(on_both, night) == measured
    # What was stored and what is asked for again agree, in a night of a week whose Monday was never heard of.
    assert replay(on_both.context, NIGHT + 18 * DAY, refit=True).identical
    _night(on_both, last, "month")
    month = scores_of(warehouse, last)
    assert month.filter(pl.col("category") == "public_order").select(pl.col("level").is_null().all()).item()
    reasons = dict(month.filter(pl.col("category") == "public_order").group_by("reason").len().iter_rows())
    assert reasons == {"stale": CELLS - UNCOVERED, "not_covered": UNCOVERED}
    assert month.filter(pl.col("category") == "safety")["state"].unique().to_list() == ["scored"]
    states = source_days_of(warehouse, last).filter((pl.col("source") == "order") & (pl.col("day") >= NIGHT))
    assert set(states["state"]) == {"missing", "late"}
    # A night without a score is no calm night: nothing ended for lack of data.
    ended = alert_events_before(warehouse, FAR).filter((pl.col("category") == "public_order") & (pl.col("event") == "ended"))
    assert ended.is_empty()


def test_runs_and_summaries_are_recorded(on_both: Tiny) -> None:
    outcome = _night(on_both, NIGHT, "first")
    _night(on_both, NIGHT, "second")
    _again(on_both, NIGHT - DAY, NIGHT, moment(NIGHT, 7), as_known=False, run_id="fill")
    warehouse = on_both.context.warehouse
    runs = {(r["run_id"], r["night"]): r for r in runs_of(warehouse).iter_rows(named=True)}
    assert {k: (r["kind"], r["mode"], r["status"], r["reason"]) for k, r in runs.items()} == {
        ("first", NIGHT): ("nightly", "nightly", "ok", None),
        ("second", NIGHT): ("nightly", "nightly", "unchanged", None),
        ("fill", NIGHT - DAY): ("backfill", "restate", "ok", "late-data"),
        ("fill", NIGHT): ("backfill", "restate", runs["fill", NIGHT]["status"], "late-data"),
    }
    assert runs["first", NIGHT]["rows_changed"] == outcome.rows_changed == 4 * CELLS
    assert run_summary(warehouse, "first", NIGHT) == outcome.summary
    counted = sum(outcome.summary.levels[Category.SAFETY].values())
    assert counted + sum(outcome.summary.not_scored.get(Category.SAFETY, {}).values()) == CELLS


def test_the_brief_counts_what_a_night_took_in_a_moment_after_its_cutoff(district: Tiny) -> None:
    context, warehouse = district.context, district.context.warehouse
    for k in (0, 1):
        tiny.deliver_days(district.inbox, NIGHT + k * DAY, NIGHT + k * DAY)
        (district.inbox / f"order_{k}.csv").write_text(f"nothing,useful\n1,{k}\n", "utf-8")
        # A schedule starts at the cutoff; its files land seconds later.
        ingest(context, moment(NIGHT + (k + 1) * DAY) + dt.timedelta(seconds=3))
        _night(district, NIGHT + (k + 1) * DAY, f"n{k}")
        health = collect(warehouse, context.folder, NIGHT + (k + 1) * DAY).health
        delivered = {line.source: line.delivered for line in health.ledger}
        first = 0 if k else sum(len(tiny.reports(s, tiny.FIRST_DAY, NIGHT - DAY)) for s in tiny.SOURCES)
        assert sum(delivered.values()) == first + sum(len(tiny.reports(s, NIGHT + k * DAY, NIGHT + k * DAY)) for s in tiny.SOURCES)
        assert [(b.source, b.code) for b in health.stopped] == [("order", "column_missing")]


def _harm(tiny_one: Tiny, night: dt.date) -> list[float]:
    scores = scores_of(tiny_one.context.warehouse, night).filter((pl.col("category") == "public_order") & (pl.col("state") == "scored"))
    return scores.sort("cell_id")["expected_harm"].to_list()


def _measured_by(tiny_one: Tiny, night: dt.date) -> set[str]:
    """The models and references of public order that a night was published with."""
    row = night_row(tiny_one.context.warehouse, night)
    assert row is not None
    found = models_of(tiny_one.context.warehouse, row.model_ids)
    return {m.model_id for m in found if m.category == "public_order"}


def _levels(scores: pl.DataFrame) -> dict[str, str | None]:
    return dict(scores.filter(pl.col("category") == "public_order").select("cell_id", "level").iter_rows())
