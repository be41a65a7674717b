"""The verbs of ``sifang alerts`` by which somebody does something about one alert.

Belongs here: their options. Does not: looking (``flows.cli.alerts``), who may do what (``transforms.alerts.machine``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from flows.cli.clocks import MOMENT, moment
from flows.cli.shell import DistrictOption, JsonOption, one_of, opened, show
from transforms.words import Act, Outcome

OUTCOMES = ", ".join(Outcome)
Ref = Annotated[str, typer.Argument(metavar="ALERT@NUMBER", help="As a list shows it: the alert, and the number at which it was seen.")]
ByOption = Annotated[str, typer.Option("--as", metavar="ROLE", help="district, subdistrict:CODE or department:CODE.")]
OutcomeOption = Annotated[str, typer.Option("--outcome", metavar="CODE", help=f"One of {OUTCOMES}.")]
KeyOption = Annotated[str | None, typer.Option("--key", help="The same key is the same act, however often it is sent.")]

# Acts that say nothing but themselves.
PLAIN = (
    ("ack", Act.ACKNOWLEDGE, "Say that somebody has seen it; what was waited for until then is waited for no more."),
    ("accept", Act.ACCEPT, "A department that was called takes the matter (接哨)."),
    ("decline", Act.DECLINE, "A department that was called gives the matter back; it stays theirs until another accepts (首接负责)."),
    ("arrive", Act.ARRIVE, "A department is on the spot (报到)."),
    ("verify", Act.VERIFY, "Somebody has looked at what was done."),
    ("reopen", Act.REOPEN, "It is not over after all."),
    ("up", Act.HAND_UP, "Give it to the district."),
)


@dataclass(frozen=True)
class _Common:
    """What every act is asked with."""

    alert: str
    by: str
    key: str | None
    district: str | None
    as_json: bool


def add_acts(group: typer.Typer) -> None:
    """Add every act to the group."""
    for name, act, said in PLAIN:
        group.command(name, help=said)(_plain(act))
    for function in (assign, whistle, wait, report, resolve, close):
        group.command()(function)


def _plain(act: Act) -> Callable[[str, str, str | None, str | None, bool], None]:
    def verb(alert: Ref, by: ByOption, key: KeyOption = None, district: DistrictOption = None, as_json: JsonOption = False) -> None:
        _do(act, _Common(alert, by, key, district, as_json))

    return verb


def assign(
    alert: Ref,
    by: ByOption,
    to: Annotated[str, typer.Option("--to", metavar="DEPARTMENT", help="The department that deals with it.")],
    key: KeyOption = None,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give it to one department."""
    _do(Act.ASSIGN, _Common(alert, by, key, district, as_json), departments=(to,))


def whistle(
    alert: Ref,
    by: ByOption,
    to: Annotated[list[str], typer.Option("--to", metavar="DEPARTMENT", help="A department that is called; repeatable, the first leads.")],
    key: KeyOption = None,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """Call departments together (吹哨): each has its own clocks for accepting, arriving and reporting back."""
    _do(Act.WHISTLE, _Common(alert, by, key, district, as_json), departments=tuple(to))


def wait(
    alert: Ref,
    by: ByOption,
    until: Annotated[str, typer.Option("--until", metavar=MOMENT, help="Nobody is reminded before; times are the district's.")],
    key: KeyOption = None,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let it wait until a moment, which the district's rules limit."""
    _do(Act.WAIT, _Common(alert, by, key, district, as_json), until=until)


def report(
    alert: Ref,
    by: ByOption,
    outcome: OutcomeOption,
    key: KeyOption = None,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """A department reports back (反馈); what the one that leads settles is resolved."""
    _do(Act.REPORT_BACK, _Common(alert, by, key, district, as_json), outcome=outcome)


def resolve(
    alert: Ref,
    by: ByOption,
    outcome: OutcomeOption,
    key: KeyOption = None,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what came of it; it ends when the place calms down, or when it is closed."""
    _do(Act.RESOLVE, _Common(alert, by, key, district, as_json), outcome=outcome)


def close(
    alert: Ref,
    by: ByOption,
    outcome: Annotated[
        str | None, typer.Option("--outcome", metavar="CODE", help=f"One of {OUTCOMES}; needed where none was said before.")
    ] = None,
    key: KeyOption = None,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """End it by hand."""
    _do(Act.CLOSE, _Common(alert, by, key, district, as_json), outcome=outcome)


def _do(act: Act, asked: _Common, departments: tuple[str, ...] = (), outcome: str | None = None, until: str | None = None) -> None:
    from flows.alerts.acts import Wish
    from flows.alerts.acts import act as done
    from flows.cli.draw import alerts as drawn
    from infra import clock

    said = one_of(outcome, "outcome", Outcome) if outcome else None
    now = clock.now()
    with opened(asked.district) as context:
        waits = moment(until, context.district.zone, now) if until else None
        found = done(context, Wish(asked.alert, act, asked.by, departments, said, waits, asked.key), now)
    show(found, asked.as_json, drawn.done)
