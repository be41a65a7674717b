"""Taking published nights back: they are marked, and all that rests on them is undone in one transaction.

Belongs here: which revisions that concerns, and every statement about it. Does not: moments in the lake (``infra.lake.relanding``), the
order of the two (``flows.repair.retraction``).

A revision that was taken back stays as it was published and is the latest of its night no more, so no reader finds it; a later publication
of the night is a further revision. Events that it brought no longer count (``alert_events``); each alert that it touched has one more that
says so, ``retracted`` where it opened it. Messages that had not left never leave; what had is followed by one that says so.

A clock that ran ahead leaves more than nights: moments of landings, runs and revisions that have not come yet. They are brought down to the
moment of the retraction, at which they certainly were: nobody was told of them earlier by a right clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from infra.warehouse.alerts.alerts import opened_by, retract_events
from infra.warehouse.alerts.outbox import drop_undelivered, tell_again
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.intake.batches import batches
from infra.warehouse.keeping.locks import Lease, require_held
from infra.warehouse.nights.evaluations import evaluations
from infra.warehouse.nights.models import models
from infra.warehouse.nights.nights import nights, of_revisions
from infra.warehouse.nights.runs import runs
from infra.warehouse.recorded import clock_words
from transforms.alerts.machine.rules import Rules
from transforms.reports.delivery import order_key


@dataclass(frozen=True)
class Terms:
    """What is taken back: nights from ``first`` on, and whatever is recorded for a moment after ``ahead_of``; when, and why."""

    first: dt.date
    at: dt.datetime
    ahead_of: dt.datetime
    reason: str
    note: str | None = None


@dataclass(frozen=True)
class Revision:
    """A published revision of a night."""

    night: dt.date
    revision: int


@dataclass(frozen=True)
class TakenBack:
    """What a retraction comes to: revisions, alerts whose opening was one of their events, messages that never leave and messages that take
    one back which had left, grades of forecasts, and batches that were landed at a moment that had not come."""

    revisions: tuple[Revision, ...] = ()
    alerts: int = 0
    messages_dropped: int = 0
    messages_sent: int = 0
    grades: int = 0
    batches: tuple[str, ...] = ()


def foreseen(warehouse: Warehouse, terms: Terms) -> TakenBack:
    """What ``retract`` would come to; nothing is written."""
    with reading(warehouse) as connection:
        revisions = _revisions(connection, warehouse.district, terms)
        undelivered, delivered = drop_undelivered(connection, warehouse.district, _pairs(revisions), dry_run=True)
        return TakenBack(
            revisions,
            alerts=opened_by(connection, warehouse.district, _pairs(revisions)),
            messages_dropped=undelivered,
            messages_sent=len(delivered),
            grades=int(connection.scalar(sa.select(sa.func.count()).where(_graded(warehouse.district, revisions, terms))) or 0),
            batches=_landed_ahead(connection, warehouse.district, terms),
        )


def retract(warehouse: Warehouse, terms: Terms, lease: Lease, orders: Mapping[str, int], rules: Rules) -> TakenBack:
    """Take revisions back, in one transaction; repeating it finds nothing left to do.

    Args:
        warehouse: the warehouse.
        terms: what is taken back.
        lease: checked in the transaction.
        orders: where the lake has the deliveries of batches that landed ahead; others come after them.
        rules: by which alerts are timed that stand as before again.

    Raises:
        LockLostError: another writer has taken the district over; nothing was taken back.
    """
    district = warehouse.district
    with writing(warehouse) as connection:
        require_held(connection, lease)
        revisions = _revisions(connection, district, terms)
        pairs = _pairs(revisions)
        _mark(connection, district, revisions, terms)
        opened = retract_events(connection, district, pairs, rules, terms.at)
        undelivered, delivered = drop_undelivered(connection, district, pairs, dry_run=False)
        tell_again(connection, district, delivered, terms.at)
        grades = connection.execute(sa.delete(evaluations).where(_graded(district, revisions, terms))).rowcount
        landed = _landed_ahead(connection, district, terms)
        _bring_down(connection, district, terms, landed, orders)
    return TakenBack(revisions, len(opened), undelivered, len(delivered), grades, landed)


def _pairs(revisions: Sequence[Revision]) -> list[tuple[dt.date, int]]:
    return [(r.night, r.revision) for r in revisions]


def _revisions(connection: sa.Connection, district: str, terms: Terms) -> tuple[Revision, ...]:
    n = nights.c
    concerned = sa.or_(n.night >= terms.first, n.published_at > terms.ahead_of)
    query = sa.select(n.night, n.revision).where(n.district == district, n.retracted_at.is_(None), concerned)
    return tuple(Revision(night, revision) for night, revision in connection.execute(query.order_by(n.night, n.revision)))


def _mark(connection: sa.Connection, district: str, revisions: Sequence[Revision], terms: Terms) -> None:
    """Mark them; where an earlier revision of a night stays, it is the latest again. Models that only they made serve no live night."""
    n, m = nights.c, models.c
    how = {"retracted_at": terms.at, "retracted_for": terms.reason, "retracted_note": terms.note, "is_latest": False}
    for each in revisions:
        connection.execute(sa.update(nights).where(n.district == district, n.night == each.night, n.revision == each.revision).values(how))
    for night in sorted({r.night for r in revisions}):
        stays = sa.select(sa.func.max(n.revision)).where(n.district == district, n.night == night, n.retracted_at.is_(None))
        newest = connection.scalar(stays)
        if newest is not None:
            connection.execute(
                sa.update(nights).where(n.district == district, n.night == night, n.revision == newest).values(is_latest=True)
            )
    made = (m.district == district, m.created_night >= terms.first, m.retracted_at.is_(None))
    connection.execute(sa.update(models).where(*made).values(retracted_at=terms.at))


def _graded(district: str, revisions: Sequence[Revision], terms: Terms) -> sa.ColumnElement[bool]:
    """Grades of these revisions, and those that their nights gave."""
    e = evaluations.c
    these = of_revisions(evaluations, _pairs(revisions))
    return sa.and_(e.district == district, sa.or_(e.evaluated_night >= terms.first, these))


def _landed_ahead(connection: sa.Connection, district: str, terms: Terms) -> tuple[str, ...]:
    b = batches.c
    ahead = (b.district == district, b.landed_at > terms.ahead_of)
    return tuple(connection.scalars(sa.select(b.batch_id).where(*ahead).order_by(b.order_key, b.batch_id)))


def _bring_down(connection: sa.Connection, district: str, terms: Terms, landed: Sequence[str], orders: Mapping[str, int]) -> None:
    """Moments that have not come become the retraction's, and a person's word for a clock that was wrong is worth nothing."""
    b, r, w = batches.c, runs.c, clock_words.c
    last = max(orders.values(), default=order_key(terms.at, 0))
    for number, batch in enumerate(landed, start=1):
        values = {"landed_at": terms.at, "order_key": orders.get(batch, last + number)}
        connection.execute(sa.update(batches).where(b.district == district, b.batch_id == batch).values(values))
    for name in ("started_at", "finished_at"):
        connection.execute(sa.update(runs).where(r.district == district, r[name] > terms.ahead_of).values({name: terms.at}))
    connection.execute(sa.delete(clock_words).where(w.district == district, w.said_at > terms.ahead_of))
