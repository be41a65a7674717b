"""How each event becomes a case: reported late, recorded wrong, corrected, transferred, closed in time or not, reopened, withdrawn.

Belongs here: every moment at which a case changes. Does not: what happened (``events``), how a case stands in between (``states``), how
that is written (``rows``), faults of files (``dirt``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from transforms.workshop.simulator.events import DAY_S, Bools, Events, Floats, Ground, Ints
from transforms.workshop.simulator.world import BREACH, DEPARTMENTS, DISCOVERY, KINDS, STREET_OFFICE

HOUR_S: Final = 3600
NEVER: Final = 2**50
MAX_DELAY_S: Final = 40 * DAY_S
OFFICE_CLOSES_HOUR: Final = 18

# How fast a report enters the sending system, counted in hours: share of cases, fewest, most. The last two are the heavy tail.
_ENTRY_HOURS: Final = ((0.82, 0.05, 3.0), (0.13, 3.0, 60.0), (0.04, 60.0, 240.0), (0.01, 240.0, 960.0))
_KIND_FIX, _PLACE_FIX, _TIME_FIX, _WITHDRAWN, _RESENT = 0.025, 0.015, 0.01, 0.012, 0.004
_NO_DEPARTMENT, _NO_DEADLINE = 0.015, 0.03


@dataclass(frozen=True)
class Cases:
    """Cases of one source as parallel arrays; times in seconds, ``NEVER`` where nothing of the sort happens.

    A field ``x_first`` is what was recorded until ``x_fixed``. Departments are positions in ``DEPARTMENTS``, -1 where none is recorded.
    """

    number: Ints
    kind: Ints
    kind_first: Ints
    kind_fixed: Ints
    cell: Ints
    cell_first: Ints
    cell_fixed: Ints
    point: Ints
    occurred: Ints
    occurred_first: Ints
    occurred_fixed: Ints
    department: Ints
    department_first: Ints
    transferred: Ints
    hops: Ints
    reported: Ints
    entered: Ints
    contacted: Ints
    due: Ints
    closed: Ints
    reopened: Ints
    closed_again: Ints
    withdrawn: Ints
    resent: Ints
    severity: Ints
    discovery: npt.NDArray[np.object_]
    units: Ints
    planted: Bools

    def changes(self) -> tuple[Ints, ...]:
        """The moments that make a new version, besides the entry."""
        fixes = (self.kind_fixed, self.cell_fixed, self.occurred_fixed, self.transferred)
        return (*fixes, self.contacted, self.closed, self.reopened, self.closed_again, self.withdrawn)


def _hours(values: Floats) -> Ints:
    result: Ints = np.rint(values * HOUR_S).astype(np.int64)
    return result


def _entry(count: int, rng: np.random.Generator) -> Ints:
    """Seconds from the report to its entry."""
    part = rng.choice(len(_ENTRY_HOURS), count, p=[p for p, _, _ in _ENTRY_HOURS])
    low, high = (np.array([row[i] for row in _ENTRY_HOURS])[part] for i in (1, 2))
    return _hours(low * (high / low) ** rng.random(count))


def _reporting(events: Events, source: str, rng: np.random.Generator) -> Ints:
    """Seconds from the event to the report: minutes for fires and calls, hours for thefts found later, hours to days for disputes."""
    count = len(events.kind)
    minutes = np.exp(rng.normal(np.log(8.0), 0.9, count)) / 60
    if source == "fire":
        return _hours(np.minimum(minutes, 20.0))
    if source == "stability":
        return _hours(np.minimum(np.exp(rng.normal(np.log(6.0), 1.6, count)), 20 * 24.0))
    found_later = np.array([k.group == "property" or k.code in {"fraud", "damage"} for k in KINDS])[events.kind]
    days = np.where(rng.random(count) < 0.12, rng.exponential(60.0, count), rng.exponential(7.0, count))
    return _hours(np.minimum(np.where(found_later, minutes + days, minutes), 20 * 24.0))


def _misread_kinds(kind: Ints, rng: np.random.Generator) -> Ints:
    """Another kind of the same group and source for each kind; the same one where there is no other."""
    result = kind.copy()
    for i, k in enumerate(KINDS):
        others = np.array([j for j, o in enumerate(KINDS) if j != i and o.source == k.source and o.group == k.group], dtype=np.int64)
        here = np.flatnonzero(kind == i)
        if len(others) and len(here):
            result[here] = rng.choice(others, len(here))
    return result


def _discovery(kind: Ints, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    officer = {"drugs", "gambling", "prostitution", "warrant_or_stop", "driving_under_influence"}
    pools = ["officer" if k.code in officer else {"order": "call", "stability": "hotline"}.get(k.source, k.group) for k in KINDS]
    result = np.full(len(kind), None, dtype=object)
    for pool in sorted(set(pools)):
        here = np.flatnonzero(np.array([p == pool for p in pools])[kind])
        words, shares = zip(*DISCOVERY[pool], strict=True)
        result[here] = rng.choice(np.array(words, dtype=object), len(here), p=shares)
    return result


def _due(kind: Ints, reported: Ints) -> Ints:
    """Deadlines: the evening of the last day granted. Kinds without a limit get none."""
    limit = np.array([k.limit_days for k in KINDS])[kind]
    result: Ints = np.where(limit > 0, (reported // DAY_S + limit) * DAY_S + OFFICE_CLOSES_HOUR * HOUR_S, NEVER)
    return result


@dataclass(frozen=True)
class _Draw:
    """What the course of a source's cases is drawn from. The order of the draws is the order of the files to the byte."""

    events: Events
    ground: Ground
    source: str
    rng: np.random.Generator

    @property
    def count(self) -> int:
        """How many cases there are."""
        return len(self.events.kind)

    def happens(self, share: float) -> Bools:
        """To which of the ordinary cases something happens."""
        result: Bools = ~self.events.planted & (self.rng.random(self.count) < share)
        return result

    def later(self, after: Ints, low_h: float, high_h: float) -> Ints:
        """A moment between so many hours later."""
        return after + _hours(self.rng.uniform(low_h, high_h, self.count))


