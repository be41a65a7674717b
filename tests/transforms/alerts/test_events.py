from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.districts.calendars import calendar
from transforms.alerts.alert import Subject, alert_id
from transforms.alerts.events import KEEP_NIGHTS
from transforms.alerts.events import alert_events as asked
from transforms.alerts.machine.commands import SYSTEM, AlertEvent
from transforms.alerts.machine.frames import events_of, frame_of
from transforms.alerts.machine.handling import Alert, folds
from transforms.alerts.machine.rules import Rules
from transforms.alerts.past import Past
from transforms.alerts.types import Tonight
from transforms.clocks.rules import rosters
from transforms.district.declaration import AlertRules
from transforms.schema import ALERT_EVENTS, DISTRICT_SURGES, SCORES
from transforms.words import AlertState, Event

FIRST = dt.date(2025, 6, 1)
DAY = dt.timedelta(days=1)
# A level is told on the night on which it is entered: what makes few of many is tested by itself.
RULES = AlertRules(confirm_nights=1, surprise=1.0)
HANDLING = Rules(calendar("CN", "Asia/Shanghai"), rosters([]))


def alert_events(before: pl.DataFrame, tonight: Tonight) -> pl.DataFrame:
    """What a night brings at its own morning, as rows; that of each alert, in the order of names."""
    at = dt.datetime.combine(tonight.night, dt.time(5, 10), dt.UTC)
    return frame_of(asked(events_of(before), tonight, HANDLING, at))


def fold(events: pl.DataFrame) -> list[Alert]:
    return list(folds(events_of(events)).values())


# The score and level of one night, by letter; a dot is a night without a score, h is between the exit and the entering score.
NIGHTS = {
    "b": (50.0, "blue"),
    "y": (85.0, "yellow"),
    "h": (93.0, "yellow"),
    "o": (96.0, "orange"),
    "r": (99.5, "red"),
    ".": (None, None),
    "l": (99.0, None),
}


def scores(letter: str, category: str = "safety", cell: str = "c1") -> pl.DataFrame:
    score, level = NIGHTS[letter]
    state = "scored" if level else "learning" if score else "not_scored"
    row = {"category": category, "cell_id": cell, "state": state, "score": score, "level": level, "expected_harm": 1.0}
    return pl.DataFrame([{c: row.get(c) for c in SCORES}], schema=SCORES)


def level_events(before: pl.DataFrame, tonight: pl.DataFrame, district: str, rules: AlertRules, night: dt.date) -> pl.DataFrame:
    # Each cell was calm on the night before the first.
    calm = tonight.select("category", "cell_id", night=pl.lit(FIRST - DAY), score=pl.lit(50.0), level=pl.lit("blue"), harm=pl.lit(1.0))
    return alert_events(before, Tonight(district, night, tonight, DISTRICT_SURGES.to_frame(), rules, past=Past(calm)))


def identity(district: str, cell: str, category: str, episode: dt.date) -> str:
    return alert_id(district, Subject("level", "cell", cell, category), episode)


def play(letters: str, rules: AlertRules = RULES, category: str = "safety", *, kept: bool = False) -> tuple[list[str], pl.DataFrame]:
    """What happens on each night, and all events."""
    events, told = ALERT_EVENTS.to_frame(), []
    for k, letter in enumerate(letters):
        new = level_events(events, scores(letter, category), "d", rules, FIRST + k * DAY)
        assert new.schema == ALERT_EVENTS
        told.append("+".join(sorted(set(new["event"]) - ({"kept"} if not kept else set()))))
        events = pl.concat([events, new])
    return told, events


def only(events: pl.DataFrame) -> Alert:
    (alert,) = fold(events)
    return alert


