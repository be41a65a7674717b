"""What of a district's status waits for somebody, the worst first.

Belongs here: telling what is wrong from what is worth knowing, and what to do about each. Does not: gathering it (``flows.tell.status``),
drawing it (``flows.cli.draw.status``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from flows.tell.doctor.finding import Finding, fault, note
from transforms.words import DayState
from transforms.words.counting import many, times

if TYPE_CHECKING:
    from flows.tell.status import Status

# A nightly sweeps; whoever waits longer than that for it waits in vain.
_SWEPT_WITHIN: Final = dt.timedelta(hours=26)


def attention(found: Status, now: dt.datetime) -> list[Finding]:
    """What waits for somebody: first what is wrong, then what is worth knowing, each in the order in which one would look at it."""
    told = [*found.troubles, *_nights(found), *_intake(found), *_alerts(found, now), *_products(found)]
    return sorted(told, key=lambda finding: finding.ok is not False)


def _nights(found: Status) -> Iterator[Finding]:
    missed = found.missed
    if missed.caught_up:
        first, last = missed.caught_up[0], missed.caught_up[-1]
        detail = f"{many(len(missed.caught_up), 'night')} not run, {first} to {last}"
        yield fault("nights", detail, remedy="The next nightly runs them first: sifang nightly")
    for gap in missed.left:
        yield fault("nights", f"{many(gap.nights, 'night')} not run, {gap.first} to {gap.last}", remedy=gap.command)
    if found.silent:
        named = ", ".join(category.words.en for category in found.silent)
        detail = f"of night {found.night} nothing is scored in {named}: a source of theirs has been silent for too long"
        yield fault("scores", detail, remedy="Ask who delivers them; `sifang doctor --files` says what lies where")
    for one in found.unheard:
        detail = f"nothing heard {f'since {one.last_day}' if one.last_day else 'for long'} from {', '.join(one.sources)}"
        means = f"that is not none: {one.category.words.en} counts them as they were, and is not scored once that is too long ago"
        yield fault(f"series {', '.join(one.series)}", detail, means, "Ask who delivers it; `sifang doctor --files` says what lies where")
    if found.uncounted:
        means = "no score counts them before the next reference is frozen"
        yield note("series", f"{', '.join(found.uncounted)}: nothing heard of them yet, or not for long", means)
    if found.rules_changed:
        detail = (
            f"{many(len(found.rules_changed), 'rule')} by which nights of four weeks counted otherwise: {'; '.join(found.rules_changed)}"
        )
        means = "what began under the former rules is judged by those of today, and the shares of departments move by it"
        remedy = "Put back in [[clocks]] what was in force; write what is new as a further rule with a `since` still to come"
        yield note("clocks", detail, means, remedy)
    newest = found.runs[0] if found.runs else None
    if newest and newest.status == "failed" and (found.night is None or newest.night >= found.night):
        yield fault("last run", f"night {newest.night} failed: {newest.error or newest.reason or newest.note or 'nothing was said'}")
    for gone in found.retracted:
        yield note(f"night {gone.night}", f"taken back on {gone.at:%Y-%m-%d}, revision {gone.revision}: {gone.reason}")


def _intake(found: Status) -> Iterator[Finding]:
    if found.refusals.new:
        yield fault("files", f"{many(len(found.refusals.new), 'file')} refused", remedy="They are named below")
    if found.refusals.standing:
        yield note("files", f"{many(len(found.refusals.standing), 'file')} still refused", remedy="They are named below")
    for source, days in found.source_days.items():
        if lacking := days.get(DayState.MISSING, 0):
            yield note(f"source {source}", f"{lacking} of the last {sum(days.values())} days did not come")
    for one in found.read_otherwise:
        remedy = f"sifang source reread {one.source} --reason mended"
        yield note(f"source {one.source}", f"{many(one.batches, 'batch')} read under another declaration", remedy=remedy)
    for named in found.unregistered:
        detail = (
            f"{many(named.rows, 'row')} of the last 14 days name premises that are not in the register: no alert knows of their hazards"
        )
        remedy = f"Add their lines to premises.csv, then sifang source reread {named.source} --reason mended"
        yield note(f"source {named.source}", detail, remedy=remedy)
    if found.doubtful:
        detail = f"{many(found.doubtful, 'row')} set aside would correct reports that stand, and these count as they were"
        yield note("rows set aside", detail, remedy="sifang quarantine list")
    if any(one.reason == "kind_unknown" for one in found.quarantine):
        yield note("rows set aside", "some for words that have no kind", remedy="sifang doctor --codelist")


def _alerts(found: Status, now: dt.datetime) -> Iterator[Finding]:
    if found.alerts_overdue:
        swept = found.swept_at
        late = swept is None or now - swept > _SWEPT_WITHIN
        detail = f"{many(found.alerts_overdue, 'alert')} past their time" + (f"; swept {swept:%Y-%m-%d %H:%M} UTC" if swept else "")
        yield fault("alerts", detail, remedy="sifang alerts sweep") if late else note("alerts", detail, remedy="sifang alerts handover")
    if found.calendar_unknown:
        detail = f"{many(found.calendar_unknown, 'alert')} due in a year whose working days nobody knows yet"
        yield note("calendar", detail, remedy="Add them to the calendar of the district folder")


def _products(found: Status) -> Iterator[Finding]:
    if found.undelivered.messages:
        detail = f"{many(found.undelivered.messages, 'message')} not delivered, the oldest of night {found.undelivered.since}"
        yield fault("messages", detail, remedy="sifang alerts messages")
    for owed in found.owed:
        yield fault(f"{owed.product} of night {owed.night}", f"not made, tried {times(owed.tries)}: {owed.said}")
    for turn in found.turned:
        yield note(f"forecast of {turn.series}", f"from the last night on: {turn.now.words.en}")
