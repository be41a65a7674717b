"""Nights that are taken back: no reader finds them, what rested on them is undone, and they can be published anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from infra.errors import SifangError
from infra.warehouse import tables
from infra.warehouse.alerts.alerts import alerts_of
from infra.warehouse.alerts.events import alert_events_before
from infra.warehouse.alerts.outbox import mark_delivered, waiting
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.keeping.locks import held
from infra.warehouse.nights.evaluations import evaluated_nights, store_evaluations
from infra.warehouse.nights.models import model_names
from infra.warehouse.nights.nights import latest_night, night_row, published_nights, require_not_retracted, retracted_nights
from infra.warehouse.nights.scores import scores_of
from infra.warehouse.publish import Published, publish
from infra.warehouse.recorded import newest_recorded, take_word
from infra.warehouse.retraction import Revision, TakenBack, Terms, foreseen, retract
from tests.helpers.publication import NIGHT, RULES, event, model, publication
from transforms.alerts.machine.commands import AlertEvent
from transforms.alerts.messages import messages
from transforms.schema import EVALUATIONS

DAY = dt.timedelta(days=1)
SECOND, THIRD = NIGHT + DAY, NIGHT + 2 * DAY
NOW = dt.datetime(2024, 6, 5, 12, tzinfo=dt.UTC)


def at(night: dt.date, hour: int = 21) -> dt.datetime:
    return dt.datetime.combine(night - DAY, dt.time(hour, 2), dt.UTC)


def put(warehouse: Warehouse, night: dt.date, events: Sequence[AlertEvent] = (), **changes: Any) -> Published:
    told = {"alert_events": events, "messages": messages(events)}
    own = {
        "night": night,
        "run_id": f"run-{night}",
        "finished_at": at(night),
        "models": [model(model_id=f"m-{night}", created_night=night)],
    }
    return publish(warehouse, *publication(**{**own, **told, **changes}))


def take_back(warehouse: Warehouse, first: dt.date = SECOND, now: dt.datetime = NOW) -> TakenBack:
    with held(warehouse) as lease:
        return retract(warehouse, Terms(first, now, now + dt.timedelta(minutes=10), "clock-ahead", "T-1"), lease, {}, RULES)


@pytest.fixture
def three(warehouse: Warehouse) -> Warehouse:
    """Three nights: the first opens an alert that the second ends, the second opens another one that the third raises."""
    put(warehouse, NIGHT, [event("opened")])
    put(warehouse, SECOND, [event("ended", SECOND, seq=2), event("opened", SECOND, "a2")])
    put(warehouse, THIRD, [event("raised", THIRD, "a2", "red", seq=2)])
    return warehouse


def shown(warehouse: Warehouse, view: str) -> set[dt.date]:
    with reading(warehouse) as connection:
        found = connection.execute(sa.select(sa.column("night", sa.Date)).select_from(sa.table(view)).distinct())
        return {row.night for row in found}


def test_no_reader_finds_what_was_taken_back(three: Warehouse) -> None:
    assert latest_night(three) == THIRD
    done = take_back(three)
    assert done.revisions == (Revision(SECOND, 1), Revision(THIRD, 1))
    assert published_nights(three) == [NIGHT]
    assert latest_night(three) == NIGHT
    for revision in (None, 1):
        assert night_row(three, SECOND, revision) is None
        assert scores_of(three, SECOND, revision).is_empty()
    assert shown(three, "dash_levels_v1") == shown(three, "dash_surges_v1") == {NIGHT}
    assert [(n.night, n.revision, n.at, n.reason) for n in retracted_nights(three)] == [
        (SECOND, 1, NOW, "clock-ahead"),
        (THIRD, 1, NOW, "clock-ahead"),
    ]
    require_not_retracted(three, NIGHT)
    with pytest.raises(SifangError, match=r"Night 2024-06-04 of weibin was taken back on 2024-06-05 \(clock-ahead\)"):
        require_not_retracted(three, SECOND)


def test_a_dry_run_foresees_what_is_done_and_a_repetition_finds_nothing(three: Warehouse) -> None:
    mark_delivered(three, "a2-1", NOW)
    terms = Terms(SECOND, NOW, NOW, "clock-ahead")
    before = foreseen(three, terms)
    assert before == foreseen(three, terms)
    assert before == TakenBack((Revision(SECOND, 1), Revision(THIRD, 1)), alerts=1, messages_dropped=2, messages_sent=1)
    assert take_back(three) == before
    assert foreseen(three, terms) == take_back(three) == TakenBack()


def test_alerts_are_as_if_those_nights_had_not_been(three: Warehouse) -> None:
    states = {row["alert_id"]: row["state"] for row in alerts_of(three).to_dicts()}
    assert states == {"a1": "closed", "a2": "open"}
    take_back(three)
    states = {row["alert_id"]: row["state"] for row in alerts_of(three).to_dicts()}
    assert states == {"a1": "open", "a2": "retracted"}
    counting = alert_events_before(three, THIRD + DAY).filter(~pl.col("taken_back"))
    assert counting.select("alert_id", "seq", "event").rows() == [("a1", 1, "opened"), ("a1", 3, "undone"), ("a2", 3, "retracted")]
    # The record keeps all of it.
    with reading(three) as connection:
        e = tables.alert_events.c
        events = {(row.alert_id, row.event) for row in connection.execute(sa.select(e.alert_id, e.event).where(e.night > NIGHT))}
    assert events == {("a1", "ended"), ("a2", "opened"), ("a1", "undone"), ("a2", "raised"), ("a2", "retracted")}


def test_messages_that_had_not_left_never_do_and_others_are_followed_by_the_truth(three: Warehouse) -> None:
    mark_delivered(three, "a2-1", NOW)
    take_back(three)
    left = {m.message_id: m.payload for m in waiting(three)}
    assert sorted(left) == ["a1-1", "a2-1-retracted-1"]
    assert left["a2-1-retracted-1"]["event"] == "retracted"
    assert left["a2-1-retracted-1"]["retracts"] == "opened"


def test_a_night_is_published_anew_as_a_further_revision(three: Warehouse) -> None:
    mark_delivered(three, "a2-1", NOW)
    take_back(three)
    later = NOW + DAY
    anew = [event("opened", SECOND, "a2", seq=4)]
    again = put(three, SECOND, anew, finished_at=later)
    assert (again.revision, again.rows_changed) == (2, again.rows_total)
    row = night_row(three, SECOND)
    assert row is not None
    assert row.revision == 2
    assert retracted_nights(three)[0].night == THIRD
    assert {r["alert_id"]: r["state"] for r in alerts_of(three).to_dicts()} == {"a1": "open", "a2": "open"}
    # Whoever was told, and told that it was taken back, is told again.
    assert "a2-4" in {m.message_id for m in waiting(three)}
    assert put(three, SECOND, [event("opened", SECOND, "a2")], finished_at=later).revision == 2
    # And once more, from the beginning.
    assert take_back(three, now=later + DAY).revisions == (Revision(SECOND, 2),)
    assert {r["alert_id"]: r["state"] for r in alerts_of(three).to_dicts()} == {"a1": "open", "a2": "retracted"}
    assert put(three, SECOND).revision == 3


def test_models_of_what_was_taken_back_score_no_other_night_until_they_are_made_again(three: Warehouse) -> None:
    frozen_on = [model().frozen_on]
    assert model_names(three, "s1", frozen_on) == [f"m-{n}" for n in (NIGHT, SECOND, THIRD)]
    take_back(three)
    assert model_names(three, "s1", frozen_on) == [f"m-{NIGHT}"]
    put(three, SECOND)
    assert model_names(three, "s1", frozen_on) == [f"m-{NIGHT}", f"m-{SECOND}"]


def grade(night: dt.date, evaluated_night: dt.date) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(EVALUATIONS)
    row |= {"night": night, "category": "safety", "level": "all", "revision": 1, "evaluated_night": evaluated_night}
    return row | {"cells": 1, "left_out": 0, "expected": 1.0, "observed": 1.0, "spread": 1.0}


def test_grades_of_and_by_such_nights_are_given_anew(three: Warehouse) -> None:
    put(three, NIGHT - DAY)
    rows = [grade(NIGHT - DAY, NIGHT), grade(NIGHT, THIRD), grade(SECOND, THIRD)]
    with writing(three) as connection:
        store_evaluations(connection, three.district, pl.DataFrame(rows, schema=EVALUATIONS))
    assert take_back(three).grades == 2
    assert evaluated_nights(three, [NIGHT - DAY, NIGHT, SECOND]) == {NIGHT - DAY}


def test_what_a_clock_ahead_recorded_blocks_nobody_afterwards(three: Warehouse) -> None:
    ahead = NOW + 365 * DAY
    put(three, NIGHT, inputs="restated by a clock ahead")
    with writing(three) as connection:
        n, r = tables.nights.c, tables.runs.c
        connection.execute(sa.update(tables.nights).where(n.night == NIGHT, n.revision == 2).values(published_at=ahead))
        connection.execute(sa.update(tables.runs).where(r.night == NIGHT).values(started_at=ahead, finished_at=ahead))
    take_word(three, ahead)
    # Nights before the first one are taken back where a clock ahead published them; what was published before stands again.
    done = take_back(three, first=THIRD + DAY)
    assert done.revisions == (Revision(NIGHT, 2),)
    row = night_row(three, NIGHT)
    assert row is not None
    assert row.revision == 1
    newest = newest_recorded(three)
    assert newest is not None
    assert newest.at == at(THIRD)
    with reading(three) as connection:
        assert connection.scalar(sa.select(sa.func.max(tables.runs.c.started_at))) <= NOW
