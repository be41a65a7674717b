"""Who may do what to an alert that stands how, as one table.

Belongs here: the rows. Does not: reading them (``transforms.alerts.machine.decide``), what an event does to an alert
(``transforms.alerts.machine.handling``).
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from transforms.words import Act, AlertState, Event, Outcome, Role

Need = Literal["departments", "department", "outcome", "until", "level"]

FRESH: Final = frozenset({AlertState.OPEN, AlertState.REOPENED})
AT_WORK: Final = FRESH | {AlertState.ACKNOWLEDGED, AlertState.ASSIGNED}
DONE: Final = frozenset({AlertState.RESOLVED, AlertState.VERIFIED})
OVER: Final = frozenset({AlertState.CLOSED, AlertState.EXPIRED, AlertState.RETRACTED})
GOING_ON: Final = AT_WORK | DONE

# What was found so leaves nothing to do; who refers a matter, or says that it is not theirs, leaves it open.
SETTLED: Final = frozenset({Outcome.VISITED, Outcome.FIXED, Outcome.NOTHING_FOUND, Outcome.DATA_ERROR})

SYSTEM: Final = frozenset({Role.SYSTEM})
COMMAND: Final = frozenset({Role.SUBDISTRICT, Role.DISTRICT})
DEPARTMENT: Final = frozenset({Role.DEPARTMENT})


class Transition(NamedTuple):
    """An act of some roles on an alert in some states: the event it brings, the state after it (None: as before), what it needs."""

    act: Act
    by: frozenset[Role]
    states: frozenset[AlertState]
    event: Event
    to: AlertState | None = None
    needs: tuple[Need, ...] = ()


TRANSITIONS: Final = (
    # What nights and feeds tell; nobody has to type it.
    Transition(Act.RAISE, SYSTEM, GOING_ON, Event.RAISED, None, ("level",)),
    Transition(Act.EASE, SYSTEM, GOING_ON, Event.EASED, None, ("level",)),
    Transition(Act.CALM, SYSTEM, GOING_ON, Event.CALM),
    Transition(Act.RESUME, SYSTEM, GOING_ON, Event.RESUMED),
    Transition(Act.KEEP, SYSTEM, GOING_ON, Event.KEPT),
    Transition(Act.LIST, SYSTEM, GOING_ON, Event.LISTED, AlertState.CLOSED),
    Transition(Act.UNDO, SYSTEM, GOING_ON | OVER, Event.UNDONE),
    Transition(Act.RESOLVE, SYSTEM, AT_WORK, Event.RESOLVED, AlertState.RESOLVED, ("outcome",)),
    Transition(Act.VERIFY, SYSTEM, AT_WORK | {AlertState.RESOLVED}, Event.VERIFIED, AlertState.VERIFIED),
    Transition(Act.END, SYSTEM, GOING_ON, Event.ENDED, AlertState.CLOSED),
    Transition(Act.EXPIRE, SYSTEM, GOING_ON, Event.EXPIRED, AlertState.EXPIRED),
    Transition(Act.RETRACT, SYSTEM, GOING_ON | {AlertState.CLOSED, AlertState.EXPIRED}, Event.RETRACTED, AlertState.RETRACTED),
    Transition(Act.REOPEN, SYSTEM, DONE | {AlertState.CLOSED, AlertState.EXPIRED}, Event.REOPENED, AlertState.REOPENED),
    # What who commands may do. One act is enough: assigning, calling, resolving and closing need no acknowledgement before them.
    Transition(Act.ACKNOWLEDGE, COMMAND, FRESH, Event.ACKNOWLEDGED, AlertState.ACKNOWLEDGED),
    Transition(Act.ASSIGN, COMMAND, AT_WORK, Event.ASSIGNED, AlertState.ASSIGNED, ("department",)),
    Transition(Act.WHISTLE, COMMAND, AT_WORK, Event.WHISTLED, AlertState.ASSIGNED, ("departments",)),
    Transition(Act.WAIT, COMMAND, AT_WORK, Event.WAITING, None, ("until",)),
    Transition(Act.HAND_UP, frozenset({Role.SUBDISTRICT}), AT_WORK, Event.ESCALATED),
    Transition(Act.RESOLVE, COMMAND | DEPARTMENT, AT_WORK, Event.RESOLVED, AlertState.RESOLVED, ("outcome",)),
    Transition(Act.VERIFY, COMMAND, frozenset({AlertState.RESOLVED}), Event.VERIFIED, AlertState.VERIFIED),
    Transition(Act.CLOSE, COMMAND, AT_WORK, Event.CLOSED, AlertState.CLOSED, ("outcome",)),
    Transition(Act.CLOSE, COMMAND, DONE, Event.CLOSED, AlertState.CLOSED),
    Transition(Act.REOPEN, COMMAND, DONE | {AlertState.CLOSED}, Event.REOPENED, AlertState.REOPENED),
    # What departments may do that were called. Who declines is free once another one accepts.
    Transition(Act.ACCEPT, DEPARTMENT, frozenset({AlertState.ASSIGNED}), Event.ACCEPTED),
    Transition(Act.DECLINE, DEPARTMENT, frozenset({AlertState.ASSIGNED}), Event.DECLINED),
    Transition(Act.ARRIVE, DEPARTMENT, frozenset({AlertState.ASSIGNED}), Event.ARRIVED),
    Transition(Act.REPORT_BACK, DEPARTMENT, frozenset({AlertState.ASSIGNED}), Event.REPORTED_BACK, None, ("outcome",)),
)
