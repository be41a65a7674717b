"""Faults that other alert managers shipped whose proof needs stores, each through the flow itself.

A test is named by its row in the list of pitfalls. All rows, with the part of these that is pure, stand in
``tests.transforms.alerts.test_pitfalls_alerts``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from flows.alerts import deliver as delivering
from flows.alerts.acts import Wish, act
from flows.alerts.deliver import Sent, deliver
from flows.alerts.sweep import sweep_alerts
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.tell.status import status
from flows.upkeep import purge
from infra import clock
from infra.deliver.channel import Channel
from infra.warehouse.alerts.alerts import alerts, alerts_of
from tests.helpers.invented import rainfall
from tests.helpers.tiny import NIGHT, Tiny, moment
from transforms.alerts.messages import Message
from transforms.alerts.types import TYPES
from transforms.words import Act, Audience, Outcome

NOW = moment(NIGHT, 6)
DAY = dt.timedelta(days=1)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[dt.datetime]:
    """What the clock says; a test moves it on."""
    times = [NOW]
    monkeypatch.setattr(clock, "now", lambda: times[0])
    return times


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """What the only receiver took."""
    got: list[Message] = []
    monkeypatch.setattr(delivering, "channels", lambda _: [Channel("here", Audience.MACHINE, got.extend)])
    return got


@pytest.fixture
def rained(district: Tiny, now: list[dt.datetime], taken: list[Message]) -> Iterator[Tiny]:
    """A night that opened alerts."""
    with TYPES.including(rainfall.TYPE):
        run_night(district.context, nightly_run(district.context, NIGHT, None, "first"))
        yield district


def test_row_02_the_sweep_goes_by_its_index_and_status_says_when_it_last_ran(rained: Tiny, now: list[dt.datetime]) -> None:
    engine, asked = rained.context.warehouse.engine, list[tuple[str, tuple[Any, ...]]]()

    def listen(_c: object, _k: object, statement: str, parameters: tuple[Any, ...], *_: object) -> None:
        asked.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", listen)
    try:
        now[0] = NOW + 5 * DAY
        sweep_alerts(rained.context, now[0])
    finally:
        sa.event.remove(engine, "before_cursor_execute", listen)
    due = [(s, p) for s, p in asked if s.startswith("SELECT") and "next_due_at <=" in s]
    assert len(due) == 1
    (by_due,) = (index.name for index in alerts.indexes if [c.name for c in index.columns] == ["district", "next_due_at"])
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {due[0][0]}", due[0][1]).all()
    assert [f"INDEX {by_due} (district=? AND next_due_at<?)" in step[3] for step in plan] == [True]
    assert status(rained.context).swept_at == now[0]


def test_row_15_whatever_upkeep_drops_nothing_is_told_a_second_time(rained: Tiny, now: list[dt.datetime], taken: list[Message]) -> None:
    deliver(rained.context)
    told = [message.message_id for message in taken]
    assert len(told) > 1
    now[0] = NOW + 5 * 365 * DAY
    purge(rained.context, now[0], dry_run=False)
    now[0] = NOW + dt.timedelta(hours=1)
    run_night(rained.context, nightly_run(rained.context, NIGHT, None, "again"))
    assert deliver(rained.context) == Sent(0)
    # And what follows is told to who knows of the beginning, under the next number.
    sweep_alerts(rained.context, NOW + 5 * DAY)
    deliver(rained.context)
    new = [message.message_id for message in taken[len(told) :]]
    assert new
    assert set(new).isdisjoint(told)
    assert {name.split("-")[0] for name in new} <= {name.split("-")[0] for name in told}


def test_row_22_a_changed_calendar_moves_what_is_open_keeps_what_is_over_and_tells_nobody(
    rained: Tiny, now: list[dt.datetime], taken: list[Message]
) -> None:
    def times() -> dict[str, tuple[str, dt.datetime | None, str]]:
        found = alerts_of(rained.context.warehouse)
        with rained.context.warehouse.engine.connect() as connection:
            versions = dict(connection.execute(sa.select(alerts.c.alert_id, alerts.c.calendar_version)).all())
        return {a: (state, due, versions[a]) for a, state, due in found.select("alert_id", "state", "next_due_at").iter_rows()}

    one = alerts_of(rained.context.warehouse).filter(pl.col("level") == "orange")["alert_id"][0]
    act(rained.context, Wish(f"{one}@1", Act.CLOSE, "district", outcome=Outcome.FIXED), now[0])
    deliver(rained.context)
    before, told = times(), len(taken)
    off = {f"{NIGHT + k * DAY:%Y-%m-%d}": "off" for k in range(10)}
    folder = rained.context.folder
    changed = rained.context.under(replace(folder, district=folder.district.model_copy(update={"calendar_days": off})))
    found = sweep_alerts(changed, now[0])
    after = times()
    still_open = {a for a, (state, _, _) in before.items() if state == "open"}
    assert found.retimed == len(still_open) > 0
    assert found.events == {}
    assert all(after[a] == before[a] for a in before.keys() - still_open)
    assert {after[a][2] for a in still_open} == {changed.folder.calendar.version} != {before[one][2]}
    # What a desk does by day and night is due as before; what an office does waits for the office.
    assert any(after[a][1] > before[a][1] for a in still_open)  # type: ignore[operator]
    assert deliver(changed) == Sent(0)
    assert len(taken) == told
    assert sweep_alerts(changed, now[0]).retimed == 0
