"""What the feeds tell of a place moves its alert without anybody, and old news closes nothing again."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tests.helpers.desk import DAY, EAST, NIGHT, RULES, START
from transforms.alerts.alert import Subject
from transforms.alerts.events import alert_events
from transforms.alerts.heard import CASES, Heard, Tells
from transforms.alerts.machine.commands import AlertEvent, Command
from transforms.alerts.machine.decide import Refusal, decide
from transforms.alerts.machine.handling import folds
from transforms.alerts.past import CELL_PAST, Past
from transforms.alerts.types import Tonight
from transforms.district.declaration import AlertRules
from transforms.schema import DISTRICT_SURGES, SCORES, VISITS
from transforms.words import Act, AlertState, Event, Outcome

MAY, JUNE = dt.date(2026, 5, 1), dt.date(2026, 6, 1)
Case = tuple[dt.date, dt.date | None, dt.date | None]


def heard(*cases: Case, visits: tuple[tuple[dt.date, str | None], ...] = ()) -> Heard:
    """Cases of one cell (began, closed, looked at again) and visits to it."""
    found = pl.DataFrame([("c1", "safety", *case) for case in cases], CASES, orient="row")
    rows = [{"cell_id": "c1", "day": day, "chosen": "listed", "outcome": outcome} for day, outcome in visits]
    return Heard(found, pl.DataFrame([{name: row.get(name) for name in VISITS} for row in rows], schema=VISITS))


@pytest.mark.parametrize(
    ("cases", "tells"),
    [
        ([], []),
        ([(MAY, None, None)], []),
        ([(MAY, JUNE, None)], [Tells(Act.RESOLVE, Outcome.FIXED)]),
        ([(MAY, JUNE, JUNE)], [Tells(Act.RESOLVE, Outcome.FIXED), Tells(Act.VERIFY)]),
        ([(MAY, JUNE, JUNE), (MAY, JUNE + DAY, None)], [Tells(Act.RESOLVE, Outcome.FIXED)]),
        ([(MAY, JUNE, JUNE), (MAY, None, None)], []),
        # What was closed before, and what began since, says nothing of it.
        ([(MAY, JUNE - DAY, JUNE)], []),
        ([(JUNE, JUNE + DAY, JUNE + DAY)], []),
        ([(MAY, JUNE, None), (JUNE, None, None)], [Tells(Act.RESOLVE, Outcome.FIXED)]),
    ],
)
def test_cases_tell_of_an_alert_once_all_that_stood_open_are_closed(cases: list[Case], tells: list[Tells]) -> None:
    assert list(heard(*cases).tells(Subject("level", "cell", "c1", "safety"), JUNE)) == tells
    assert list(heard(*cases).tells(Subject("level", "cell", "c1", "public_order"), JUNE)) == []
    assert list(heard(*cases).tells(Subject("level", "cell", "c2", "safety"), JUNE)) == []


@pytest.mark.parametrize(
    ("visits", "outcome"),
    [
        (((JUNE, "fixed"),), Outcome.FIXED),
        (((JUNE - DAY, "fixed"),), None),
        (((JUNE, "referred"),), None),
        (((JUNE, None),), None),
        (((JUNE, "visited"), (JUNE + DAY, "nothing_found")), Outcome.NOTHING_FOUND),
    ],
)
def test_a_visit_that_settled_something_tells_so(visits: tuple[tuple[dt.date, str | None], ...], outcome: Outcome | None) -> None:
    assert list(heard(visits=visits).tells(Subject("level", "cell", "c1", "safety"), JUNE)) == (
        [Tells(Act.RESOLVE, outcome)] if outcome else []
    )


def night(number: int, what: Heard) -> Tonight:
    row = {"category": "safety", "cell_id": "c1", "state": "scored", "score": 99.5, "level": "red", "expected_harm": 1.0}
    on = NIGHT + number * DAY
    calm = pl.DataFrame([("safety", "c1", on - DAY, 50.0, "blue", 1.0)], CELL_PAST, orient="row")
    rules, scores = AlertRules(confirm_nights=1, surprise=1.0), pl.DataFrame([row], schema=SCORES)
    return Tonight("d", on, scores, DISTRICT_SURGES.to_frame(), rules, {"c1": "east"}, Past(calm), heard=what)


def test_an_alert_is_settled_and_verified_by_what_the_feeds_tell_and_reopened_it_stays_so() -> None:
    closed = heard((NIGHT - 9 * DAY, NIGHT + DAY, None))
    looked_at = heard((NIGHT - 9 * DAY, NIGHT + DAY, NIGHT + 2 * DAY))
    events: list[AlertEvent] = []
    said = []
    for number, what in enumerate([Heard(), closed, closed, looked_at, looked_at]):
        new = alert_events(events, night(number, what), RULES, START + number * DAY)
        # The same night once more brings nothing.
        assert alert_events([*events, *new], night(number, what), RULES, START + number * DAY) == ()
        events += new
        said.append([event.event for event in new])
    assert said == [[Event.OPENED], [Event.RESOLVED], [], [Event.VERIFIED], []]
    (alert,) = folds(events).values()
    assert alert.state is AlertState.VERIFIED
    reopened = decide(alert, Command(alert.alert_id, Act.REOPEN, "k", NIGHT + 5 * DAY, EAST, alert.seq), RULES, START + 5 * DAY)
    assert not isinstance(reopened, Refusal)
    assert alert_events([*events, *reopened], night(6, looked_at), RULES, START + 6 * DAY) == ()
