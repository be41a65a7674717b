"""Types of alerts that are of no cell: a department that misses its deadlines, a source that fell silent or was refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from infra.districts.calendars import calendar
from infra.districts.folder import load
from transforms.alerts.events import alert_events
from transforms.alerts.machine.commands import AlertEvent
from transforms.alerts.machine.rules import Rules
from transforms.alerts.past import CELL_PAST, Past
from transforms.alerts.types import Tonight
from transforms.alerts.types.alert_type import SourceStands
from transforms.alerts.types.source import source_stands
from transforms.clocks.rules import rosters
from transforms.district.declaration import AlertRules
from transforms.panel.unheard import SILENT_DAYS
from transforms.schema import DISTRICT_SURGES, DUTY, SCORES, SOURCE_DAYS

WEIBIN = Path(__file__).parents[3] / "infra" / "districts" / "weibin"
NIGHT = dt.date(2026, 3, 31)
DAY = dt.timedelta(days=1)
HANDLING = Rules(calendar("CN", "Asia/Shanghai"), rosters([]))
RULES = AlertRules(confirm_nights=1, surprise=1.0)


def night(k: int, **known: object) -> Tonight:
    plain = {"scores": SCORES.to_frame(), "district_surges": DISTRICT_SURGES.to_frame(), "rules": RULES}
    return Tonight("d", NIGHT + k * DAY, **{**plain, **known})  # type: ignore[arg-type]


def happen(nights: list[Tonight]) -> list[str]:
    events: list[AlertEvent] = []
    told = []
    for tonight in nights:
        at = dt.datetime.combine(tonight.night, dt.time(5), dt.UTC)
        new = alert_events(events, tonight, HANDLING, at)
        told.append("+".join(event.event.value for event in new))
        events += new
    return told


def disputes(north: str, south: str = "none") -> pl.DataFrame:
    """A night on which disputes stand so in two subdistricts, and nothing is amiss with the whole."""
    rows = [("dispute", "", "none"), ("dispute", "north", north), ("dispute", "south", south), ("noise", "north", "none")]
    plain = {"category": "stability", "p": 0.5, "days": 7, "observed": 9.0, "expected": 2.0}
    return pl.DataFrame([{"series": s, "subdistrict": d, "surge": w, **plain} for s, d, w in rows], schema=DISTRICT_SURGES)


def test_disputes_surge_in_subdistricts() -> None:
    words = ["none", "watch", "red", "red", "watch", "none", "none", "none"]
    told = happen([night(k, district_surges=disputes(word)) for k, word in enumerate(words)])
    assert told == ["", "", "opened", "", "", "calm", "calm", "calm+ended"]
    events = alert_events((), night(0, district_surges=disputes("red", "red")), HANDLING, dt.datetime(2026, 3, 31, tzinfo=dt.UTC))
    assert [e.about.subject for e in events] == [("surge", "subdistrict", name, "stability") for name in ("north", "south")]
    assert [e.about.subdistrict for e in events] == ["north", "south"]


def duty(level: str | None) -> pl.DataFrame:
    row = {"department": "works", "subdistrict": "east", "clocks": 9, "level": level}
    return pl.DataFrame([row], schema=DUTY)


def test_a_department_opens_one_alert_per_subdistrict_in_orange_or_red() -> None:
    levels = ["yellow", "orange", "red", "yellow", "gone", None, "yellow", "blue"]
    told = happen([night(k, duty=DUTY.to_frame() if level == "gone" else duty(level)) for k, level in enumerate(levels)])
    assert told == ["", "opened", "raised", "calm", "", "calm", "calm+ended", ""]
    (event,) = alert_events((), night(0, duty=duty("red")), HANDLING, dt.datetime(2026, 3, 31, tzinfo=dt.UTC))
    assert event.about.subject == ("overdue", "duty", "works/east", "political")
    assert event.about.subdistrict == "east"


def stands(*, silent: bool = False, refused: bool = False) -> SourceStands:
    return SourceStands("hotline", silent, not silent, refused, frozenset({"stability"}))


def test_a_source_that_is_silent_or_refused_opens_one_alert_and_calms_when_it_speaks() -> None:
    said = [stands(), stands(silent=True), stands(silent=True), stands(), stands(refused=True), stands(), stands(), stands()]
    told = happen([night(k, sources=(one,)) for k, one in enumerate(said)])
    assert told == ["", "opened", "", "calm", "resumed", "calm", "calm", "calm+ended"]


@pytest.mark.parametrize("order", [1, -1])
def test_what_hangs_on_a_silent_source_opens_nothing_whatever_the_order(order: int) -> None:
    row = {"state": "scored", "score": 97.0, "level": "orange", "expected_harm": 1.0}
    places = [("stability", "c1"), ("safety", "c1")]
    scores = pl.DataFrame([{**row, "category": category, "cell_id": cell} for category, cell in places[::order]], schema=SCORES)
    calm = pl.DataFrame([(*place, NIGHT - DAY, 50.0, "blue", 1.0) for place in places], CELL_PAST, orient="row")
    speaking = SourceStands("fire", silent=False, speaks=True, refused=False, categories=frozenset({"safety"}))
    sources = (stands(silent=True), speaking)[::order]
    found = alert_events((), night(0, scores=scores, past=Past(calm), sources=sources), HANDLING, dt.datetime(2026, 3, 31, tzinfo=dt.UTC))
    assert {(event.about.subject.type, event.about.subject.category) for event in found} == {("source", None), ("level", "safety")}
    # An alert without a category hangs on nothing: two that lack one are not alike.
    assert None not in night(0, sources=sources).inhibited


def test_silence_is_days_without_a_word_and_categories_hang_on_declared_feeds() -> None:
    district = load(WEIBIN).district
    codes = [source.code for source in district.sources]

    def days(*states: str) -> pl.DataFrame:
        rows = [(codes[0], NIGHT - (k + 1) * DAY, state, 0, 1.0) for k, state in enumerate(states)]
        return pl.DataFrame(rows, schema=SOURCE_DAYS, orient="row")

    def first(*states: str, refused: tuple[str, ...] = ()) -> SourceStands:
        return source_stands(district, days(*states), NIGHT, refused)[0]

    assert first(*["missing"] * SILENT_DAYS).silent
    assert first("late", "missing", "missing").silent
    assert not first("late", "late", "late").silent
    assert not first("missing", "missing", "ok", "missing").silent
    assert first("missing", "missing", "missing", "ok").silent
    assert (first("ok").speaks, first("ok").refused) == (True, False)
    assert first("ok", refused=(codes[0],)).refused
    # A source of which nothing is known is neither silent nor heard.
    assert not first().silent
    assert not first().speaks
    every = {source.source: source.categories for source in source_stands(district, days(), NIGHT, ())}
    feeds = {source.code: source.feed for source in district.sources}
    assert {feeds[code]: categories for code, categories in every.items()} == {
        "fire_hazard": {"safety", "political"},
        "public_order": {"public_order", "political"},
        "stability": {"stability", "political"},
    }
