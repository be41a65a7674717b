"""How alerts look: a list, one of them, a handover, what came of an act or a sweep.

Belongs here: lines and tables. Does not: gathering (``flows.alerts.looks``), routes (``flows.cli.draw.routes``).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from flows.cli.draw.routes import told
from flows.cli.draw.table import console, marked, row, table
from transforms.words import Level, Role
from transforms.words.counting import many

if TYPE_CHECKING:
    from flows.alerts.acts import Done
    from flows.alerts.chronic import ChronicList
    from flows.alerts.deliver import Sent
    from flows.alerts.letters import Letters, Resent
    from flows.alerts.looks import ClockLeft, Handover, Happened, Line, Listing, Shown
    from flows.alerts.sweep import SweptAlerts

_MINUTE = 60


def listing(found: Listing) -> None:
    """The list, at a moment."""
    _lines(f"{found.district}: {len(found.alerts)} alerts at {found.at:%Y-%m-%d %H:%M}", found.alerts)


def _lines(title: str, alerts: tuple[Line, ...]) -> None:
    made = table(title, "alert", "type", "level", "place", "subdistrict", "state", "with", "since", "due", words=("place", "state", "with"))
    for line in alerts:
        whose = line.department or (line.in_charge.value if line.in_charge is Role.DISTRICT else "")
        name = line.name.zh if line.name else None
        level = f"{line.level or ''}{' (digest)' if line.quiet else ''}"
        row(made, line.ref, line.type, level, name, line.subdistrict, line.state.words.en, whose, line.since, _due(line))
    console(made).print(made)


def _due(line: Line) -> str:
    if line.ended is not None:
        return f"ended {line.ended}"
    waits = " (waiting)" if line.waiting_until else ""
    waits += " (silenced)" if line.silenced_until else ""
    unknown = " and more when the calendar is known" if line.no_due else ""
    return (f"{line.due:%m-%d %H:%M}" if line.due else "") + waits + unknown


def one(found: Shown) -> None:
    """One alert on one page."""
    out, line = console(), found.alert
    level = f", {Level(line.level).words.en}" if line.level else ""
    place = f" in {line.subdistrict}" if line.subdistrict else ""
    out.print(
        marked(line.ref, f" {line.type} alert on {line.name.zh if line.name else 'a place'}{place}{level}: {line.state.words.joined}"),
        soft_wrap=True,
    )
    whose = f"it is the {line.in_charge.words.en if line.in_charge else 'system'}'s{f', with {line.department}' if line.department else ''}"
    out.print(f"Since night {line.since}; {whose}{f'; ended {line.ended}' if line.ended else ''}", markup=False)
    if found.why:
        out.print(f"Why: {'; '.join(words.joined for words in found.why)}", markup=False, soft_wrap=True)
    for clock in found.clocks:
        out.print(f"  {_clock(clock)}", markup=False)
    if line.silenced_until:
        out.print(f"Silenced until {line.silenced_until:%Y-%m-%d %H:%M}: nobody is told of it before", markup=False)
    out.print(f"Told at once: {told(found.told)}", markup=False, soft_wrap=True)
    for number, step in enumerate(found.then, start=1):
        out.print(f"  unanswered, step {number}: {told(step)}", markup=False, soft_wrap=True)
    out.print("What happened:")
    for each in found.timeline:
        out.print(f"  {_happened(each)}", markup=False, soft_wrap=True)


def _clock(clock: ClockLeft) -> str:
    who = f" by {clock.department}" if clock.department else ""
    if clock.due is None or clock.left is None:
        return f"{clock.waits_for}{who}: {clock.no_due.words.en if clock.no_due else 'no end'}"
    word = "left" if clock.left > dt.timedelta(0) else "overdue"
    return f"{clock.waits_for}{who}: until {clock.due:%Y-%m-%d %H:%M}, {_length(abs(clock.left))} {word}"


def _length(time: dt.timedelta) -> str:
    minutes = int(time.total_seconds()) // _MINUTE
    hours, rest = divmod(minutes, _MINUTE)
    return f"{hours // 24} d {hours % 24} h" if hours >= 48 else f"{hours} h {rest:02d} min"


def _happened(each: Happened) -> str:
    who = each.role.words.en + (f" {each.place}" if each.place else "")
    parts = [
        f"{each.seq:>3}  {each.at:%Y-%m-%d %H:%M}  {each.event.words.joined}",
        f"by {who}" if each.role is not Role.SYSTEM else f"night {each.night}",
        f"level {each.level}" if each.level else "",
        f"to {', '.join(each.departments)}" if each.departments else "",
        each.outcome.words.en if each.outcome else "",
        f"until {each.until:%Y-%m-%d %H:%M}" if each.until else "",
        f"told {each.delivered_at:%Y-%m-%d %H:%M}" if each.delivered_at else "",
        "taken back" if each.taken_back else "",
    ]
    return "; ".join(part for part in parts if part)


def handover(found: Handover) -> None:
    """Each head with its alerts; an empty one is only named."""
    heads = (
        ("Unanswered", found.unanswered),
        ("In hand", found.in_hand),
        ("Overdue", found.overdue),
        ("Due today", found.due_today),
        ("Waiting", found.waiting),
        ("Silenced", found.silenced),
        ("Without a due time until the calendar is known", found.calendar_unknown),
    )
    console().print(f"{found.district}: handover at {found.at:%Y-%m-%d %H:%M}", markup=False)
    for head, alerts in heads:
        if alerts:
            _lines(f"{head}: {len(alerts)}", alerts)
        else:
            console().print(f"{head}: none")


def done(found: Done) -> None:
    """What happened, and how the alert is named now."""
    if found.seq is None:
        console().print(f"{found.alert_id[:8]}: done before; nothing was changed", markup=False)
    else:
        console().print(f"{found.alert_id[:8]}@{found.seq}: {', '.join(found.events)}", markup=False)


def chronic(found: ChronicList) -> None:
    """Its length and how many are due, then each place with what its last review said."""
    hot = f"{found.district}: {len(found.places)} places hot on more than half of {found.of_nights} nights until {found.night}"
    columns = ("cell", "name", "category", "subdistrict", "nights", "since", "reviewed", "outcome", "due")
    made = table(f"{hot}; {found.due} due for review", *columns, words=("name", "category", "outcome", "due"))
    for place in found.places:
        said = place.outcome.words.en if place.outcome else None
        where = (place.cell_id, place.name, place.category.words.en, place.subdistrict)
        row(made, *where, place.nights, place.since, place.reviewed_on, said, "due" if place.due else "")
    console(made).print(made)


def letters(found: Letters) -> None:
    """Those that wait and were tried, then those that are dead."""
    console().print(f"{found.district}: {many(found.messages, 'message')} waiting", markup=False)
    for head, some in (("Tried, and tried again", found.waiting), ("Dead", found.dead)):
        if some:
            made = table(f"{head}: {len(some)}", "message", "channel", "tries", "next", "said", words=("channel", "said"))
            for each in some:
                again = f"{each.next_try_at:%m-%d %H:%M}" if each.next_try_at else None
                row(made, each.message_id, each.channel, each.tries, again, each.said)
            console(made).print(made)


def sent(found: Sent) -> None:
    """What left, and what waits for what."""
    waits = [f"{n} {why}" for n, why in ((found.silenced, "silenced"), (found.out_of_hours, "until office hours")) if n]
    waits += [found.why] if found.why else []
    said = f"{found.delivered} messages left, {found.superseded} had nothing to say any more, {found.dead} no channel will take"
    beside = f" ({', '.join(waits)})" if waits else ""
    console().print(f"{said}; {found.kept} wait{beside}", markup=False, soft_wrap=True)


def resent(found: Resent) -> None:
    """How many."""
    console().print(f"{found.district}: {found.revived} are tried again by the next run", markup=False)


def swept(found: SweptAlerts) -> None:
    """What was due, and what happened."""
    happened = ", ".join(f"{event.words.en} {count}" for event, count in found.events.items()) or "nothing happened"
    timed = f"; {found.retimed} timed anew by the changed calendar" if found.retimed else ""
    console().print(f"{found.district}: {found.due} alerts due at {found.at:%Y-%m-%d %H:%M}{timed}; {happened}", markup=False)
