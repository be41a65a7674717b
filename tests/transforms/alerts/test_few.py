"""Few alerts: what is always hot is no news, what nobody ever saw otherwise neither, and a night tells only so many one by one."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from infra.districts.calendars import calendar
from transforms.alerts.events import alert_events
from transforms.alerts.machine.commands import SYSTEM, AlertEvent
from transforms.alerts.machine.handling import folds
from transforms.alerts.machine.rules import Rules
from transforms.alerts.past import CELL_PAST, DISTRICT_PAST, Past
from transforms.alerts.types import Tonight
from transforms.clocks.rules import rosters
from transforms.district.declaration import AlertRules
from transforms.schema import DISTRICT_SURGES, SCORES
from transforms.words import Event

NIGHT = dt.date(2026, 3, 31)
DAY = dt.timedelta(days=1)
RULES = AlertRules()
HANDLING = Rules(calendar("CN", "Asia/Shanghai"), rosters([]))
AT = dt.datetime(2026, 3, 31, 5, 10, tzinfo=dt.UTC)
# The score, level and harm of one night by letter; h is between the exit and the entering score.
NIGHTS = {"b": (50.0, "blue", 1.0), "h": (93.0, "yellow", 1.0), "o": (96.0, "orange", 2.0), "r": (99.5, "red", 3.0)}


def run(
    letters: str, before: tuple[AlertEvent, ...] = (), rules: AlertRules = RULES, usual: float | None = None, alike: int | None = None
) -> list[str]:
    """What the night of the last letter brings to one cell, the others being the nights before it; a dot is one without a score. So many of
    the last nights were ``alike``, all where nothing is said."""
    nights = [NIGHT - (len(letters) - 1 - k) * DAY for k in range(len(letters))]
    rows = [("safety", "c1", night, *_row(letter)) for night, letter in zip(nights, letters, strict=True) if letter != "."]
    score, level, harm = NIGHTS[letters[-1]]
    tonight = pl.DataFrame(
        [{"category": "safety", "cell_id": "c1", "state": "scored", "score": score, "level": level, "expected_harm": harm}], schema=SCORES
    )
    whole = [("safety", night, usual if usual is not None else harm) for night in nights[:-1]]
    measured = None if alike is None else frozenset(night for night in nights[:-1] if night >= NIGHT - alike * DAY)
    past = Past(pl.DataFrame(rows[:-1], CELL_PAST, orient="row"), pl.DataFrame(whole, DISTRICT_PAST, orient="row"), measured)
    found = alert_events(before, Tonight("d", NIGHT, tonight, DISTRICT_SURGES.to_frame(), rules, past=past), HANDLING, AT)
    return [event.event.value for event in found]


def _row(letter: str) -> tuple[float, str, float]:
    score, level, harm = NIGHTS[letter]
    return score, level, harm


@pytest.mark.parametrize(
    ("letters", "brings"),
    [
        # A first night, also that of a new reference, a redrawn grid, a changed folder: nobody knows what was before.
        ("o", []),
        ("r", []),
        # What was so from the first night on.
        ("oo", []),
        ("ohhho", []),
        # Entered, and confirmed on the next night.
        ("bo", []),
        ("boo", ["opened"]),
        ("b.oo", ["opened"]),
        ("brr", ["opened"]),
        ("hoo", ["opened"]),
        # It was so from the first night on, then calm for three nights.
        ("obboo", []),
        ("obbboo", ["opened"]),
    ],
)
def test_a_level_is_news_where_it_is_entered(letters: str, brings: list[str]) -> None:
    assert run(letters) == brings


def test_what_is_hardly_more_than_usual_is_no_news() -> None:
    assert run("b" + "o" * 20) == []
    assert run("b" * 20 + "oo") == ["opened"]
    # When the whole district rises as much, that is said of the district.
    assert run("b" * 20 + "oo", usual=1.0) == []


def test_what_was_hot_on_most_of_ninety_nights_is_chronic_and_ends_the_alert_that_it_has() -> None:
    hot = "b" * 40 + "o" * 47
    assert run(hot + "r", rules=RULES.model_copy(update={"surprise": 1.0})) == []
    opened = alert_of(NIGHT - 10 * DAY)
    assert run(hot + "o", (opened,)) == ["listed"]
    assert run("b" * 60 + "o" * 20 + "o", (opened,)) == ["kept"]


def test_a_new_reference_is_no_news_and_forgets_no_chronic_place() -> None:
    assert run("b" * 20 + "oo", alike=0) == run("b" * 20 + "oo", alike=1) == []
    assert run("b" * 20 + "boo", alike=2) == ["opened"]
    opened = alert_of(NIGHT - 10 * DAY)
    for alike in (0, 1, 30):
        assert run("b" * 40 + "o" * 48, (opened,), alike=alike) == ["listed"]


def alert_of(night: dt.date, **more: object) -> AlertEvent:
    from transforms.alerts.alert import Subject, alert_id
    from transforms.alerts.machine.commands import About

    subject = Subject("level", "cell", "c1", "safety")
    about = About(subject, night)
    return AlertEvent(alert_id("d", subject, night), 1, Event.OPENED, AT, night, "k", SYSTEM, about, level="orange")


def crowd(cells: int, subdistricts: int) -> tuple[Tonight, dict[str, float]]:
    """A night on which so many cells enter at once, of so many subdistricts, the later the worse."""
    names = [f"c{k:02d}" for k in range(cells)]
    harm = {name: 2.0 + k / 10 for k, name in enumerate(names)}
    rows = [
        {"category": "safety", "cell_id": c, "state": "scored", "score": 97.0, "level": "orange", "expected_harm": harm[c]} for c in names
    ]
    earlier = [
        ("safety", name, NIGHT - k * DAY, *(NIGHTS["o"] if k == 1 else NIGHTS["b"])[:2], 1.0) for name in names for k in range(1, 10)
    ]
    whole = [("safety", NIGHT - k * DAY, sum(harm.values())) for k in range(1, 10)]
    past = Past(pl.DataFrame(earlier, CELL_PAST, orient="row"), pl.DataFrame(whole, DISTRICT_PAST, orient="row"))
    places = {name: f"s{k % subdistricts}" for k, name in enumerate(names)}
    scores = pl.DataFrame(rows, schema=SCORES)
    return Tonight("d", NIGHT, scores, DISTRICT_SURGES.to_frame(), RULES, places, past), harm


def test_a_night_tells_so_many_one_by_one_and_counts_the_others() -> None:
    tonight, harm = crowd(24, 2)
    found = alert_events((), tonight, HANDLING, AT)
    assert [event.event for event in found] == [Event.OPENED] * 24
    told = {event.about.subject.code for event in found if not event.about.quiet}
    # Three of each of two subdistricts, the worst first.
    assert told == set(sorted(harm, key=lambda c: -harm[c])[:6])
    tonight, _ = crowd(24, 12)
    assert sum(not event.about.quiet for event in alert_events((), tonight, HANDLING, AT)) == RULES.budget_district
    # A further revision of the night has no budget of its own.
    again = alert_events(found[:20], tonight, HANDLING, AT)
    assert sum(not event.about.quiet for event in again) <= RULES.budget_district


def test_what_is_quiet_has_no_clocks_and_is_told_to_nobody_by_itself() -> None:
    from transforms.alerts.machine.steps import EXPIRE, pending
    from transforms.alerts.messages import digest, messages

    found = alert_events((), crowd(24, 2)[0], HANDLING, AT)
    quiet = [event for event in found if event.about.quiet]
    assert len(messages(found)) == 6
    (counted,) = digest(found, NIGHT)
    assert counted.payload == {"event": "digest", "night": "2026-03-31", "alerts": 18, "counted": {"s0:opened": 9, "s1:opened": 9}}
    assert digest(found, NIGHT) == [counted]
    assert digest([], NIGHT) == []
    for alert in folds(quiet).values():
        assert [step.name for step in pending(alert, HANDLING)] == [EXPIRE]
