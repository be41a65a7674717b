"""A new feed is one file plus one line; so is a new type of alert: an invented one of each goes from its file to the brief.

Each is entered for the time of one test, as its line in the registry would enter it, and is gone afterwards. Nothing else of the product
is told of it.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from flows.alerts.deliver import deliver
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.nights.replay import replay
from flows.tell.brief import write_brief
from flows.tell.docs import write_docs
from flows.tell.explain import explain
from infra.pages.brief.collect import collect
from infra.warehouse.alerts.alerts import alerts_of
from infra.warehouse.alerts.events import alert_events_before
from infra.warehouse.intake.ledger import ledger
from infra.warehouse.nights.scores import scores_of
from tests.helpers import tiny
from tests.helpers.homes import settle
from tests.helpers.invented import rainfall, water_leak
from tests.helpers.tiny import CELLS, NIGHT, Tiny, moment
from transforms.alerts.types import TYPES
from transforms.words import Category
from transforms.words.feeds import FEEDS
from transforms.workshop.proposal.words import Glossary, likely_feed

DAY = dt.timedelta(days=1)
KINDS = {"burst_main": 0.5, "burst_branch": 0.3, "seepage": 0.2}
MONTHS_AGO = NIGHT - 70 * DAY


def _text(page: str) -> str:
    return page.split('<script type="application/json"')[0]


def test_a_feed_is_one_file_and_one_line(tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tiny.SOURCES, "water", ("water_leak", 5.0, KINDS))
    with FEEDS.including(water_leak.FEED):
        tiny.write_district(tmp_path / "districts")
        tiny.deliver_days(tmp_path / "inbox", MONTHS_AGO, NIGHT - DAY, tuple(tiny.SOURCES))
        settle(monkeypatch, tmp_path)
        monkeypatch.setenv("SIFANG_WAREHOUSE_URL", warehouse_url)
        made = Tiny(tmp_path)
        try:
            _from_file_to_brief(made)
        finally:
            made.context.stores.close()
    assert "water_leak" not in FEEDS


def _from_file_to_brief(made: Tiny) -> None:
    context, warehouse = made.context, made.context.warehouse
    district = context.district
    # Its kinds and series are every district's, as those of the other feeds are.
    assert {k.code for k in district.kinds.values() if k.feed == "water_leak"} == set(KINDS)
    assert district.feed_of("pipe_burst") == "water_leak"
    assert district.feeds_of(Category.SAFETY) == {"fire_hazard", "water_leak"}
    made.ingest(moment(NIGHT))
    batches = ledger(warehouse)
    assert dict(batches.select("source", "feed").iter_rows())["water"] == "water_leak"
    assert batches.filter(pl.col("source") == "water")["accepted"].sum() > 200
    run_night(context, nightly_run(context, NIGHT, None, "first"))
    scores = scores_of(warehouse, NIGHT)
    assert scores.filter(category=Category.SAFETY, state="scored")["level"].null_count() == 0
    assert len(scores.filter(category=Category.SAFETY, state="scored")) == CELLS
    assert replay(context, NIGHT, refit=True).identical
    brief = {c.code: c for c in collect(warehouse, context.folder, NIGHT).categories}
    shares = {s.code: s.share for s in brief[Category.SAFETY].series}
    assert 0.1 < shares["pipe_burst"] < 0.9
    assert not {s.code for c in (Category.PUBLIC_ORDER, Category.STABILITY) for s in brief[c].series} & {"pipe_burst"}
    page = _text(write_brief(context, NIGHT).read_text("utf-8"))
    for word in ("供水漏损", "Water leaks", "爆管", "Burst pipes"):
        assert word in page
    docs = (write_docs(context).parent / "source_water.html").read_text("utf-8")
    assert "water: water leaks" in docs
    assert "whatever has a deadline names a department" in docs
    cell = scores["cell_id"][0]
    (told,) = explain(context, NIGHT, cell, Category.SAFETY).categories
    assert told.numbers is None or {s.code for s in told.numbers.series} >= {"pipe_burst", "fire_building"}
    # Who declares a further source is offered it.
    assert likely_feed(["water_main_leaks.csv", "burst pipe"])[0] == "water_leak"
    assert Glossary.standard().kind_of("MAIN BREAK", "water_leak") == "burst_main"


def test_a_type_of_alert_is_one_file_and_one_line(on_both: Tiny) -> None:
    context = on_both.context
    with TYPES.including(rainfall.TYPE):
        outcome = run_night(context, nightly_run(context, NIGHT, None, "first"))
        mine = outcome.events.filter(type="rainfall")
        assert mine.select("subject_kind", "subject", "category", "event", "level").sort("subject").rows() == [
            ("gauge", "gauge_7", None, "opened", None),
            ("district", tiny.CODE, "safety", "opened", "orange"),
        ]
        stored = alerts_of(context.warehouse).filter(type="rainfall")
        assert set(stored["state"]) == {"open"}
        page = _text(write_brief(context, NIGHT).read_text("utf-8"))
        new = page.split('id="alerts"')[1].split("<h2>")[1]
        for word in ("降雨预警", "Rainfall alert", "强降雨，等级橙", "heavy rain, level orange", "gauge_7", "小区"):
            assert word in new
        told = [json.loads(f.read_text("utf-8")) for f in _delivered(on_both)]
        assert {t["subject"] for t in told if t["type"] == "rainfall"} == {"gauge_7", tiny.CODE}
        _dries_up(on_both)
    assert "rainfall" not in TYPES
    # What it left behind is still told, by its code alone.
    page = _text(write_brief(context, NIGHT).read_text("utf-8"))
    assert '<span class="en" lang="en">rainfall</span>' in page
    assert "Rainfall alert" not in page


def _delivered(made: Tiny) -> list[Path]:
    deliver(made.context)
    return sorted(made.context.settings.outbox(made.context.code).glob("*.json"))


def _dries_up(made: Tiny) -> None:
    """Three dry nights after two wet ones end both, as they end every alert."""
    nights = [NIGHT + k * DAY for k in range(1, 5)]
    tiny.deliver_days(made.inbox, NIGHT, nights[-1] - DAY)
    made.ingest(moment(nights[-1]))
    for night in nights:
        run_night(made.context, nightly_run(made.context, night, None, f"n{night:%d}"))
    events = alert_events_before(made.context.warehouse, nights[-1] + DAY).filter(type="rainfall", subject="gauge_7")
    assert [(night.day, event) for night, event in events.select("night", "event").iter_rows()] == [
        (9, "opened"),
        (11, "calm"),
        (12, "calm"),
        (13, "calm"),
        (13, "ended"),
    ]
    assert set(alerts_of(made.context.warehouse).filter(type="rainfall")["state"]) == {"closed"}