@pytest.mark.parametrize("letters", ["b", "y", "h", ".", "l", "bybhy.l"])
def test_what_is_not_hot_opens_nothing(letters: str) -> None:
    assert play(letters)[1].is_empty()


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("bo", ["", "opened"]),
        ("oo", ["opened", ""]),
        ("oro", ["opened", "raised", "eased"]),
        ("rr", ["opened", ""]),
        # Below the entering score but above the exit: neither hot nor calm, as long as it lasts.
        ("ohhhhhh", ["opened", *[""] * 6]),
        ("obbb", ["opened", "calm", "calm", "calm+ended"]),
        ("oyyyb", ["opened", "calm", "calm", "calm+ended", ""]),
        ("obbobbb", ["opened", "calm", "calm", "resumed", "calm", "calm", "calm+ended"]),
        ("obbhbbb", ["opened", "calm", "calm", "resumed", "calm", "calm", "calm+ended"]),
        ("obbrb", ["opened", "calm", "calm", "raised+resumed", "calm"]),
        ("rbo", ["opened", "calm", "eased+resumed"]),
        # Nights without a score change nothing and count as nothing.
        ("ob.b..b", ["opened", "calm", "", "calm", "", "", "calm+ended"]),
        ("o.........", ["opened", *[""] * 9]),
        ("oblllbb", ["opened", "calm", "", "", "", "calm", "calm+ended"]),
    ],
)
def test_the_life_of_an_alert(letters: str, expected: list[str]) -> None:
    assert play(letters)[0] == expected


@pytest.mark.parametrize(("quiet", "event"), [(1, "reopened"), (7, "reopened"), (8, "opened"), (30, "opened")])
def test_a_return_within_seven_nights_reopens(quiet: int, event: str) -> None:
    told, events = play("obbb" + "b" * (quiet - 1) + "o")
    assert told[-1] == event
    found = fold(events)
    assert len(found) == (1 if event == "reopened" else 2)
    assert [not a.is_over for a in sorted(found, key=lambda a: a.episode)][-1]
    assert max(a.episode for a in found) == (FIRST if event == "reopened" else FIRST + (3 + quiet) * DAY)


def test_a_reopened_alert_counts_its_calm_nights_anew() -> None:
    assert play("obbbobbb")[0][-4:] == ["reopened", "calm", "calm", "calm+ended"]


def test_its_level_is_never_below_orange_while_it_is_open() -> None:
    assert only(play("rh")[1]).level == "red"
    assert only(play("rb")[1]).level == "red"
    assert only(play("rbh")[1]).level == "red"
    assert play("rbho")[0][-1] == "eased"
    assert only(play("ro")[1]).level == "orange"
    assert only(play("obr")[1]).level == "red"


def test_rules_are_obeyed() -> None:
    rules = RULES.model_copy(update={"enter": "red", "exit_score": 98, "calm_nights": 1, "reopen_nights": 2})
    assert play("orobbbr", rules)[0] == ["", "opened", "calm+ended", "", "", "", "opened"]
    assert play("rbr", rules)[0] == ["opened", "calm+ended", "reopened"]


def test_duty_performance_never_opens_an_alert_on_a_cell() -> None:
    assert play("rrr", category="political")[1].is_empty()


def test_subjects_and_categories_do_not_mix() -> None:
    both = pl.concat([scores("o"), scores("o", cell="c2"), scores("r", category="stability")])
    events = level_events(ALERT_EVENTS.to_frame(), both, "d", RULES, FIRST)
    assert len(fold(events)) == 3
    calm = pl.concat([scores("b"), scores("o", cell="c2"), scores("r", category="stability")])
    assert level_events(events, calm, "d", RULES, FIRST + DAY).select("subject", "category", "event").rows() == [("c1", "safety", "calm")]


def test_identity() -> None:
    events = play("o")[1]
    row = events.row(0, named=True)
    assert row["alert_id"] == identity("d", "c1", "safety", FIRST)
    assert (row["type"], row["subject_kind"], row["episode"]) == ("level", "cell", FIRST)
    others = [identity("e", "c1", "safety", FIRST), identity("d", "c2", "safety", FIRST), identity("d", "c1", "stability", FIRST)]
    assert len({row["alert_id"], *others, identity("d", "c1", "safety", FIRST + DAY)}) == 5


