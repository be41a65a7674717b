"""The three things that a run holds: stores, district, memory."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa

from flows.nights.look import look
from flows.stores import Stores, opened
from infra.settings import Settings
from infra.warehouse.database.engine import Warehouse
from tests.helpers.tiny import CODE, NIGHT, Tiny, deliver_days, moment


def test_a_copy_shares_stores_and_memory_and_cannot_be_closed(district: Tiny) -> None:
    context = district.context
    heavier = dataclasses.replace(context.folder, district=context.district.model_copy(update={"horizon_days": 3}))
    copy = context.under(heavier)
    assert copy.district.horizon_days == 3
    assert context.district.horizon_days == 7
    assert copy.stores is context.stores
    assert copy.memory is context.memory
    assert copy.remembered is not context.remembered
    assert [name for name in dir(copy) if "close" in name] == []


def test_the_district_as_it_is_today_is_no_copy(district: Tiny) -> None:
    context = district.context
    assert context.at_version(context.folder.version) is context
    assert context.on(NIGHT) is context


def test_the_lake_is_read_once_until_it_grows_and_then_all_is_forgotten(district: Tiny) -> None:
    context = district.context
    first, view = context.read_lake(), look(context, NIGHT, moment(NIGHT), None)
    assert context.read_lake() is first
    assert look(context, NIGHT, moment(NIGHT), first.sequence) is view
    deliver_days(district.inbox, NIGHT, NIGHT)
    district.ingest(moment(NIGHT, 6) + dt.timedelta(days=1))
    assert context.read_lake().sequence > first.sequence
    assert context.remembered.known is None
    assert look(context, NIGHT, moment(NIGHT), None) is not view


def test_who_opens_closes_whatever_happens(district: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Warehouse] = []

    def close(stores: Stores) -> None:
        closed.append(stores.warehouse)
        really(stores)

    really = Stores.close
    monkeypatch.setattr(Stores, "close", close)
    with pytest.raises(sa.exc.OperationalError), opened(CODE, Settings()) as context, context.warehouse.engine.connect() as connection:
        connection.execute(sa.text("select no_such_column"))
    assert closed == [context.warehouse]
    with pytest.raises(RuntimeError, match="after shutdown"):
        context.stores.threads.submit(print)
