"""An alert is the fold of its events, however often and in whatever order they arrive."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from infra.warehouse import tables
from infra.warehouse.alerts import alert_events_before, alerts_of
from infra.warehouse.engine import Warehouse
from infra.warehouse.publish import publish
from tests.helpers.publication import NIGHT, alert_events, event, publication, score_row, scores
from transforms.schema import ALERT_EVENTS

DAY = dt.timedelta(days=1)


def story(warehouse: Warehouse, *names: str | None) -> None:
    """Publish one night per name, each with that event; None is a night without one."""
    for i, name in enumerate(names):
        night = NIGHT + i * DAY
        level = {"ended": None, "acknowledged": None, "calm": "blue"}.get(name or "", "orange")
        events = alert_events(event(name, night, level=level)) if name else alert_events()
        publish(warehouse, *publication(night=night, run_id=f"r{i}", alert_events=events))


@pytest.mark.parametrize(
    ("names", "state", "last", "ended"),
    [
        (["opened"], "open", 0, None),
        (["opened", "acknowledged"], "acknowledged", 1, None),
        (["opened", "acknowledged", "raised"], "acknowledged", 2, None),
        (["opened", None, "ended"], "closed", 2, 2),
        (["opened", "ended", None, "reopened"], "reopened", 3, None),
        (["opened", "retracted"], "retracted", 1, 1),
        (["opened", "calm", "resumed"], "open", 2, None),
    ],
)
def test_fold(warehouse: Warehouse, names: list[str | None], state: str, last: int, ended: int | None) -> None:
    story(warehouse, *names)
    assert alerts_of(warehouse).to_dicts() == [
        {
            "alert_id": "a1",
            "type": "level",
            "subject_kind": "cell",
            "subject": "C1",
            "category": "safety",
            "episode": NIGHT,
            "state": state,
            "level": "orange",
            "opened_night": NIGHT,
            "last_night": NIGHT + last * DAY,
            "ended_night": None if ended is None else NIGHT + ended * DAY,
        }
    ]
    assert alerts_of(warehouse, [state]).height == 1
    assert alerts_of(warehouse, ["nothing"]).is_empty()


def test_events_are_appended_once_and_only_touched_alerts_are_folded(warehouse: Warehouse) -> None:
    two = alert_events(event("opened"), event("opened", alert_id="a2", level="red"))
    publish(warehouse, *publication(alert_events=two))
    amended = publication(run_id="r2", scores=scores(score_row()), alert_events=alert_events(*two.rows(), event("ended", alert_id="a2")))
    publish(warehouse, *amended)
    publish(warehouse, *amended)
    with warehouse.engine.connect() as connection:
        e = tables.alert_events.c
        found = connection.execute(sa.select(e.alert_id, e.event, e.revision).order_by(e.alert_id, e.revision)).all()
    assert [tuple(row) for row in found] == [("a1", "opened", 1), ("a2", "opened", 1), ("a2", "ended", 2)]
    assert dict(alerts_of(warehouse).select("alert_id", "state").rows()) == {"a1": "open", "a2": "closed"}


def test_an_unchanged_night_still_records_a_new_event(warehouse: Warehouse) -> None:
    publish(warehouse, *publication())
    again = publication(run_id="r2", alert_events=alert_events(event("opened"), event("opened", alert_id="silent-source", level=None)))
    assert publish(warehouse, *again).rows_changed == 0
    assert alerts_of(warehouse).height == 2


def test_events_before_a_night(warehouse: Warehouse) -> None:
    story(warehouse, "opened", "acknowledged", "ended")
    before = alert_events_before(warehouse, NIGHT + 2 * DAY)
    assert before.schema == ALERT_EVENTS
    assert before["event"].to_list() == ["opened", "acknowledged"]
    assert alert_events_before(warehouse, NIGHT).is_empty()
    assert alert_events_before(Warehouse(warehouse.engine, "another"), NIGHT + 9 * DAY).is_empty()


def test_calm_and_end_of_one_night_end_the_alert(warehouse: Warehouse) -> None:
    story(warehouse, "opened")
    last = [event("ended", NIGHT + DAY, level="blue"), event("calm", NIGHT + DAY, level="blue")]
    publish(warehouse, *publication(night=NIGHT + DAY, run_id="r9", alert_events=alert_events(*last)))
    alert = alerts_of(warehouse).to_dicts()[0]
    assert (alert["state"], alert["level"], alert["ended_night"]) == ("closed", "blue", NIGHT + DAY)