@dataclass(frozen=True)
class _FirstTold:
    """What was first entered of each case, and when it was put right; 0 where it was right."""

    kind: Ints
    kind_fixed: Ints
    cell: Ints
    cell_fixed: Ints
    occurred: Ints
    occurred_fixed: Ints


@dataclass(frozen=True)
class _Handled:
    """Who had a case, until when, and when it was answered, moved, closed and taken up again."""

    department: Ints
    department_first: Ints
    transferred: Ints
    due: Ints
    contacted: Ints
    closed: Ints
    reopened: Ints
    closed_again: Ints


def follow(events: Events, ground: Ground, source: str, rng: np.random.Generator) -> Cases:
    """Draw the course of every case of one source. Planted surge events are reported at once and never corrected or withdrawn."""
    draw = _Draw(events, ground, source, rng)
    count, ordinary = draw.count, ~events.planted
    reported = events.second + np.where(ordinary, _reporting(events, source, rng), 600)
    entered = np.minimum(reported + np.where(ordinary, _entry(count, rng), 900), events.second + MAX_DELAY_S)
    first = _first_told(draw, entered)
    handled = _handled(draw, reported)
    withdrawn = np.where(draw.happens(_WITHDRAWN), draw.later(entered, 5, 20 * 24), NEVER)

    def until_withdrawn(moment: Ints) -> Ints:
        result: Ints = np.where((moment > withdrawn) & (moment > 0), NEVER, moment)
        return result

    severity = np.array([k.severity for k in KINDS])[events.kind]
    nudged = np.clip(severity + rng.choice([-1, 0, 1], count, p=[0.08, 0.84, 0.08]), 1, 4)
    fires = np.array([k.group == "fire" for k in KINDS])[events.kind]
    return Cases(
        number=_numbers(reported),
        kind=events.kind,
        kind_first=first.kind,
        kind_fixed=until_withdrawn(first.kind_fixed),
        cell=events.cell,
        cell_first=first.cell,
        cell_fixed=until_withdrawn(first.cell_fixed),
        point=rng.geometric(0.06, count) % ground.lon.shape[1],
        occurred=events.second,
        occurred_first=first.occurred,
        occurred_fixed=until_withdrawn(first.occurred_fixed),
        department=handled.department,
        department_first=handled.department_first,
        transferred=until_withdrawn(handled.transferred),
        hops=np.where(rng.random(count) < 0.15, 2, 1),
        reported=reported,
        entered=entered,
        contacted=until_withdrawn(handled.contacted) if source == "stability" else np.full(count, NEVER),
        due=np.where(draw.happens(_NO_DEADLINE), NEVER, handled.due),
        closed=until_withdrawn(handled.closed),
        reopened=until_withdrawn(handled.reopened),
        closed_again=until_withdrawn(handled.closed_again),
        withdrawn=withdrawn,
        resent=np.where(draw.happens(_RESENT), draw.later(entered, 26, 30 * 24), NEVER),
        severity=nudged,
        discovery=_discovery(events.kind, rng),
        units=np.where(fires & ordinary, 1 + rng.binomial(4, 0.05 + 0.08 * nudged), 1),
        planted=events.planted,
    )


