"""Silences on the way out: nobody is told while one holds, and of what still stands at its end everybody is told once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import pytest

from flows.alerts import deliver as delivering
from flows.alerts.acts import Wish, act
from flows.alerts.deliver import Sent, deliver
from flows.alerts.looks import Wanted, handover, listed
from flows.alerts.silences import SilenceWish, end, silence, silences
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from infra import clock
from infra.deliver.channel import Channel
from infra.errors import SifangError
from tests.helpers.invented import rainfall
from tests.helpers.tiny import NIGHT, Tiny, moment
from transforms.alerts.messages import Message
from transforms.alerts.types import TYPES
from transforms.words import Act, Audience, Level, Outcome, SilenceReason

NOW = moment(NIGHT, 6)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[dt.datetime]:
    """What the clock says; a test moves it on."""
    times = [NOW]
    monkeypatch.setattr(clock, "now", lambda: times[0])
    return times


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """What left, on the only channel."""
    found: list[Message] = []

    def send(messages: Sequence[Message]) -> None:
        found.extend(message for message in messages if message.payload["type"] == "rainfall")

    monkeypatch.setattr(delivering, "channels", lambda _: [Channel("one", Audience.MACHINE, send)])
    return found


@pytest.fixture
def rained(district: Tiny, now: list[dt.datetime], told: list[Message]) -> Iterator[Tiny]:
    """A night that opened an alert on the district and one on a gauge, of which nobody was told so far."""
    with TYPES.including(rainfall.TYPE):
        run_night(district.context, nightly_run(district.context, NIGHT, None, "first"))
        yield district


def wish(*, hours: int = 4, **about: str) -> SilenceWish:
    return SilenceWish("district", SilenceReason.WORKS, NOW + hours * HOUR, **about)  # type: ignore[arg-type]


def ref(made: Tiny) -> str:
    """The alert that has a level, as a list names it."""
    return listed(made.context, Wanted(type="rainfall", level=Level.ORANGE), NOW).alerts[0].ref


def test_nobody_is_told_while_it_holds_and_once_at_its_end_if_it_still_stands(
    rained: Tiny, now: list[dt.datetime], told: list[Message]
) -> None:
    made = silence(rained.context, wish(type="rainfall"), NOW)
    assert made.matches_now == 2
    assert handover(rained.context, NOW).silenced
    now[0] += HOUR
    act(rained.context, Wish(ref(rained), Act.ASSIGN, "district", ("works",)), now[0])
    # What happened since waits behind what is silenced.
    assert (deliver(rained.context).silenced, told) == (2, [])
    now[0] = NOW + 4 * HOUR
    # Of what was held, the newest of each alert leaves.
    assert deliver(rained.context) == Sent(2, superseded=1)
    assert len({message.alert_id for message in told}) == len(told) == 2
    assert {message.payload["event"] for message in told} == {"opened", "assigned"}
    assert deliver(rained.context) == Sent(0)


def test_what_is_over_by_the_end_of_a_silence_is_told_to_nobody(rained: Tiny, now: list[dt.datetime], told: list[Message]) -> None:
    one = ref(rained)
    silence(rained.context, wish(alert=one), NOW)
    now[0] += HOUR
    act(rained.context, Wish(one, Act.CLOSE, "district", outcome=Outcome.NOTHING_FOUND), now[0])
    now[0] = NOW + 5 * HOUR
    deliver(rained.context)
    assert {message.alert_id[:8] for message in told}.isdisjoint({one.split("@")[0]})


def test_a_silence_that_matches_nothing_is_listed_and_one_that_is_over_is_not(rained: Tiny) -> None:
    silence(rained.context, wish(type="rainfall", subdistrict="north"), NOW)
    (shown,) = silences(rained.context, NOW).silences
    assert (shown.matches_now, shown.reason) == (0, SilenceReason.WORKS)
    assert silences(rained.context, NOW + 4 * HOUR).silences == ()


def test_a_silence_is_ended_by_who_made_it_or_by_the_district(rained: Tiny, now: list[dt.datetime], told: list[Message]) -> None:
    made = silence(rained.context, wish(type="rainfall"), NOW)
    with pytest.raises(SifangError, match="another's"):
        end(rained.context, made.silence_id, "subdistrict:north", NOW)
    assert end(rained.context, made.silence_id, "district", NOW + HOUR).silences == ()
    with pytest.raises(SifangError, match="No silence that holds"):
        end(rained.context, made.silence_id, "district", NOW + HOUR)
    now[0] += 2 * HOUR
    deliver(rained.context)
    assert len(told) == 2


def test_one_that_lasts_until_it_is_calm_ends_with_what_it_covers(rained: Tiny, now: list[dt.datetime]) -> None:
    one = ref(rained)
    silence(rained.context, SilenceWish("district", SilenceReason.IN_HAND, NOW + 9 * HOUR, alert=one, until_calm=True), NOW)
    deliver(rained.context)
    assert silences(rained.context, NOW + HOUR).silences
    act(rained.context, Wish(one, Act.CLOSE, "district", outcome=Outcome.FIXED), NOW + HOUR)
    now[0] += HOUR
    deliver(rained.context)
    assert silences(rained.context, now[0]).silences == ()


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (SilenceWish("district", SilenceReason.WORKS, NOW + HOUR), "names what it is about"),
        (wish(hours=0, type="rainfall"), "a moment to come"),
        (wish(type="of_ada"), "is no type of alert here"),
        (wish(subdistrict="of_ada"), "is no subdistrict here"),
        (SilenceWish("subdistrict:north", SilenceReason.WORKS, NOW + HOUR, type="rainfall"), "its own alerts alone"),
        (SilenceWish("mayor", SilenceReason.WORKS, NOW + HOUR, type="rainfall"), "no role here"),
    ],
)
def test_what_may_not_be_silenced_is_refused_in_words(rained: Tiny, made: SilenceWish, says: str) -> None:
    with pytest.raises(SifangError, match=says):
        silence(rained.context, made, NOW)
    assert silences(rained.context, NOW).silences == ()
