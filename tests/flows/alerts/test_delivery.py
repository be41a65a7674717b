"""Messages on their way out: signed, in order, repeated where a receiver fails, dropped where they say nothing any more, never lost."""

from __future__ import annotations

import base64
import datetime as dt
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks import Webhook

from flows.alerts import deliver as delivering
from flows.alerts.acts import Wish, act
from flows.alerts.deliver import Sent, deliver
from flows.alerts.letters import letters, resend
from flows.alerts.looks import shown
from flows.alerts.sweep import sweep_alerts
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from infra import clock
from infra.deliver import webhook as hook
from infra.deliver.apprise import chats
from infra.deliver.channel import UndeliveredError
from infra.deliver.webhook import webhook
from infra.errors import SifangError
from infra.warehouse.alerts.alerts import alerts_of
from infra.warehouse.alerts.outbox import waiting
from tests.helpers.invented import rainfall
from tests.helpers.receiver import Receiver
from tests.helpers.tiny import NIGHT, Tiny, moment
from transforms.alerts.messages import Message
from transforms.alerts.retrying import GIVEN_UP_AFTER, LONGEST, next_try
from transforms.alerts.types import TYPES
from transforms.schema.plain import Json
from transforms.words import Act, Outcome

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
NOW = moment(NIGHT, 6)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[dt.datetime]:
    """What the clock says; a test moves it on."""
    times = [NOW]
    monkeypatch.setattr(clock, "now", lambda: times[0])
    return times


@pytest.fixture
def rained(district: Tiny, now: list[dt.datetime], receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tiny]:
    """A night that opened two alerts, whose messages wait; the only channel is the receiver's."""
    monkeypatch.setattr(delivering, "channels", lambda _: [webhook(receiver.address, SECRET)])
    with TYPES.including(rainfall.TYPE):
        run_night(district.context, nightly_run(district.context, NIGHT, None, "first"))
        yield district


def posted(made: Tiny) -> int:
    """How many messages wait."""
    return len(waiting(made.context.warehouse))


def test_a_message_is_signed_as_receivers_verify_it_and_names_its_event(rained: Tiny, receiver: Receiver, now: list[dt.datetime]) -> None:
    # The independent package compares the moment with its own clock.
    now[0] = dt.datetime.now(dt.UTC)
    count = posted(rained)
    assert deliver(rained.context) == Sent(count)
    assert len(receiver.got) == count > 1
    for headers, body in receiver.got:
        said: dict[str, Any] = Webhook(SECRET).verify(body, headers)
        assert headers["webhook-id"] == f"{said['alert_id']}-{said['seq']}"
        assert said["event"] == "opened"
    headers, body = receiver.got[0]
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(SECRET).verify(body.replace(b"opened", b"closed"), headers)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("500", "http_500"),
        ("302", "http_302"),
        ("redirect", "http_302"),
        ("page", "html"),
        ("die", "unreachable"),
        ("hang", "timeout"),
        ("trickle", "timeout"),
    ],
)
def test_what_is_no_answer_of_a_receiver_is_tried_again_later(
    rained: Tiny, receiver: Receiver, now: list[dt.datetime], monkeypatch: pytest.MonkeyPatch, answer: str, code: str
) -> None:
    monkeypatch.setattr(hook, "PATIENCE_S", 0.1)
    receiver.answers = [answer]
    count = posted(rained)
    sent = deliver(rained.context)
    assert (sent.delivered, sent.kept) == (0, count)
    assert {letter.said for letter in letters(rained.context).waiting} == {code}
    # A channel that fails several times in a row is left alone with the others.
    assert len(receiver.got) == delivering.AWAY_AFTER
    # Not at once: the receiver is left alone for a while.
    tried = len(receiver.got)
    deliver(rained.context)
    assert len(receiver.got) <= tried + delivering.AWAY_AFTER
    tried_ids = receiver.ids()[:tried]
    assert len(set(tried_ids)) == tried
    receiver.answers = ["200"]
    monkeypatch.setattr(hook, "PATIENCE_S", 5.0)
    now[0] += 10 * MINUTE
    assert deliver(rained.context).delivered == count
    assert len(set(receiver.ids())) == count
    assert deliver(rained.context) == Sent(0)


def test_a_receiver_that_says_its_answer_byte_by_byte_holds_up_nobody(rained: Tiny, receiver: Receiver, now: list[dt.datetime]) -> None:
    receiver.answers = ["drip"]
    count, began = posted(rained), time.monotonic()
    assert deliver(rained.context).delivered == count
    assert time.monotonic() - began < receiver.drips * 0.05


def do(made: Tiny, what: Act, alert: str, **more: Any) -> None:
    act(made.context, Wish(alert, what, "district", **more), clock.now())


def test_who_is_told_at_once_is_told_with_those_above_once_it_went_up(rained: Tiny, now: list[dt.datetime]) -> None:
    one = alerts_of(rained.context.warehouse)["alert_id"][0]
    before = shown(rained.context, one, now[0])
    now[0] += dt.timedelta(days=5)
    sweep_alerts(rained.context, now[0])
    after = shown(rained.context, one, now[0])
    assert before.told.told + before.then[0].told == after.told.told
    assert after.then == before.then[1:]


