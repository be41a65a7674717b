"""How each event becomes a case: reported late, recorded wrong, corrected, transferred, closed in time or not, reopened, withdrawn.

Belongs here: every moment at which a case changes, and its state at any second. Does not: what happened
(``events``), how the state is written (``rows``), faults of files (``dirt``).
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


@dataclass(frozen=True)
class State:
    """What the sending system held about some cases at one moment each; a status is open, reopened, closed or withdrawn."""

    kind: Ints
    cell: Ints
    occurred: Ints
    department: Ints
    first_department: Ints
    contacted: Ints
    closed: Ints
    transfers: Ints
    reopens: Ints
    status: npt.NDArray[np.str_]


def state_at(cases: Cases, case: Ints, second: Ints) -> State:
    """The state of ``cases[case]`` at the end of ``second``."""

    def known(moment: Ints) -> Bools:
        result: Bools = moment[case] <= second
        return result

    reopened, again = known(cases.reopened), known(cases.closed_again)
    closed = np.where(again, cases.closed_again[case], np.where(known(cases.closed) & ~reopened, cases.closed[case], NEVER))
    status = np.where(closed < NEVER, "closed", np.where(reopened, "reopened", "open"))
    moved = known(cases.transferred)
    return State(
        kind=_pick(cases, "kind", case, second),
        cell=_pick(cases, "cell", case, second),
        occurred=_pick(cases, "occurred", case, second),
        department=np.where(moved, cases.department[case], cases.department_first[case]),
        first_department=cases.department_first[case],
        contacted=np.where(known(cases.contacted), cases.contacted[case], NEVER),
        closed=closed,
        transfers=np.where(moved, cases.hops[case], 0),
        reopens=reopened.astype(np.int64),
        status=np.where(known(cases.withdrawn), "withdrawn", status),
    )


def _pick(cases: Cases, name: str, case: Ints, second: Ints) -> Ints:
    """The corrected value from its correction on, the first one before."""
    fixed: Ints = getattr(cases, f"{name}_fixed")[case] <= second
    result: Ints = np.where(fixed, getattr(cases, name)[case], getattr(cases, f"{name}_first")[case])
    return result


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


def follow(events: Events, ground: Ground, source: str, rng: np.random.Generator) -> Cases:
    """Draw the course of every case of one source. Planted surge events are reported at once and never corrected or withdrawn."""
    count = len(events.kind)
    ordinary = ~events.planted

    def happens(share: float) -> Bools:
        result: Bools = ordinary & (rng.random(count) < share)
        return result

    reported = events.second + np.where(ordinary, _reporting(events, source, rng), 600)
    entered = np.minimum(reported + np.where(ordinary, _entry(count, rng), 900), events.second + MAX_DELAY_S)

    kind_first = np.where(happens(_KIND_FIX), _misread_kinds(events.kind, rng), events.kind)
    beside = ground.near[events.cell, rng.integers(0, ground.near.shape[1], count)]
    cell_first = np.where(happens(_PLACE_FIX), beside, events.cell)
    occurred_first = np.where(happens(_TIME_FIX), events.second - rng.integers(900, 36 * HOUR_S, count), events.second)

    def fixed(first: Ints, last: Ints) -> Ints:
        moment = entered + _hours(rng.uniform(8, 12 * 24, count))
        result: Ints = np.where(first != last, moment, 0)
        return result

    kind_fixed, cell_fixed, occurred_fixed = (
        fixed(a, b) for a, b in ((kind_first, events.kind), (cell_first, events.cell), (occurred_first, events.second))
    )

    desks = np.array([DEPARTMENTS.index(k.desk) if k.desk else -1 for k in KINDS])
    department = np.where(happens(_NO_DEPARTMENT), -1, desks[events.kind])
    transferable = (department >= 0) & (department != DEPARTMENTS.index(STREET_OFFICE)) & (source == "stability")
    moved = transferable & happens(0.13)
    department_first = np.where(moved, DEPARTMENTS.index(STREET_OFFICE), department)

    due = _due(events.kind, reported)
    contacted, closed = _closing(events.kind, ground.subdistrict[events.cell], department, due, reported, source, rng)
    transferred = np.where(
        moved, reported + ((np.minimum(contacted, closed) - reported) * rng.uniform(0.2, 0.9, count)).astype(np.int64), NEVER
    )
    reopens = happens(0.05 if source == "stability" else 0.03) & (due < NEVER) & (closed < NEVER) & (source != "order")
    reopened = np.where(reopens, closed + _hours(rng.uniform(30, 20 * 24, count)), NEVER)
    closed_again = np.where(reopens, reopened + _hours(rng.uniform(30, 15 * 24, count)), NEVER)
    withdrawn = np.where(happens(_WITHDRAWN), entered + _hours(rng.uniform(5, 20 * 24, count)), NEVER)

    def until_withdrawn(moment: Ints) -> Ints:
        result: Ints = np.where((moment > withdrawn) & (moment > 0), NEVER, moment)
        return result

    severity = np.array([k.severity for k in KINDS])[events.kind]
    nudged = np.clip(severity + rng.choice([-1, 0, 1], count, p=[0.08, 0.84, 0.08]), 1, 4)
    fires = np.array([k.group == "fire" for k in KINDS])[events.kind]
    return Cases(
        number=_numbers(reported),
        kind=events.kind,
        kind_first=kind_first,
        kind_fixed=until_withdrawn(kind_fixed),
        cell=events.cell,
        cell_first=cell_first,
        cell_fixed=until_withdrawn(cell_fixed),
        point=rng.geometric(0.06, count) % ground.lon.shape[1],
        occurred=events.second,
        occurred_first=occurred_first,
        occurred_fixed=until_withdrawn(occurred_fixed),
        department=department,
        department_first=department_first,
        transferred=until_withdrawn(transferred),
        hops=np.where(rng.random(count) < 0.15, 2, 1),
        reported=reported,
        entered=entered,
        contacted=until_withdrawn(contacted) if source == "stability" else np.full(count, NEVER),
        due=np.where(happens(_NO_DEADLINE), NEVER, due),
        closed=until_withdrawn(closed),
        reopened=until_withdrawn(reopened),
        closed_again=until_withdrawn(closed_again),
        withdrawn=withdrawn,
        resent=np.where(happens(_RESENT), entered + _hours(rng.uniform(26, 30 * 24, count)), NEVER),
        severity=nudged,
        discovery=_discovery(events.kind, rng),
        units=np.where(fires & ordinary, 1 + rng.binomial(4, 0.05 + 0.08 * nudged), 1),
        planted=events.planted,
    )


def _closing(
    kind: Ints, subdistrict: Ints, department: Ints, due: Ints, reported: Ints, source: str, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """When each case is first answered and when it is closed: inside its clock, or past it with the department's own chance."""
    count = len(kind)
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
