"""An alert is the fold of its events, however often and in whatever order they arrive."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from infra.warehouse import tables
from infra.warehouse.alerts.alerts import ALERTS, alerts_of
from infra.warehouse.alerts.events import MovedOnError, alert_events_before
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.nights.nights import latest_night
from infra.warehouse.publish import publish
from tests.helpers.publication import NIGHT, event, publication, score_row, scores
from transforms.schema import ALERT_EVENTS

DAY = dt.timedelta(days=1)


def story(warehouse: Warehouse, *names: str | None) -> None:
    """Publish one night per name, each with that event; None is a night without one."""
    seq = 0
    for i, name in enumerate(names):
        night = NIGHT + i * DAY
        level = {"ended": None, "acknowledged": None, "calm": "blue"}.get(name or "", "orange")
        seq += name is not None
        events = [event(name, night, level=level, seq=seq)] if name else []
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
    assert alerts_of(warehouse).select(list(ALERTS)).to_dicts() == [
        {
            "alert_id": "a1",
            "type": "level",
            "subject_kind": "cell",
            "subject": "C1",
            "category": "safety",
            "episode": NIGHT,
            "subdistrict": None,
            "quiet": False,
            "state": state,
            "level": "orange",
            "seq": sum(name is not None for name in names),
            "in_charge": "district",
            "lead_department": None,
            "called": None,
            "opened_night": NIGHT,
            "opened_at": dt.datetime.combine(NIGHT - DAY, dt.time(21, 2), dt.UTC),
            "last_night": NIGHT + last * DAY,
            "ended_night": None if ended is None else NIGHT + ended * DAY,
            "waiting_until": None,
        }
    ]
    assert alerts_of(warehouse, [state]).height == 1
    assert alerts_of(warehouse, ["nothing"]).is_empty()


def test_events_are_appended_once_and_only_touched_alerts_are_folded(warehouse: Warehouse) -> None:
    two = [event("opened"), event("opened", alert_id="a2", level="red")]
    publish(warehouse, *publication(alert_events=two))
    amended = publication(run_id="r2", scores=scores(score_row()), alert_events=[*two, event("ended", alert_id="a2", seq=2)])
    publish(warehouse, *amended)
    publish(warehouse, *amended)
    with warehouse.engine.connect() as connection:
        e = tables.alert_events.c
        found = connection.execute(sa.select(e.alert_id, e.event, e.revision).order_by(e.alert_id, e.revision)).all()
    assert [tuple(row) for row in found] == [("a1", "opened", 1), ("a2", "opened", 1), ("a2", "ended", 2)]
    assert dict(alerts_of(warehouse).select("alert_id", "state").rows()) == {"a1": "open", "a2": "closed"}


def test_an_unchanged_night_still_records_a_new_event(warehouse: Warehouse) -> None:
    publish(warehouse, *publication())
    again = publication(run_id="r2", alert_events=[event("opened"), event("opened", alert_id="silent-source", level=None)])
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
    last = [event("calm", NIGHT + DAY, level="blue", seq=2), event("ended", NIGHT + DAY, level="blue", seq=3)]
    publish(warehouse, *publication(night=NIGHT + DAY, run_id="r9", alert_events=last))
    alert = alerts_of(warehouse).to_dicts()[0]
    assert (alert["state"], alert["level"], alert["ended_night"]) == ("closed", "orange", NIGHT + DAY)


def test_what_was_decided_on_an_alert_that_has_moved_on_is_not_stored(warehouse: Warehouse) -> None:
    story(warehouse, "opened", "acknowledged")
    late = publication(night=NIGHT + 2 * DAY, run_id="r2", alert_events=[event("ended", NIGHT + 2 * DAY, seq=2)])
    with pytest.raises(MovedOnError, match="Alert a1 has moved on"):
        publish(warehouse, *late)
    assert alerts_of(warehouse)["state"].to_list() == ["acknowledged"]
    assert latest_night(warehouse) == NIGHT + DAY


def test_a_sweep_finds_what_is_due_by_the_clocks_of_its_level(warehouse: Warehouse) -> None:
    publish(warehouse, *publication(alert_events=[event("opened"), event("opened", alert_id="a2", level="red")]))
    due = dict(alerts_of(warehouse).select("alert_id", "next_due_at").rows())
    # Published at 05:02 in China: eight hours of the office end with its day, two of the desk at 07:02.
    assert due == {"a1": at(9), "a2": at(-1, 2)}


def at(hours: int, minutes: int = 0) -> dt.datetime:
    return dt.datetime.combine(NIGHT, dt.time(0), dt.UTC) + dt.timedelta(hours=hours, minutes=minutes)
