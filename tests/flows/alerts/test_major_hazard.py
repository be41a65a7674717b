"""From a file that names premises of the register to an alert on them, and to its end, through the flows themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from flows.alerts import deliver as delivering
from flows.alerts.caps import cap
from flows.alerts.deliver import deliver
from flows.alerts.looks import Wanted, listed
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.tell.brief import write_brief
from flows.tell.tickets import Ticket, tickets_behind
from infra import clock
from infra.deliver.channel import Channel
from infra.errors import SifangError
from infra.warehouse.alerts.alerts import alerts_of
from infra.warehouse.intake.batches import batches_of
from tests.helpers import tiny
from tests.helpers.homes import opened
from tests.helpers.kept import strangers
from tests.helpers.tiny import CODE, NIGHT, Tiny, moment
from transforms.alerts.messages import Message
from transforms.words import Audience, Words

DAY = dt.timedelta(days=1)
REGISTER = "code,category,lon,lat\nP1,chemical works,113.9111,35.3101\nP2,mall,113.9211,35.3211\nP3,school,113.9051,35.3051\n"
# The number of each hazard, what it is, how grave, and where, as the city writes it; the last of them is on no register.
HAZARDS = [
    ("H0", "hazard_flammables", 4, "P2"),
    ("H1", "hazard_flammables", 4, "ｐ1"),
    ("H2", "hazard_wiring", 3, "P2"),
    ("H3", "fire_residential", 4, "P3"),
    ("H4", "hazard_flammables", 4, "张三小卖部"),
]


def hazards(closed: dict[str, dt.date] | None = None) -> pl.DataFrame:
    """The hazards of the day before the first night, some of them closed since."""
    plain = tiny.reports("fire", NIGHT - DAY, NIGHT - DAY).head(1).drop("status", "closed", "due")
    rows = []
    for number, kind, grade, unit in HAZARDS:
        day = (closed or {}).get(number)
        released = f"{(day or NIGHT - DAY):%Y-%m-%d} 18:00:00"
        rows.append(
            {"number": number, "kind": kind, "grade": str(grade), "unit": unit, "released": released}
            | {"status": "closed" if day else "open", "closed": released if day else "", "due": f"{NIGHT + 9 * DAY:%Y-%m-%d} 18:00:00"}
        )
    return plain.drop("number", "kind", "released").join(pl.DataFrame(rows), how="cross")


@pytest.fixture
def factory_town(district_root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tiny]:
    """The tiny district, whose fire service names premises of a register from now on."""
    folder = district_root / "districts" / CODE
    (folder / "premises.csv").write_text(REGISTER, "utf-8")
    file = folder / "district.toml"
    said = 'feed = "fire_hazard"\noptional = ["unit", "grade"]'
    text = file.read_text("utf-8").replace('feed = "fire_hazard"', said)
    head, fire, rest = text.partition('code = "fire"')
    file.write_text(head + fire + rest.replace("columns = {", 'columns = { premises = "unit", severity = "grade",', 1), "utf-8")
    with opened(district_root, monkeypatch) as made:
        yield made


def test_a_major_hazard_at_chemical_works_opens_an_alert_is_told_and_ends_with_what_the_feed_says(
    factory_town: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, taken, now = factory_town.context, list[Message](), moment(NIGHT, 6)
    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setattr(delivering, "channels", lambda _: [Channel("here", Audience.MACHINE, taken.extend)])

    def night(number: int, rows: pl.DataFrame | None = None) -> list[tuple[str, str]]:
        nonlocal now
        now = moment(NIGHT + number * DAY, 6)
        if rows is not None:
            tiny.deliver(factory_town.inbox, "fire", rows, f"hazards_{number}")
            factory_town.ingest(moment(NIGHT + number * DAY, 4))
        happened = run_night(context, nightly_run(context, NIGHT + number * DAY, None, f"night {number}")).events
        return [(e, s) for e, s in happened.filter(type="major_hazard").select("event", "subject").iter_rows()]

    # What stands open on a first night is no news, then or later.
    assert night(0, hazards().filter(pl.col("number") == "H0")) == []
    assert night(1, hazards()) == [("opened", "P1")]
    held = context.lake.versions().filter(pl.col("premises").is_not_null()).collect()
    assert sorted(held["premises"]) == ["P1", "P2", "P2", "P3"]
    (batch,) = (one for one in batches_of(context.warehouse, "fire") if "premises_unknown" in {said.reason for said in one.warnings})
    assert [said.detail for said in batch.warnings if said.reason == "premises_unknown"] == ["premises: 1 row"]
    (line,) = listed(context, Wanted(type="major_hazard"), now).alerts
    assert (line.name, line.category, line.level, line.quiet) == (Words("化工企业 P1", "Chemical works P1"), "safety", None, False)
    # Two hours to acknowledge: as long as for what is red.
    assert line.due == moment(NIGHT + DAY, 8)
    deliver(context)
    (told,) = (message for message in taken if message.alert_id == line.alert_id)
    assert (told.payload["subject_kind"], told.payload["subject"]) == ("premises", "P1")
    assert tickets_behind(context, line.alert_id[:8], "district", 28, now).tickets == (Ticket("fire", "H1"),)
    others = {code: one for code, one in context.district.premises.items() if code != "P1"}
    without = replace(context.folder, district=context.district.model_copy(update={"premises": others}))
    with pytest.raises(SifangError, match="premises that are not in the register any more"):
        tickets_behind(context.under(without), line.alert_id[:8], "district", 28, now)
    (chain,) = cap(context, line.alert_id[:8]).messages
    assert "<severity>Severe</severity>" in chain.xml
    assert f"<value>{context.district.premises['P1'].cell}</value>" in chain.xml

    # What a shop is called is kept nowhere, and the brief calls the works by their code.
    assert "Chemical works P1" in write_brief(context, NIGHT + DAY).read_text("utf-8")
    assert strangers(factory_town.home, context.warehouse.engine) == []

    assert night(2) == []
    assert night(3, hazards({"H1": NIGHT + 2 * DAY})) == [("calm", "P1"), ("resolved", "P1")]
    assert night(4) == [("calm", "P1")]
    assert night(5) == [("calm", "P1"), ("ended", "P1")]
    assert alerts_of(context.warehouse).filter(type="major_hazard")["state"].to_list() == ["closed"]