def refs(made: Tiny) -> list[str]:
    return [f"{row['alert_id']}@{row['seq']}" for row in alerts_of(made.context.warehouse).to_dicts()]


def test_messages_of_an_alert_leave_in_their_order_and_one_that_fails_holds_up_no_other_alert(
    rained: Tiny, receiver: Receiver, now: list[dt.datetime]
) -> None:
    one = refs(rained)[0]
    do(rained, Act.ASSIGN, one, departments=("works",))
    count, identity = posted(rained), one.split("@")[0]
    receiver.answers = ["500", "200"]
    sent = deliver(rained.context)
    # The first message that is sent fails, and holds up the others of its alert alone.
    first = receiver.ids()[0].split("-")[0]
    assert [i for i in receiver.ids() if i.startswith(first)] == [f"{first}-1"]
    assert (sent.delivered, sent.kept) == ((count - 2, 2) if first == identity else (count - 1, 1))
    now[0] += 10 * MINUTE
    assert deliver(rained.context).kept == 0
    told = [int(i.split("-")[1]) for i in receiver.ids() if i.startswith(identity)]
    assert told == sorted(told)
    assert set(told) == {1, 2}


def test_what_has_nothing_to_say_any_more_is_dropped_and_counted(rained: Tiny, receiver: Receiver) -> None:
    one, count = refs(rained)[0], posted(rained)
    do(rained, Act.CLOSE, one, outcome=Outcome.NOTHING_FOUND)
    assert deliver(rained.context) == Sent(count - 1, superseded=1)
    assert all(not i.startswith(one.split("@")[0]) for i in receiver.ids())
    assert deliver(rained.context) == Sent(0)


def test_a_message_that_no_channel_takes_for_three_days_is_dead_visible_and_resendable(
    rained: Tiny, receiver: Receiver, now: list[dt.datetime]
) -> None:
    count = posted(rained)
    receiver.answers = ["500"]
    for _ in range(24):
        deliver(rained.context)
        now[0] += dt.timedelta(hours=12)
    assert deliver(rained.context) == Sent(0)
    dead = letters(rained.context).dead
    assert [letter.said for letter in dead] == ["http_500"] * count
    receiver.answers = ["200"]
    assert resend(rained.context, [dead[0].message_id]).revived == 1
    assert deliver(rained.context).delivered == 1
    assert receiver.ids()[-1] == dead[0].message_id
    assert len(letters(rained.context).dead) == count - 1
    with pytest.raises(SifangError, match="No dead message"):
        resend(rained.context, ["nothing"])


def test_waits_double_up_to_a_longest_one_and_differ_between_messages() -> None:
    waits = [next_try("a-1", tries, NOW, NOW) for tries in range(1, 12)]
    assert all(one is not None and dt.timedelta(seconds=15) <= one - NOW <= 1.5 * LONGEST for one in waits)
    assert next_try("a-1", 3, NOW, NOW) != next_try("a-2", 3, NOW, NOW)
    assert next_try("a-1", 3, NOW, NOW) == next_try("a-1", 3, NOW, NOW)
    assert next_try("a-1", 3, NOW, NOW + GIVEN_UP_AFTER) is None


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("ftp://x", SECRET),
        ("https://", SECRET),
        ("https://x/\n", SECRET),
        ("https://xn--/", SECRET),
        ("https://x", "hunter2"),
        ("https://x", "whsec_c2hvcnQ="),
    ],
)
def test_an_address_or_a_secret_that_cannot_be_is_refused_and_not_quoted(address: str, secret: str) -> None:
    with pytest.raises(SifangError) as error:
        webhook(address, secret)
    assert secret not in str(error.value)


def test_chat_says_number_level_and_subdistrict_and_never_a_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    import apprise

    said: list[dict[str, str]] = []

    def notify(_self: object, **given: str) -> bool:
        said.append(given)
        return True

    monkeypatch.setattr(apprise.Apprise, "notify", notify)
    payload: dict[str, Json] = {
        "alert_id": "3f2a91bc00",
        "seq": 4,
        "event": "raised",
        "level": "red",
        "subject": "E012N034",
        "subdistrict": "east",
    }
    chats("json://127.0.0.1")[0].send([Message("3f2a91bc00-4", payload)])
    assert said[0]["title"] == "3f2a91bc@4 · 红 red · east: 升级 raised"
    assert "E012N034" not in json.dumps(said)
    monkeypatch.setattr(apprise.Apprise, "notify", lambda _self, **_given: False)
    with pytest.raises(UndeliveredError):
        chats("json://127.0.0.1")[0].send([Message("3f2a91bc00-4", payload)])
    with pytest.raises(SifangError, match="Address 2 of SIFANG_CHAT"):
        chats("json://127.0.0.1 nonsense")
