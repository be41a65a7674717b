"""Taking in what people say came of their visits.

Belongs here: rows into the lake, and what a visit does to the alerts of its place. Does not: reading a row
(``transforms.worklist.returns``), who may do what to an alert (``transforms.alerts.machine``).

A visit moves the alerts of its place by itself, so nobody has to say the same twice. The same table may be handed over again: what is known
enters no second time, and what a kill left undone is done.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.stores import Context, writing
from infra.marks import new_token
from infra.sources.outcomes import handed_outcomes
from infra.warehouse.alerts.alerts import alerts_of
from infra.warehouse.alerts.handling import carry_out
from infra.warehouse.keeping.locks import WAIT_SECONDS
from infra.warehouse.nights.nights import latest_night
from infra.warehouse.nights.work_lists import lists_sent, work_list_of
from transforms.alerts.alert import CELL
from transforms.alerts.machine.commands import Command
from transforms.alerts.machine.decide import Refusal
from transforms.alerts.machine.rules import Rules
from transforms.alerts.machine.transitions import AT_WORK
from transforms.reports.delivery import order_key
from transforms.schema import UTC, VISITS
from transforms.words import Act, Chosen, Unfit
from transforms.worklist.returns import OLDEST_DAYS, Known, Said, read_return
from transforms.worklist.visits import as_rows, visits_known


@dataclass(frozen=True)
class SetAside:
    """A row that could not be taken, by its line in the table."""

    line: int
    why: Unfit


@dataclass(frozen=True)
class TakenIn:
    """What became of a table: rows that were left empty, that a later one about the same place and day overrules, that say what was known
    before, that are new by how the visit came about; alerts that were moved; rows that were set aside."""

    district: str
    rows: int
    empty: int
    overruled: int
    known: int
    new: Mapping[Chosen, int]
    alerts: int
    set_aside: tuple[SetAside, ...]


def rows_of(file: Path) -> list[dict[str, str]]:
    """The rows of a table that somebody hands over. Raises ``SifangError`` where it cannot be read, or has no such columns."""
    return handed_outcomes(file)


def take_in(context: Context, rows: Sequence[Mapping[str, str]], now: dt.datetime, wait_seconds: float = WAIT_SECONDS) -> TakenIn:
    """Take in the rows of a table (``day``, ``cell`` or ``alert``, ``outcome``); of two about one place and day the last one counts.

    Raises:
        HeldElsewhereError: another run still writes after ``wait_seconds``.
        SifangError: the stores cannot be written.
    """
    today = _today(context, now)
    alerts = alerts_of(context.warehouse).filter(pl.col("subject_kind") == CELL)
    places = dict(alerts.select("alert_id", "subject").iter_rows())
    turns = _Turns(context)
    known = Known(frozenset(context.folder.cells["cell_id"]), lambda written: _alert(written, places), turns.cell, today)
    read = [read_return(row, known) for row in rows]
    said = {(one.day, one.cell_id): one for one in read if isinstance(one, Said)}
    with writing(context, now, wait_seconds=wait_seconds) as lease:
        visits = _visits(context, list(said.values()), now)
        before = visits_known(context.lake.visits(), now, context.lake.sequence())
        new = visits.join(before, on=["cell_id", "day", "outcome"], how="anti")
        if len(new):
            token = f"visits-{new_token()}"
            context.pair.append(as_rows(new, token, order_key(now, 0)), token, lease)
    moved = sum(_moves(context, one, alerts, now) for one in said.values())
    counted = Counter(new["chosen"])
    return TakenIn(
        district=context.code,
        rows=len(rows),
        empty=sum(one is None for one in read),
        overruled=sum(isinstance(one, Said) for one in read) - len(said),
        known=len(visits) - len(new),
        new={chosen: counted[chosen.value] for chosen in Chosen},
        alerts=moved,
        # The first line of a table names its columns.
        set_aside=tuple(SetAside(line, one) for line, one in enumerate(read, start=2) if isinstance(one, Unfit)),
    )


def _today(context: Context, now: dt.datetime) -> dt.date:
    """The day that nobody can have been anywhere after; a district whose time is invented has nights of its own."""
    newest = latest_night(context.warehouse) if context.district.synthetic else None
    return newest or now.astimezone(context.district.zone).date()


def _alert(written: str, places: Mapping[str, str]) -> tuple[str, str] | None:
    """The alert that somebody wrote, as a list shows it, and its place; None where none begins so, or several do."""
    start = written.partition("@")[0]
    found = [identity for identity in places if start and identity.startswith(start)]
    return (found[0], places[found[0]]) if len(found) == 1 else None


class _Turns:
    """Which cell had which turn on the lists of days; each list is looked up once, and only where a row asks."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lists: dict[dt.date, dict[int, str]] = {}

    def cell(self, day: dt.date, turn: int) -> str | None:
        """The cell of a turn, None where the day's list had none."""
        if day not in self._lists:
            self._lists[day] = dict(work_list_of(self._context.warehouse, day).select("turn", "cell_id").iter_rows())
        return self._lists[day].get(turn)


def _visits(context: Context, said: Sequence[Said], now: dt.datetime) -> pl.DataFrame:
    """Outcomes as ``VISITS``: listed or drawn where a list of that day has the place, else somebody's own."""
    if not said:
        return VISITS.to_frame()
    last = max(one.day for one in said)
    lists = lists_sent(context.warehouse, last + dt.timedelta(days=1), OLDEST_DAYS + 1)
    chosen = {(night, cell): how for night, cell, how in lists.select("night", "cell_id", "chosen").iter_rows()}
    rows = [(one.cell_id, one.day, chosen.get((one.day, one.cell_id), Chosen.OWN.value), one.outcome.value, now, 0) for one in said]
    return pl.DataFrame(rows, {**VISITS, "known_at": UTC}, orient="row").sort("day", "cell_id")


def _moves(context: Context, said: Said, alerts: pl.DataFrame, now: dt.datetime) -> int:
    """Resolve the alert that was named, or those of the place that stood open on that day; how many moved."""
    at_work = alerts.filter(pl.col("state").is_in([state.value for state in AT_WORK]), pl.col("opened_night") <= said.day)
    its_own = pl.col("subject") == said.cell_id if said.alert_id is None else pl.col("alert_id") == said.alert_id
    night, rules = latest_night(context.warehouse) or said.day, Rules.of(context.district, context.folder.calendar)
    moved = 0
    for identity in at_work.filter(its_own)["alert_id"]:
        key = f"visit:{said.day}:{said.cell_id}:{said.outcome}"
        found = carry_out(context.warehouse, Command(identity, Act.RESOLVE, key, night, outcome=said.outcome), rules, now)
        moved += bool(found) and not isinstance(found, Refusal)
    return moved
