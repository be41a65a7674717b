"""A receiver that fails, hangs and dies at random, and a sender that is killed: each state is told at least once, and in order."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from standardwebhooks import Webhook

from flows.alerts import deliver as delivering
from flows.alerts.deliver import deliver
from infra import clock
from infra.deliver import webhook as hook
from infra.deliver.webhook import webhook
from infra.warehouse.alerts.alerts import store_events
from infra.warehouse.alerts.outbox import NO_REVISION, post, waiting
from infra.warehouse.database.engine import writing
from tests.helpers import tiny
from tests.helpers.receiver import Receiver
from tests.helpers.tiny import NIGHT, Tiny
from transforms.alerts.alert import Subject, alert_id
from transforms.alerts.machine.commands import SYSTEM, About, AlertEvent
from transforms.alerts.machine.rules import Rules
from transforms.alerts.messages import messages
from transforms.words import Event

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
STATES = (Event.OPENED, Event.RAISED, Event.ESCALATED, Event.RAISED, Event.REMINDED)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """One that is there throughout."""
    made = Receiver()
    yield made
    made.close()


def fill(made: Tiny, alerts: int) -> set[str]:
    """Alerts each of which went through the same states, so that five messages of each wait; their names."""
    now, rules = clock.now(), Rules.of(made.context.district, made.context.folder.calendar)
    events = []
    for number in range(alerts):
        subject = Subject("level", "cell", f"c{number}", "safety")
        about, identity = About(subject, NIGHT, "north"), alert_id(made.context.code, subject, NIGHT)
        events += [
            AlertEvent(identity, seq, event, now + dt.timedelta(seconds=seq), NIGHT, f"k{seq}", SYSTEM, about, level="red")
            for seq, event in enumerate(STATES, start=1)
        ]
    said = messages(events)
    with writing(made.context.warehouse) as connection:
        store_events(connection, made.context.code, events, rules)
        post(connection, made.context.code, NIGHT, NO_REVISION, said, now)
    return {message.message_id for message in said}


def told_in_order(receiver: Receiver) -> None:
    """Of each alert nothing was told before what came before it; a repetition says what the first telling said."""
    first: dict[str, list[int]] = {}
    bodies: dict[str, str] = {}
    for headers, body in receiver.got:
        said = Webhook(SECRET).verify(body, headers)
        name = headers["webhook-id"]
        assert name == f"{said['alert_id']}-{said['seq']}"
        assert bodies.setdefault(name, json.dumps(said["event"])) == json.dumps(said["event"])
        numbers = first.setdefault(said["alert_id"], [])
        if said["seq"] not in numbers:
            numbers.append(said["seq"])
    assert all(numbers == sorted(numbers) for numbers in first.values())


@pytest.mark.parametrize("alerts", [6, pytest.param(100, marks=pytest.mark.slow)])
def test_each_state_is_told_at_least_once_in_order_whatever_the_receiver_does(
    district: Tiny, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, alerts: int
) -> None:
    chance = random.Random(7)
    receiver.choose = lambda: chance.choices(["200", "500", "die", "hang", "page", "302"], [80, 8, 4, 2, 3, 3])[0]
    receiver.hangs_s = 0.3
    monkeypatch.setattr(hook, "PATIENCE_S", 0.15)
    monkeypatch.setattr(delivering, "channels", lambda _: [webhook(receiver.address, SECRET)])
    # It waits for nothing between two tries: how long it would is tested by itself.
    monkeypatch.setattr(delivering, "next_try", lambda *_: clock.now())
    wanted = fill(district, alerts)
    assert len(wanted) == 5 * alerts
    for _ in range(20 * alerts):
        if not waiting(district.context.warehouse):
            break
        deliver(district.context)
    assert set(receiver.ids()) == wanted
    assert len(receiver.ids()) > len(wanted)
    told_in_order(receiver)


@pytest.mark.slow
def test_a_sender_that_is_killed_loses_nothing(district: Tiny, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = fill(district, 12)
    district.context.stores.close()
    monkeypatch.setenv("SIFANG_WEBHOOK_URL", receiver.address)
    monkeypatch.setenv("SIFANG_WEBHOOK_SECRET", SECRET)
    senders: list[subprocess.Popen[bytes]] = []

    def kill_at(number: int) -> None:
        def before() -> None:
            if len(receiver.got) == number:
                os.kill(senders[-1].pid, signal.SIGKILL)

        receiver.before = before

    for number in (1, 2, 9, 30, 0):
        kill_at(number)
        command = [sys.executable, "-c", "from flows.cli.app import main; main()", "alerts", "send", "-d", tiny.CODE]
        senders.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
        said = senders[-1].communicate(timeout=60)[1]
        assert senders[-1].returncode == (-signal.SIGKILL if number else 0), said
    assert set(receiver.ids()) == wanted
    # What was taken when the sender died is told again, by the same name.
    assert len(receiver.ids()) > len(wanted)
    told_in_order(receiver)