def test_the_same_night_twice_brings_nothing_more() -> None:
    _, events = play("bobb")
    tonight = FIRST + 4 * DAY
    once = level_events(events, scores("b"), "d", RULES, tonight)
    assert once["event"].to_list() == ["calm", "ended"]
    assert level_events(pl.concat([events, once]), scores("b"), "d", RULES, tonight).is_empty()
    # A calm night that is looked at twice counts once.
    twice = pl.concat([events, level_events(events, scores("b"), "d", RULES.model_copy(update={"calm_nights": 4}), tonight)])
    assert level_events(twice, scores("b"), "d", RULES.model_copy(update={"calm_nights": 4}), tonight).is_empty()
    opened = play("bo")[1]
    assert level_events(opened, scores("o"), "d", RULES, FIRST + DAY).is_empty()


@pytest.mark.parametrize("letter", NIGHTS)
def test_a_night_that_is_run_again_brings_nothing_to_an_alert_of_a_later_one(letter: str) -> None:
    _, events = play("bbo")
    assert only(events).episode == FIRST + 2 * DAY
    again = level_events(events, scores(letter), "d", RULES, FIRST + DAY)
    assert again.is_empty()


@pytest.mark.parametrize("letter", NIGHTS)
def test_a_night_that_is_run_again_brings_nothing_to_an_alert_that_ended_since(letter: str) -> None:
    _, events = play("boo" + "b" * RULES.calm_nights)
    assert only(events).is_over
    assert level_events(events, scores(letter), "d", RULES, FIRST + 2 * DAY).is_empty()


def test_an_amended_night_brings_only_what_is_new() -> None:
    events = play("bo")[1]
    night = FIRST + DAY
    raised = level_events(events, scores("r"), "d", RULES, night)
    assert raised["event"].to_list() == ["raised"]
    events = pl.concat([events, raised])
    # What an earlier look called hot and a later one calm is a calm night, not an end.
    assert level_events(events, scores("b"), "d", RULES, night)["event"].to_list() == ["calm"]


def test_the_fold() -> None:
    alert = only(play("orbbb")[1])
    assert (alert.alert_id, alert.subject) == (identity("d", "c1", "safety", FIRST), Subject("level", "cell", "c1", "safety"))
    assert (alert.state, alert.level, alert.calm_nights, alert.seq) == (AlertState.CLOSED, "red", 3, 6)
    assert (alert.episode, alert.opened_night, alert.last_night, alert.ended_night) == (FIRST, FIRST, FIRST + 4 * DAY, FIRST + 4 * DAY)
    assert alert.is_over
    assert fold(ALERT_EVENTS.to_frame()) == []


def test_what_stays_as_it_is_says_so_once_a_week() -> None:
    told, events = play("o" * 16, kept=True)
    assert [k for k, events_of_night in enumerate(told) if events_of_night == "kept"] == [KEEP_NIGHTS, 2 * KEEP_NIGHTS]
    assert only(events).state is AlertState.OPEN


def by_people(events: pl.DataFrame, *done: tuple[Event, int]) -> pl.DataFrame:
    """The same events and what people did about the one alert, on which night."""
    found = events_of(events)
    for event, k in done:
        last, night = found[-1], FIRST + k * DAY
        at = dt.datetime.combine(night, dt.time(9), dt.UTC)
        found.append(AlertEvent(last.alert_id, last.seq + 1, event, at, night, f"{event}:{k}", SYSTEM, last.about))
    return frame_of(found)


