"""A clock that cannot be right stops who would write by it, and nobody whose time is another."""

from __future__ import annotations

import datetime as dt

import pytest

from flows.stores.clock import Time, require_right_clock
from infra import clock
from infra.clock import ClockError
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.publish import publish
from infra.warehouse.recorded import newest_recorded, take_word
from tests.helpers.publication import publication

DAY = dt.timedelta(days=1)
LIMIT = 14


def step(patch: pytest.MonkeyPatch, by: dt.timedelta) -> None:
    """Set the clock of this process."""
    now = clock.now
    patch.setattr(clock, "now", lambda: now() + by)


def test_a_new_district_has_nothing_to_judge_a_clock_by(warehouse: Warehouse) -> None:
    assert newest_recorded(warehouse) is None
    require_right_clock(warehouse, Time.HOST, LIMIT)


def test_a_publication_ahead_stops_writers_and_only_them(warehouse: Warehouse) -> None:
    publish(warehouse, *publication(finished_at=clock.now() + DAY))
    found = newest_recorded(warehouse)
    assert found is not None
    assert found.what == "a publication"
    with pytest.raises(ClockError, match="a publication is recorded for"):
        require_right_clock(warehouse, Time.HOST, LIMIT)
    with pytest.raises(ClockError):
        require_right_clock(warehouse, Time.SAID, LIMIT)
    # Whoever takes it back works before it, and whoever brings a time of its own is not judged.
    require_right_clock(warehouse, Time.MENDED, LIMIT)
    require_right_clock(warehouse, Time.OWN, LIMIT)


def test_a_leap_is_asked_about_once_where_no_other_clock_can_be_asked(warehouse: Warehouse) -> None:
    take_word(warehouse, clock.now() - (LIMIT + 2) * DAY)
    if warehouse.engine.dialect.name == "postgresql":
        require_right_clock(warehouse, Time.HOST, LIMIT)
        return
    with pytest.raises(ClockError, match="may be a wrong clock"):
        require_right_clock(warehouse, Time.HOST, LIMIT)
    require_right_clock(warehouse, Time.SAID, LIMIT)
    require_right_clock(warehouse, Time.HOST, LIMIT)


def test_a_host_that_is_apart_from_its_database_writes_nothing(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    step(monkeypatch, dt.timedelta(minutes=11))
    if warehouse.engine.dialect.name == "sqlite":
        require_right_clock(warehouse, Time.HOST, LIMIT)
        return
    for whose in (Time.HOST, Time.SAID, Time.MENDED):
        with pytest.raises(ClockError, match="11 minutes ahead of the database's"):
            require_right_clock(warehouse, whose, LIMIT)
    require_right_clock(warehouse, Time.OWN, LIMIT)
