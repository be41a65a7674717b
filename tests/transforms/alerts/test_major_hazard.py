"""Major hazards at premises of the register: what opens an alert, what ends it, and what has nothing to do with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from infra.districts.folder import load
from infra.settings import SHIPPED_DISTRICTS
from tests.helpers.desk import DAY, EAST, NIGHT, RULES, START
from transforms.alerts.alert import Subject
from transforms.alerts.events import alert_events
from transforms.alerts.heard import HAZARDS, Heard, NightBefore, Tells, hazards_of
from transforms.alerts.machine.commands import AlertEvent, Command
from transforms.alerts.machine.decide import decide
from transforms.alerts.machine.handling import fold, folds
from transforms.alerts.types import TYPES, Tonight
from transforms.alerts.types.alert_type import SourceStands
from transforms.alerts.types.major_hazard import NEWS_DAYS
from transforms.district.declaration import AlertRules, District
from transforms.district.premises import Premises
from transforms.schema import DISTRICT_SURGES, REPORTS, SCORES
from transforms.words import Act, Outcome, PremisesCategory

ABOUT = Subject("major_hazard", "premises", "P1", "safety")
# When it began, was reported, closed, looked at again; in days after the first night.
Hazard = tuple[int, int, int | None, int | None]


def night(number: int, *hazards: Hazard, register: tuple[str, ...] = ("P1", "P2"), silent: bool = False, told: bool = True) -> Tonight:
    days = [[None if k is None else NIGHT + k * DAY for k in hazard] for hazard in hazards]
    heard = Heard(hazards=pl.DataFrame([("P1", *d, told) for d in days], HAZARDS, orient="row"))
    sources = (SourceStands("fire", silent, not silent, refused=False, categories=frozenset({"safety"})),)
    return Tonight(
        "d",
        NIGHT + number * DAY,
        SCORES.to_frame(),
        DISTRICT_SURGES.to_frame(),
        AlertRules(budget_district=1, budget_subdistrict=1),
        premises=dict.fromkeys(register, "east"),
        heard=heard,
        sources=sources,
    )


def happen(nights: list[Tonight], events: list[AlertEvent] | None = None) -> list[str]:
    events = [] if events is None else events
    told = []
    for tonight in nights:
        at = START + (tonight.night - NIGHT)
        new = alert_events(events, tonight, RULES, at)
        assert alert_events([*events, *new], tonight, RULES, at) == ()
        told.append("+".join(event.event.value for event in new))
        events += new
    return told


def test_one_opens_at_once_and_ends_once_all_are_closed() -> None:
    both: list[Hazard] = [(-3, -2, None, None), (-1, -1, None, None)]
    one_closed: list[Hazard] = [(-3, -2, 1, None), (-1, -1, None, None)]
    all_closed: list[Hazard] = [(-3, -2, 1, None), (-1, -1, 3, None)]
    looked_at: list[Hazard] = [(-3, -2, 1, 4), (-1, -1, 3, 4)]
    nights = [both, both, one_closed, one_closed, all_closed, looked_at, looked_at, looked_at]
    told = happen([night(k, *hazards) for k, hazards in enumerate(nights)])
    assert told == ["opened", "", "", "", "calm+resolved", "calm+verified", "calm+ended", ""]
    (event,) = alert_events((), night(0, *both), RULES, START)
    assert (event.about.subject, event.about.subdistrict, event.level) == (ABOUT, "east", None)


def test_what_was_told_before_or_reported_long_ago_opens_nothing() -> None:
    assert happen([night(0, (-1, -1, None, None), told=False)]) == [""]
    assert happen([night(0, (-NEWS_DAYS - 9, -NEWS_DAYS, None, None))]) == ["opened"]
    assert happen([night(0, (-NEWS_DAYS - 9, -NEWS_DAYS - 1, None, None))]) == [""]
    # It does not wait for its turn either: one that has an alert keeps it, however old it grows.
    assert happen([night(k, (-9, -9, None, None)) for k in (0, 40)]) == ["opened", "kept"]


def test_a_further_one_comes_back_wherever_somebody_was_done_with_those_before() -> None:
    first = (-1, -1, None, None)
    events: list[AlertEvent] = []
    happen([night(0, first)], events)
    opened = fold(events)
    assert opened
    for act, outcome in ((Act.RESOLVE, Outcome.VISITED), (Act.CLOSE, Outcome.NOTHING_FOUND)):
        by_hand = decide(opened, Command(opened.alert_id, act, "k", NIGHT, EAST, 1, outcome=outcome), RULES, START + dt.timedelta(hours=3))
        assert isinstance(by_hand, tuple)
        done = [*events, *by_hand]
        # The one that they saw is still there, which they know; one that was reported on that day they have not seen.
        assert happen([night(1, first), night(2, first)], [*done]) == ["", ""]
        assert happen([night(1, first, (0, 0, None, None))], [*done]) == ["reopened"]
    # Settled by the feed, and calming down: another one is told as well, though it came late.
    closed = (-1, -1, 1, None)
    told = happen(
        [night(2, closed), night(3, closed), night(4, closed, (-5, -5, None, None)), night(5, closed, (-5, -5, None, None))], events
    )
    assert told == ["calm+resolved", "calm", "reopened", ""]


def test_a_further_one_keeps_the_feed_from_settling_the_matter() -> None:
    assert happen([night(0, (-1, -1, None, None)), night(2, (-1, -1, 1, None), (1, 1, None, None))]) == ["opened", ""]


def test_no_budget_and_no_silence_of_another_source_holds_one_back() -> None:
    heard = Heard(hazards=pl.DataFrame([(f"P{k}", *[NIGHT - DAY] * 2, None, None, True) for k in range(1, 9)], HAZARDS, orient="row"))
    many = replace(night(0, register=tuple(f"P{k}" for k in range(1, 9))), heard=heard)
    events = alert_events((), many, RULES, START)
    assert [event.about.quiet for event in events] == [False] * 8
    # One is of the source itself, that fell silent.
    told = happen([night(0, (-1, -1, None, None), silent=True)])
    assert told == ["opened+opened"]


def test_a_line_that_is_missing_from_the_register_ends_nothing() -> None:
    hazard, without = (-40, -1, None, None), ("P2",)
    events: list[AlertEvent] = []
    # Longer than any alert calms down, than it comes back, and than it counts as forgotten.
    told = happen([night(0, hazard), *(night(k, hazard, register=without) for k in range(1, 16)), night(16, hazard)], events)
    assert told == ["opened", *([""] * 6), "kept", *([""] * 6), "kept", "", ""]
    # What the feed told meanwhile is heard once the line is back.
    closed = (-40, -1, 16, 17)
    assert happen([night(17, closed, register=without), night(18, closed)], events) == ["", "calm+resolved+verified"]
    assert happen([night(0, hazard, register=without)]) == [""]


def test_a_visit_to_its_cell_and_an_alert_on_a_cell_say_nothing_of_premises() -> None:
    hazards = pl.DataFrame([("P1", NIGHT - DAY, NIGHT - DAY, NIGHT, NIGHT, True)], HAZARDS, orient="row")
    heard = Heard(hazards=hazards)
    assert list(heard.tells(ABOUT, NIGHT)) == [Tells(Act.RESOLVE, Outcome.FIXED), Tells(Act.VERIFY)]
    assert list(heard.tells(Subject("level", "cell", "P1", "safety"), NIGHT)) == []


@pytest.fixture(scope="module")
def registered() -> District:
    """A district whose register has one entry."""
    premises = {"P1": Premises(category=PremisesCategory.MALL, cell="410703001001001")}
    return load(SHIPPED_DISTRICTS / "weibin").district.model_copy(update={"premises": premises})


@pytest.mark.parametrize(
    ("changes", "is_one"),
    [
        ({}, True),
        ({"severity": 3}, False),
        ({"premises": None}, False),
        # Of a register of another day.
        ({"premises": "P9"}, False),
        # It burnt, and burns no more: nothing stands open.
        ({"kind": "fire_commercial"}, False),
        ({"status": "withdrawn"}, False),
    ],
)
def test_only_a_hazard_that_stands_is_major_and_at_premises_of_the_register_counts(
    registered: District, changes: dict[str, object], is_one: bool
) -> None:
    plain = {"feed": "fire_hazard", "kind": "hazard_flammables", "severity": 4, "premises": "P1", "status": "open", "cell_id": "c1"}
    row = plain | {"occurred_on": NIGHT - DAY, "reported_on": NIGHT} | changes
    reports = pl.DataFrame([{name: row.get(name) for name in REPORTS}], schema=REPORTS)
    expected = [("P1", NIGHT - DAY, NIGHT, None, None, False)] if is_one else []
    assert hazards_of(reports, registered, None).rows() == expected


@pytest.mark.parametrize(
    ("before", "is_news"),
    [
        (None, False),
        (NightBefore(START, 6, frozenset({"P1"})), True),
        (NightBefore(START, 7, frozenset({"P1"})), False),
        # Nights that catch up read one lake.
        (NightBefore(START - DAY, 7, frozenset({"P1"})), True),
        # A register that was written since.
        (NightBefore(START, 6, frozenset()), False),
    ],
)
def test_news_is_what_was_told_since_the_night_before_of_premises_that_it_knew(
    registered: District, before: NightBefore | None, is_news: bool
) -> None:
    row: dict[str, object] = {"feed": "fire_hazard", "kind": "hazard_flammables", "severity": 4, "premises": "P1", "status": "open"}
    row |= {"cell_id": "c1", "occurred_on": NIGHT - DAY, "reported_on": NIGHT, "recorded_seq": 7, "known_at": START}
    reports = pl.DataFrame([{name: row.get(name) for name in REPORTS}], schema=REPORTS)
    assert hazards_of(reports, registered, before)["is_news"].to_list() == [is_news]


def test_it_is_timed_as_what_is_red() -> None:
    assert TYPES["major_hazard"].pace == "red"


def test_premises_that_move_to_another_subdistrict_are_told_there_and_end_where_they_were() -> None:
    hazard = (-40, -1, None, None)
    events: list[AlertEvent] = []
    told = happen([night(0, hazard), replace(night(1, hazard), premises={"P1": "west"}), night(2, hazard)], events)
    assert [sorted(of_night.split("+")) for of_night in told] == [["opened"], ["ended", "opened"], ["ended", "opened"]]
    stood = [(alert.subdistrict, alert.is_over) for alert in sorted(folds(events).values(), key=lambda a: a.episode)]
    assert stood == [("east", True), ("west", True), ("east", False)]
    # A register that does not say where they lie moves nothing, and neither does one that changes within a night.
    assert happen([replace(night(3, hazard), premises={"P1": None})], [*events]) == [""]
    assert happen([replace(night(2, hazard), premises={"P1": "west"})], [*events]) == [""]