@pytest.mark.parametrize(
    ("done", "state"),
    [
        ([(Event.ACKNOWLEDGED, 2)], AlertState.ACKNOWLEDGED),
        ([(Event.ACKNOWLEDGED, 2), (Event.ASSIGNED, 2)], AlertState.ASSIGNED),
        ([(Event.ESCALATED, 2)], AlertState.OPEN),
        ([(Event.RESOLVED, 2)], AlertState.RESOLVED),
    ],
)
def test_what_people_do_changes_its_state_and_not_its_course(done: list[tuple[Event, int]], state: AlertState) -> None:
    rules = RULES
    events = play("obb")[1]
    alert = only(by_people(events, *done))
    assert (alert.state, alert.is_over, alert.calm_nights, alert.level) == (state, False, 2, "orange")
    # The third calm night ends it as if nobody had done anything.
    new = level_events(by_people(events, *done), scores("b"), "d", rules, FIRST + 3 * DAY)
    assert sorted(new["event"]) == ["calm", "ended"]
    assert only(pl.concat([by_people(events, *done), new])).state is AlertState.CLOSED


@pytest.mark.parametrize(("event", "again"), [(Event.CLOSED, []), (Event.EXPIRED, []), (Event.RETRACTED, ["opened"])])
def test_what_people_end_stays_so_until_its_place_was_calm(event: Event, again: list[str]) -> None:
    ended = by_people(play("oo")[1], (event, 1))
    alert = only(ended)
    assert (alert.is_over, alert.ended_night) == (True, FIRST + DAY)
    assert level_events(ended, scores("b"), "d", RULES, FIRST + 2 * DAY).is_empty()
    assert level_events(ended, scores("o"), "d", RULES, FIRST + 2 * DAY)["event"].to_list() == again


def test_the_fold_does_not_depend_on_the_order_of_the_rows() -> None:
    events = play("orbbboobhrbbbbbbbbbbbbbbo")[1]
    assert len(fold(events)) == 2
    for seed in range(5):
        assert fold(events.sample(fraction=1, shuffle=True, seed=seed)) == fold(events)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    letters=st.text("byhor.", min_size=1, max_size=30),
    calm_nights=st.integers(1, 4),
    reopen_nights=st.integers(1, 9),
    enter=st.sampled_from(["orange", "red"]),
)
def test_invariants(letters: str, calm_nights: int, reopen_nights: int, enter: str) -> None:
    rules = RULES.model_copy(update={"enter": enter, "calm_nights": calm_nights, "reopen_nights": reopen_nights})
    hot = {"r"} if enter == "red" else {"o", "r"}
    events = ALERT_EVENTS.to_frame()
    calm, is_open, ended_at = 0, False, None
    for k, letter in enumerate(letters):
        new = level_events(events, scores(letter), "d", rules, FIRST + k * DAY)
        events = pl.concat([events, new])
        found = fold(events)
        names = [name for name in new["event"] if name != "kept"]
        was_open = is_open
        # What an alert should do, told by nights alone.
        if letter == ".":
            assert names == []
        elif not is_open:
            if letter in hot:
                again = ended_at is not None and k - ended_at <= reopen_nights
                assert names == ["reopened" if again else "opened"]
                is_open, calm = True, 0
            else:
                assert names == []
        elif letter in "by":
            calm += 1
            assert ("ended" in names) == (calm >= calm_nights)
            if calm >= calm_nights:
                is_open, ended_at = False, k
        else:
            assert ("resumed" in names) == (calm > 0)
            calm = 0
        assert sum(not a.is_over for a in found) == is_open <= 1
        assert new["alert_id"].n_unique() <= 1
        assert not was_open or "opened" not in names
        for alert in found:
            assert alert.alert_id == identity("d", "c1", "safety", alert.episode)
            assert alert.level in {"orange", "red"}
            assert (alert.ended_night is None) != alert.is_over
    opened = events.filter(pl.col("event") == "opened")
    assert opened["alert_id"].n_unique() == len(opened) == len(fold(events))


