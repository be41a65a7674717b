"""Which case is it: the numbers of the city's own files, for who may see them, and kept nowhere."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
import sqlalchemy as sa

from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.tell.tickets import Ticket, tickets_behind
from infra.errors import SifangError, WrongNameError
from infra.warehouse.alerts.alerts import alerts_of
from infra.warehouse.alerts.lookups import lookups
from tests.helpers import tiny
from tests.helpers.invented import dampness
from tests.helpers.tiny import NIGHT, Tiny, moment
from transforms.alerts.types import TYPES

DAY = dt.timedelta(days=1)
NOW = moment(NIGHT, 9)


def inbox(cell: str, district: Tiny, days: int, *sources: str) -> set[Ticket]:
    """An independent filter of the inbox: by the rows' own coordinates and times."""
    located = district.context.folder.locator
    found = set()
    for file in sorted(district.inbox.glob("*.csv")):
        source = file.name.partition("_")[0]
        rows = pl.read_csv(file.read_bytes(), infer_schema=False)
        day = rows["happened"].str.slice(0, 10).str.to_date()
        there = located.cell_ids(rows["lon"].cast(pl.Float64).to_numpy(), rows["lat"].cast(pl.Float64).to_numpy())
        for number, at, on in zip(rows["number"], there, day, strict=True):
            if source in sources and NIGHT - days * DAY <= on < NIGHT and at == cell:
                found.add(Ticket(source, number))
    return found


@pytest.fixture
def busiest(district: Tiny) -> str:
    counted = district.context.lake.read().group_by("cell_id").len().sort("len", "cell_id")
    return str(counted["cell_id"][-1])


def test_the_numbers_are_those_of_the_inbox_and_lie_nowhere_in_the_home(district: Tiny, busiest: str) -> None:
    found = tickets_behind(district.context, busiest, "district", 28, NOW)
    expected = inbox(busiest, district, 28, *tiny.SOURCES)
    assert len(expected) > 20
    assert set(found.tickets) == expected
    assert (found.missing, found.unread) == (0, 0)
    held = b"".join(file.read_bytes() for file in sorted((district.root / "home").rglob("*")) if file.is_file())
    assert not [ticket.number for ticket in found.tickets if ticket.number.encode() in held]


def test_an_alert_has_the_cases_of_its_own_category(district: Tiny) -> None:
    with TYPES.including(dampness.TYPE):
        run_night(district.context, nightly_run(district.context, NIGHT, None, "first"))
    alert = alerts_of(district.context.warehouse).filter(pl.col("subject_kind") == "cell").row(0, named=True)
    found = tickets_behind(district.context, alert["alert_id"][:8], "district", 28, NOW)
    assert found.cell_id == alert["subject"]
    feeds = district.context.district.feeds_of(alert["category"])
    sources = [code for code, (feed, *_) in tiny.SOURCES.items() if feed in feeds]
    assert set(found.tickets) == inbox(alert["subject"], district, 28, *sources)


def test_only_who_commands_there_may_ask_and_that_they_did_is_noted(district: Tiny, busiest: str) -> None:
    place = dict(district.context.folder.cells.select("cell_id", "subdistrict").iter_rows())[busiest]
    other = "south" if place == "north" else "north"
    for role in (f"subdistrict:{other}", "department:works"):
        with pytest.raises(SifangError, match="may not see"):
            tickets_behind(district.context, busiest, role, 28, NOW)
    with pytest.raises(WrongNameError, match="no cell"):
        tickets_behind(district.context, "nowhere", "district", 28, NOW)
    found = tickets_behind(district.context, busiest, f"subdistrict:{place}", 7, NOW)
    with district.context.warehouse.engine.connect() as connection:
        noted = connection.execute(sa.select(lookups.c.role, lookups.c.place, lookups.c.cell_id, lookups.c.reports)).all()
    assert [tuple(row) for row in noted] == [("subdistrict", place, busiest, len(found.tickets))]


def test_a_file_that_is_gone_is_counted(district: Tiny, busiest: str) -> None:
    for file in district.inbox.glob("order_*.csv"):
        file.unlink()
    found = tickets_behind(district.context, busiest, "district", 28, NOW)
    assert found.missing > 0
    assert {ticket.source for ticket in found.tickets} <= {"fire", "stability"}