def _first_told(draw: _Draw, entered: Ints) -> _FirstTold:
    """Some cases are entered with another kind, cell or time, and put right within twelve days."""
    events, ground, rng = draw.events, draw.ground, draw.rng
    kind = np.where(draw.happens(_KIND_FIX), _misread_kinds(events.kind, rng), events.kind)
    beside = ground.near[events.cell, rng.integers(0, ground.near.shape[1], draw.count)]
    cell = np.where(draw.happens(_PLACE_FIX), beside, events.cell)
    occurred = np.where(draw.happens(_TIME_FIX), events.second - rng.integers(900, 36 * HOUR_S, draw.count), events.second)

    def fixed(first: Ints, last: Ints) -> Ints:
        moment = draw.later(entered, 8, 12 * 24)
        result: Ints = np.where(first != last, moment, 0)
        return result

    kind_fixed, cell_fixed, occurred_fixed = (fixed(a, b) for a, b in ((kind, events.kind), (cell, events.cell), (occurred, events.second)))
    return _FirstTold(kind, kind_fixed, cell, cell_fixed, occurred, occurred_fixed)


def _handled(draw: _Draw, reported: Ints) -> _Handled:
    """The duty side of each case, as far as nobody withdraws it."""
    source, rng = draw.source, draw.rng
    desks = np.array([DEPARTMENTS.index(k.desk) if k.desk else -1 for k in KINDS])
    department = np.where(draw.happens(_NO_DEPARTMENT), -1, desks[draw.events.kind])
    transferable = (department >= 0) & (department != DEPARTMENTS.index(STREET_OFFICE)) & (source == "stability")
    moved = transferable & draw.happens(0.13)
    due = _due(draw.events.kind, reported)
    contacted, closed = _closing(draw, department, due, reported)
    on_the_way = ((np.minimum(contacted, closed) - reported) * rng.uniform(0.2, 0.9, draw.count)).astype(np.int64)
    reopens = draw.happens(0.05 if source == "stability" else 0.03) & (due < NEVER) & (closed < NEVER) & (source != "order")
    reopened = np.where(reopens, draw.later(closed, 30, 20 * 24), NEVER)
    return _Handled(
        department=department,
        department_first=np.where(moved, DEPARTMENTS.index(STREET_OFFICE), department),
        transferred=np.where(moved, reported + on_the_way, NEVER),
        due=due,
        contacted=contacted,
        closed=closed,
        reopened=reopened,
        closed_again=np.where(reopens, draw.later(reopened, 30, 15 * 24), NEVER),
    )


def _closing(draw: _Draw, department: Ints, due: Ints, reported: Ints) -> tuple[Ints, Ints]:
    """When each case is first answered and when it is closed: inside its clock, or past it with the department's own chance."""
    kind, subdistrict, source, rng = draw.events.kind, draw.ground.subdistrict[draw.events.cell], draw.source, draw.rng
    count = draw.count
    # The seventh of every eight subdistricts is slower than the others, whatever the department.
    slow = np.where(subdistrict % 8 == 6, 1.5, 1.0)
    chance = np.array([*BREACH.values(), 0.15])[department] * slow
    breached = rng.random(count) < chance
    granted = np.where(due < NEVER, due - reported, 4 * HOUR_S)
    inside = 1800 + ((granted - 3600) * rng.beta(1.8, 1.7, count)).astype(np.int64)
    late = granted + _hours(24 * np.minimum(rng.exponential(9.0, count) + rng.exponential(0.5, count) ** 4, 400.0)) + HOUR_S
    at_once = np.array([k.source == "order" for k in KINDS])[kind] & (rng.random(count) < 0.7)
    quick = _hours(rng.uniform(0.5, 6.0, count))
    clocked = due < NEVER
    closed = reported + np.where(~clocked, quick, np.where(at_once, quick, np.where(breached, late, inside)))
    closed = np.where(clocked & (source != "order"), _in_office(closed, reported + 1800, due), closed)
    # Some overdue cases are simply never closed.
    closed = np.where(clocked & breached & ~at_once & (rng.random(count) < 0.06), NEVER, closed)
    answer = _hours(rng.exponential(np.where(breached, 30.0, 7.0), count)) + 300
    contacted = np.minimum(reported + answer, np.where(closed < NEVER, closed - 600, NEVER))
    if source != "stability":
        contacted = np.full(count, NEVER)
    return contacted, closed


def _in_office(closed: Ints, earliest: Ints, due: Ints) -> Ints:
    """Move closings into office hours of the same day, unless that would make a late one timely or precede ``earliest``."""
    moved = closed // DAY_S * DAY_S + 8 * HOUR_S + closed % DAY_S * 10 // 24
    result: Ints = np.where((moved >= earliest) & ((moved <= due) == (closed <= due)), moved, closed)
    return result


def _numbers(reported: Ints) -> Ints:
    """Running number of each case within the day it was reported, from 1."""
    day = reported // DAY_S
    order = np.lexsort((np.arange(len(day)), reported))
    sorted_day = day[order]
    starts = np.flatnonzero(np.r_[True, sorted_day[1:] != sorted_day[:-1]]) if len(day) else np.zeros(0, dtype=np.int64)
    first = np.repeat(starts, np.diff(np.r_[starts, len(day)]))
    result = np.empty(len(day), dtype=np.int64)
    result[order] = np.arange(len(day)) - first + 1
    return result
