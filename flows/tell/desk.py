"""What somebody who signed in may do from the served pages: about alerts as they stand now, about visits of today's list.

Belongs here: gathering it for a role. Does not: who may do what (``transforms.alerts.machine.choices``), doing it (``flows.alerts``), the
page (``infra.pages.site.desk``).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from flows.alerts.acts import actor
from flows.alerts.looks import Wanted, listed
from flows.alerts.tokens import Bearer
from flows.stores import Context
from infra.pages.site.alerts import kind_of
from infra.pages.site.desk import Ask, SignedIn, Visit
from infra.warehouse.alerts.alerts import going_on
from infra.warehouse.nights.nights import latest_night
from infra.warehouse.nights.work_lists import work_list_of
from transforms.alerts.machine.choices import choices
from transforms.alerts.machine.handling import folds
from transforms.alerts.machine.rules import Rules
from transforms.alerts.machine.transitions import OVER
from transforms.alerts.subjects import Names
from transforms.words import Level, Outcome, Role, Words
from transforms.words.counting import many
from transforms.worklist.visits import visits_known

# Alerts that ended longer ago are opened again by `sifang alerts reopen`.
_LATELY: Final = dt.timedelta(days=14)
_WAITS: Final = tuple(dt.timedelta(days=n) for n in (1, 3, 7, 14, 30))


def desk(context: Context, who: Bearer, now: dt.datetime, api: str) -> SignedIn | None:
    """What the holder of a token may do at this moment; None for who may only look. ``api`` is where the page sends it."""
    if who.by is None:
        return None
    alerts = _alerts(context, who, now)
    names = Names(context.district, context.folder.cells)
    role = _called(names, who)
    longest = Rules.of(context.district, context.folder.calendar).longest_wait
    return SignedIn(
        role=role,
        at=now,
        api=api,
        asks=tuple(ask for ask in alerts if ask.line.state not in OVER),
        over=tuple(ask for ask in alerts if ask.line.state in OVER),
        visits=_visits(context, who, now),
        departments={code: names.department(code) for code in context.district.departments},
        waits=tuple((now + span, _span(span)) for span in _WAITS if span <= longest),
    )


def _span(span: dt.timedelta) -> Words:
    return Words(f"{span.days} 天", many(span.days, "day"))


def _called(names: Names, who: Bearer) -> Words:
    """A role as people call it, with whose it is."""
    role, place = who.viewer.role or Role.DISTRICT, who.viewer.place
    if place is None:
        return role.words
    own = names.subdistrict(place) if role is Role.SUBDISTRICT else names.department(place)
    return Words(f"{own.zh}（{role.words.zh}）", f"{own.en} ({role.words.en})")


def _alerts(context: Context, who: Bearer, now: dt.datetime) -> list[Ask]:
    """The alerts about which something may be done, as the table of the page has them: the highest level first, the newest of a level."""
    newest = latest_night(context.warehouse) or now.astimezone(context.district.zone).date()
    standing = folds(going_on(context.warehouse, newest - _LATELY))
    assert who.by is not None
    by, departments = actor(context, who.by), tuple(context.district.departments)
    found = []
    for line in listed(context, Wanted(every=True), now, who.viewer).alerts:
        alert = standing.get(line.alert_id)
        offered = choices(alert, by, departments) if alert else ()
        # What moved on between the two looks is shown by the next one.
        if alert and offered and line.ref.endswith(f"@{alert.seq}"):
            found.append(Ask(line, kind_of(line.type or ""), alert.seq, offered))
    levels = {level.value: n for n, level in enumerate(Level)}
    found.sort(key=lambda ask: ask.line.alert_id)
    found.sort(key=lambda ask: (levels.get(ask.line.level or "", -1), ask.line.since or dt.date.min), reverse=True)
    return found


def _visits(context: Context, who: Bearer, now: dt.datetime) -> tuple[Visit, ...]:
    """The places of today's list of which a role may tell, with what was said of each."""
    night = latest_night(context.warehouse)
    if night is None:
        return ()
    places = {cell: (name, area) for cell, name, area in context.folder.cells.select("cell_id", "name", "subdistrict").iter_rows()}
    told = visits_known(context.lake.visits(), now, context.lake.sequence()).filter(pl.col("day") == night)
    outcomes = dict(told.drop_nulls("outcome").select("cell_id", "outcome").iter_rows())
    found = []
    for cell in work_list_of(context.warehouse, night).sort("turn")["cell_id"]:
        name, area = places.get(cell, (cell, None))
        if who.owns(area):
            found.append(Visit(night, cell, name or cell, area, Outcome(outcomes[cell]) if cell in outcomes else None))
    return tuple(found)
