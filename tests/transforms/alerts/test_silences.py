"""What a silence covers, when it holds, and who may make one."""

from __future__ import annotations

import datetime as dt

import pytest

from transforms.alerts.alert import Subject
from transforms.alerts.machine.commands import About, Actor
from transforms.alerts.silences import Scope, Silence, silenced_by, was_held, wrong
from transforms.words import Role, SilenceReason

NOW = dt.datetime(2026, 3, 3, 2, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
EAST, ABOVE = Actor(Role.SUBDISTRICT, "east"), Actor(Role.DISTRICT)
ABOUT = About(Subject("level", "cell", "c1", "safety"), NOW.date(), "east")
NOWHERE = About(Subject("source", "source", "fire", None), NOW.date(), None)


def silence(scope: Scope, *, by: Actor = ABOVE, lasts: dt.timedelta = DAY, name: str = "s", ended: dt.datetime | None = None) -> Silence:
    return Silence(name, scope, SilenceReason.WORKS, NOW, NOW + lasts, by, ended_at=ended)


@pytest.mark.parametrize(
    ("scope", "covers"),
    [
        (Scope(alert_id="a"), True),
        (Scope(alert_id="b"), False),
        (Scope(type="level", category="safety"), True),
        (Scope(type="level", category="stability"), False),
        (Scope(subdistrict="east"), True),
        (Scope(), False),
    ],
)
def test_a_silence_covers_what_has_all_that_it_names(scope: Scope, covers: bool) -> None:
    assert scope.covers("a", ABOUT) is covers


def test_what_an_alert_does_not_have_equals_nothing() -> None:
    assert not Scope(category="safety").covers("a", NOWHERE)
    assert Scope(type="source").covers("a", NOWHERE)


def test_a_silence_holds_from_its_beginning_until_just_before_its_end() -> None:
    made = silence(Scope(subdistrict="east"))
    moments = [NOW - HOUR, NOW, NOW + DAY - HOUR, NOW + DAY]
    assert [silenced_by([made], "a", ABOUT, moment) is made for moment in moments] == [False, True, True, False]
    cut = silence(Scope(subdistrict="east"), ended=NOW + HOUR)
    assert silenced_by([cut], "a", ABOUT, NOW + HOUR) is None
    longest = silence(Scope(alert_id="a"), lasts=2 * DAY, name="t")
    assert silenced_by([longest, made], "a", ABOUT, NOW) is longest


def test_what_happened_while_one_held_was_held_once_it_is_over() -> None:
    made = silence(Scope(subdistrict="east"))
    assert [was_held([made], "a", ABOUT, NOW + HOUR, now) for now in (NOW + 2 * HOUR, NOW + DAY)] == [False, True]
    assert not was_held([made], "a", ABOUT, NOW - HOUR, NOW + DAY)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (silence(Scope()), "names what it is about"),
        (silence(Scope(type="level"), lasts=31 * DAY), "no further ahead than 30 days"),
        (silence(Scope(type="level"), lasts=-HOUR), "a moment to come"),
        (silence(Scope(type="level"), by=EAST), "its own alerts alone"),
        (silence(Scope(subdistrict="west"), by=EAST), "its own alerts alone"),
        (silence(Scope(subdistrict="east"), by=Actor(Role.DEPARTMENT, "fire")), "only a subdistrict or the district"),
    ],
)
def test_a_silence_that_may_not_be_is_refused(made: Silence, says: str) -> None:
    assert says in str(wrong(made, 30 * DAY))


def test_a_subdistrict_silences_what_is_its_own() -> None:
    assert wrong(silence(Scope(subdistrict="east", type="level"), by=EAST), 30 * DAY) is None
