"""What people and sweeps do about alerts: each command is decided and stored in one transaction.

Belongs here: reading what an alert is, deciding, storing what comes of it and the messages about it; when a sweep last ran. Does not:
deciding itself (``transforms.alerts.machine``), what nights bring (``publish``).

Nobody waits for a night that is being computed: a night that was decided on an older picture looks again (``MovedOnError``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from infra.warehouse.alerts.alerts import alerts, refold, store_events
from infra.warehouse.alerts.events import events_of_alerts
from infra.warehouse.alerts.outbox import NO_REVISION, post
from infra.warehouse.database.columns import key, metadata, must
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.database.moments import UtcDateTime
from transforms.alerts.machine.commands import AlertEvent, Command
from transforms.alerts.machine.decide import Refusal, decide
from transforms.alerts.machine.handling import fold, folds
from transforms.alerts.machine.rules import Rules
from transforms.alerts.machine.transitions import OVER
from transforms.alerts.messages import messages
from transforms.words import Act

sweeps = sa.Table(
    "sweeps",
    metadata,
    key("district"),
    must("swept_at", UtcDateTime),
    must("alerts_due", sa.Integer),
    must("events", sa.Integer),
)


@dataclass(frozen=True)
class Swept:
    """What a sweep found and did: alerts that were due, those whose due times a changed calendar moved, and what happened to them."""

    at: dt.datetime
    due: int
    retimed: int
    events: tuple[AlertEvent, ...]


def carry_out(warehouse: Warehouse, command: Command, rules: Rules, now: dt.datetime) -> tuple[AlertEvent, ...] | Refusal:
    """Do one thing about one alert; nothing happens where it was done before by this very command, or where it is refused."""
    district = warehouse.district
    with writing(warehouse) as connection:
        found = decide(fold(events_of_alerts(connection, district, [command.alert_id])), command, rules, now)
        if found and not isinstance(found, Refusal):
            store_events(connection, district, found, rules)
            post(connection, district, command.night, NO_REVISION, messages(found), now)
    return found


def sweep(warehouse: Warehouse, night: dt.date, rules: Rules, now: dt.datetime) -> Swept:
    """Take the highest step that is due of every alert, once; swept again at the same moment, nothing happens.

    Where the calendar has changed, what is open is timed by it first.
    """
    district, a = warehouse.district, alerts.c
    with writing(warehouse) as connection:
        older = (a.district == district, a.calendar_version != rules.calendar.version, a.state.not_in(list(OVER)))
        retimed = list(connection.scalars(sa.select(a.alert_id).where(*older)))
        refold(connection, district, retimed, rules)
        due = list(connection.scalars(sa.select(a.alert_id).where(a.district == district, a.next_due_at <= now)))
        events: list[AlertEvent] = []
        for identity, alert in folds(events_of_alerts(connection, district, due)).items():
            found = decide(alert, Command(identity, Act.SWEEP, f"sweep:{alert.seq}", night), rules, now)
            events += () if isinstance(found, Refusal) else found
        store_events(connection, district, events, rules)
        post(connection, district, night, NO_REVISION, messages(events), now)
        connection.execute(sa.delete(sweeps).where(sweeps.c.district == district))
        connection.execute(sa.insert(sweeps).values(district=district, swept_at=now, alerts_due=len(due), events=len(events)))
    return Swept(now, len(due), len(retimed), tuple(events))


def last_sweep(warehouse: Warehouse) -> dt.datetime | None:
    """When alerts were last swept; None where they never were."""
    with reading(warehouse) as connection:
        found: dt.datetime | None = connection.scalar(sa.select(sweeps.c.swept_at).where(sweeps.c.district == warehouse.district))
    return found