def test_an_alert_ends_with_its_zone_and_only_then() -> None:
    _, before = play("o")
    without = level_events(before, scores(".", cell="c2"), "d", RULES, FIRST + DAY)
    assert without.select("event", "subject", "level").rows() == [("ended", "c1", "orange")]
    assert only(pl.concat([before, without])).is_over
    assert level_events(pl.concat([before, without]), scores(".", cell="c2"), "d", RULES, FIRST + 2 * DAY).is_empty()


def surging(letter: str, category: str = "public_order") -> tuple[pl.DataFrame, pl.DataFrame]:
    """A night on which a calm cell and the district have a red surge (r), a watch (w), none (n) or no test (a dot)."""
    word = {"r": "red", "w": "watch", "n": "none", ".": None}[letter]
    cell = scores("b", category).with_columns(surge=pl.lit(word, pl.String))
    row = {"series": "theft", "subdistrict": "", "category": category, "surge": word, "p": 0.5, "days": 7, "observed": 9.0, "expected": 2.0}
    return cell, pl.DataFrame([row] if word else [], schema=DISTRICT_SURGES)


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("nw.", ["", "", ""]),
        ("rr", ["opened", ""]),
        # A watch neither opens nor calms; neither does a night without a test.
        ("rnwnn.n", ["opened", "calm", "resumed", "calm", "calm", "", "calm+ended"]),
        ("rnnnr", ["opened", "calm", "calm", "calm+ended", "reopened"]),
        ("rnnnnnnnnnr", ["opened", "calm", "calm", "calm+ended", *[""] * 6, "reopened"]),
        ("rnnnnnnnnnnr", ["opened", "calm", "calm", "calm+ended", *[""] * 7, "opened"]),
    ],
)
def test_the_life_of_a_surge_alert(letters: str, expected: list[str]) -> None:
    events, told = ALERT_EVENTS.to_frame(), []
    for k, letter in enumerate(letters):
        cell, _ = surging(letter)
        new = alert_events(events, Tonight("d", FIRST + k * DAY, cell, DISTRICT_SURGES.to_frame(), RULES))
        told.append("+".join(sorted(set(new["event"]) - {"kept"})))
        events = pl.concat([events, new])
    assert told == expected
    assert events["type"].unique().to_list() == (["surge"] if len(events) else [])
    assert events["level"].null_count() == len(events)


def test_the_district_has_an_alert_of_its_own_that_lasts_while_any_series_is_up() -> None:
    cell, whole = surging("r")
    calm = whole.with_columns(series=pl.lit("fraud"), surge=pl.lit("none"))
    both = pl.concat([whole, calm])
    events = alert_events(ALERT_EVENTS.to_frame(), Tonight("d", FIRST, cell.with_columns(surge=None), both, RULES))
    assert events.select("type", "subject_kind", "subject", "category", "event").rows() == [
        ("surge", "district", "d", "public_order", "opened")
    ]
    again = alert_events(events, Tonight("d", FIRST + DAY, cell, both, RULES))
    assert again.select("subject_kind", "event").rows() == [("cell", "opened")]
    quiet = alert_events(events, Tonight("d", FIRST + DAY, cell.with_columns(surge=None), calm, RULES))
    assert quiet.select("subject_kind", "event").rows() == [("district", "calm")]


def test_duty_performance_has_no_surges_and_a_level_and_a_surge_are_two_alerts() -> None:
    political, _ = surging("r", "political")
    none = DISTRICT_SURGES.to_frame()
    assert alert_events(ALERT_EVENTS.to_frame(), Tonight("d", FIRST, political, none, RULES)).is_empty()
    hot = scores("o").with_columns(surge=pl.lit("red"))
    found = fold(level_events(ALERT_EVENTS.to_frame(), hot, "d", RULES, FIRST))
    assert {(a.subject.type, a.level) for a in found} == {("level", "orange"), ("surge", None)}
