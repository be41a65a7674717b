"""Two histories of alerts: what opens in one alone is lost or gained, what opens on another night has moved, and who is told is counted."""

from __future__ import annotations

import datetime as dt

import polars as pl

from transforms.alerts.compared import Count, compared
from transforms.alerts.routing import EVERYTHING, Receiver, Route, Table
from transforms.schema import ALERT_EVENTS

NIGHT = dt.date(2026, 3, 1)
DAY = dt.timedelta(days=1)
HOUSING = Receiver(code="housing", name_zh="住建", name_en="Housing")
SHIPPED = Table.of([], [])
TO_HOUSING = Table.of([HOUSING], [Route(type="surge", to=("housing",)), EVERYTHING])


def event(subject: str, night: dt.date = NIGHT, *, type: str = "level", event: str = "opened", **more: object) -> dict[str, object]:  # noqa: A002 - as the column is called
    at = dt.datetime.combine(night, dt.time(5), dt.UTC)
    row = {"alert_id": f"{type}-{subject}-{night}", "seq": 1, "night": night, "event": event, "type": type, "subject_kind": "cell"}
    row |= {"subject": subject, "category": "safety", "episode": night, "subdistrict": "north", "quiet": False, "level": "orange"}
    return row | {"recorded_at": at, "command": "c", "role": "system", "taken_back": False} | more


def events(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=ALERT_EVENTS)


def test_the_same_history_has_no_difference() -> None:
    one = events(event("a"), event("b", type="surge"))
    found = compared(one, one, (SHIPPED, SHIPPED))
    assert (found.opened, found.lost, found.gained, found.moved) == (Count("alerts", 2, 2), (), (), ())
    assert found.told == (Count("subdistrict:north", 2, 2),)


def test_alerts_of_one_history_alone_are_lost_or_gained() -> None:
    found = compared(events(event("a"), event("b", type="surge")), events(event("a"), event("c")), (SHIPPED, SHIPPED))
    assert [one.subject for one in found.lost] == ["b"]
    assert [one.subject for one in found.gained] == ["c"]
    assert found.by_type == (Count("level", 1, 2), Count("surge", 1, 0))


def test_one_that_opens_on_another_night_is_neither() -> None:
    found = compared(events(event("a", NIGHT + 3 * DAY)), events(event("a", NIGHT + DAY), event("a", NIGHT + 9 * DAY)), (SHIPPED, SHIPPED))
    assert [(one.alert.night, one.becomes.night) for one in found.moved] == [(NIGHT + 3 * DAY, NIGHT + DAY)]
    assert [one.night for one in found.gained] == [NIGHT + 9 * DAY]
    assert found.lost == ()


def test_each_history_is_told_by_its_own_routes() -> None:
    both = events(event("a"), event("b", type="surge"))
    found = compared(both, both, (SHIPPED, TO_HOUSING))
    assert found.told == (Count("housing", 0, 1), Count("subdistrict:north", 2, 1))


def test_nobody_is_told_of_what_is_quiet_ends_or_was_taken_back() -> None:
    loud = event("a")
    more = (event("b", quiet=True), event("c", event="ended"), event("d", taken_back=True), event("e", event="raised"))
    found = compared(events(loud), events(loud, *more), (SHIPPED, SHIPPED))
    assert found.told == (Count("subdistrict:north", 1, 2),)
    assert found.opened == Count("alerts", 1, 2)
