"""What somebody learns who collects everything that left over a simulated year: whether a cell had a report yesterday.

One command prints the table: ``pytest tests/backtests/test_what_leaves.py -m lengthy -s`` (some minutes). Messages as machines and chats
get them, CAP files and the tables of the work list are made as the product makes them, and read back as texts. Of each cell and night the
attacker knows what was said that night and on the seven nights before, and learns on the first half of the year what of it goes with a
report on the day before; on the second half a report and a day without one in the same cell are told apart. That a busy cell is busy is no
secret between the parties: so cells are compared with themselves alone. The same attacker, handed the scores themselves, shows that it can
learn: what it is not handed is what protects.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from infra.pages.worklist.write import Sheet, Task, table_of
from tests.backtests.living import DAY, HANDLING, PLACE, Town, lived, reported
from transforms.alerts.addressing import addressees
from transforms.alerts.cap.chain import Common, cap_chain
from transforms.alerts.cap.message import Area, CapStatus
from transforms.alerts.cap.xml import as_xml
from transforms.alerts.machine.commands import AlertEvent
from transforms.alerts.machine.handling import fold
from transforms.alerts.messages import Message, in_words, messages, told
from transforms.alerts.past import always_hot
from transforms.alerts.routing import Table
from transforms.alerts.types import Tonight
from transforms.alerts.visible import Viewer, as_it_stands, reduced
from transforms.district.declaration import AlertRules
from transforms.district.work import WorkRules
from transforms.panel.known import View
from transforms.schema import VISITS
from transforms.words import Audience, Category, Chosen, Errand, PartOfDay, Words
from transforms.worklist.choosing import work_list
from transforms.worklist.errands import Evening

pytestmark = pytest.mark.lengthy

Array = NDArray[np.float64]
TOWN = Town(side=16, nights=365, added=13, seed=11)
VISITS_A_DAY = 12
# Nights that the attacker remembers.
MEMORY = 8
ENOUGH, UNREDUCED = 0.60, 0.70


@dataclass
class Collected:
    """All that left, by its way and night; and what did not leave: the scores, for the comparison."""

    texts: dict[str, list[list[str]]] = field(default_factory=lambda: defaultdict(list))
    scores: list[pl.DataFrame] = field(default_factory=list)
    had: list[frozenset[str]] = field(default_factory=list)
    events: dict[str, list[AlertEvent]] = field(default_factory=lambda: defaultdict(list))
    visits: pl.DataFrame = field(default_factory=VISITS.to_frame)

    def watch(self, tonight: Tonight, view: View, brought: tuple[AlertEvent, ...]) -> None:
        """Have everything of a night leave."""
        for event in brought:
            self.events[event.alert_id].append(event)
        self.texts["machines"].append([json.dumps(dict(m.payload)) for m in self._messages(brought, Audience.MACHINE)])
        self.texts["chats"].append([in_words([m]) for m in self._messages(brought, Audience.CHAT)])
        self.texts["cap"].append([text for alert in sorted({e.alert_id for e in brought}) for text in self._cap(alert, tonight.night)])
        self.texts["tables"].append(self._tables(tonight, view))
        self.scores.append(tonight.residents)
        yesterday = view.reports.filter(pl.col("occurred_on") == tonight.night - DAY)
        self.had.append(frozenset(yesterday["cell_id"]))

    def _messages(self, brought: Iterable[AlertEvent], audience: Audience) -> list[Message]:
        found = []
        for message in messages(brought):
            alert = fold(self.events[message.alert_id])
            assert alert is not None
            line = reduced(as_it_stands(alert, HANDLING), Viewer(audience))
            found.append(told(message, line, addressees(alert, Table.of([], [])), None))
        return found

    def _cap(self, alert: str, night: dt.date) -> list[str]:
        subject = self.events[alert][0].about.subject
        area = Area("某街道", (), subject.code)
        chain = cap_chain(self.events[alert], Common("sifang.d", Words("某区", "D"), CapStatus.ACTUAL, area, PLACE.zone))
        return [as_xml(message) for message in chain if message.sent.date() == night]

    def _tables(self, tonight: Tonight, view: View) -> list[str]:
        evening = Evening(
            tonight.night,
            tonight.scores,
            view.reports,
            PLACE,
            WorkRules(visits_per_day=VISITS_A_DAY),
            self.visits,
            always_hot(tonight.past, AlertRules()),
            seed=f"{tonight.night}",
        )
        found = work_list(evening)
        went = found.select("cell_id", "chosen", day=pl.lit(tonight.night), outcome=pl.lit("visited"))
        self.visits = pl.concat([self.visits, pl.DataFrame([{**dict.fromkeys(VISITS), **row} for row in went.to_dicts()], VISITS)])
        tasks = tuple(
            Task(
                turn,
                cell,
                cell,
                "W",
                Chosen(chosen),
                tuple(map(Errand, errands.split())),
                Category(category) if category else None,
                PartOfDay(part) if part else None,
                None,
            )
            for turn, cell, chosen, errands, category, part in found.select(
                "turn", "cell_id", "chosen", "errands", "category", "part_of_day"
            ).iter_rows()
        )
        return [table_of(Sheet(PLACE.name, "W", tonight.night, None, tasks))]


def said_of_cells(way: str, texts: list[str]) -> dict[str, dict[str, float]]:
    """What texts of a night say of each cell that they name, as marks with a number."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for text in texts:
        if way == "tables":
            for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))):
                marks = {"listed": 1.0, "turn": 1 / float(row["turn"]), f"at {row['part_of_day']}": 1.0}
                found[row["cell"]] |= marks | {f"why {why}": 1.0 for why in row["why"].split("; ")}
        elif way == "machines":
            said = json.loads(text)
            if "subject" in said:
                found[said["subject"]] |= {f"{said['type']} {said['event']} {said.get('level')}": 1.0, said["state"]: 1.0}
        elif way == "cap":
            kind, severity = (re.findall(f"<{tag}>(.*?)</{tag}>", text)[0] for tag in ("msgType", "severity"))
            for cell in set(re.findall(r"<value>(c\d+)</value>", text)):
                found[cell] |= {f"{kind} {severity}": 1.0, re.findall("<event>(.*?)</event>", text)[0]: 1.0}
        else:
            # A chat names no cell: what it says of a subdistrict it says of each cell there.
            for place, mark in re.findall(r" · ([WE]): (\S+)", text):
                found[place][f"chat {mark}"] = found[place].get(f"chat {mark}", 0.0) + 1
    return found


def marks(collected: Collected, ways: Iterable[str]) -> Array:
    """What is known of each cell (rows) on each night (columns): every mark of the night and, fading, of those before."""
    cells = {cell: k for k, cell in enumerate(TOWN.cells["cell_id"])}
    members = TOWN.cells.group_by("subdistrict").agg("cell_id")
    inside = {place: [cells[c] for c in some] for place, some in members.iter_rows()} | {c: [k] for c, k in cells.items()}
    planes: dict[str, Array] = {}
    for way in ways:
        for night, texts in enumerate(collected.texts[way]):
            for place, said in said_of_cells(way, texts).items():
                for mark, value in said.items():
                    planes.setdefault(f"{way}: {mark}", np.zeros((len(cells), TOWN.nights)))[inside[place], night] = value
    return remembered(list(planes.values()))


def remembered(planes: list[Array]) -> Array:
    """Marks of the night, of the night before, and how many of those before that the attacker remembers."""
    found = []
    for plane in planes:
        lag = np.zeros_like(plane)
        lag[:, 1:] = plane[:, :-1]
        older = sum(np.pad(plane, ((0, 0), (k, 0)))[:, : plane.shape[1]] for k in range(2, MEMORY))
        found += [plane, lag, np.asarray(older)]
    return np.stack(found, axis=-1)


def score_marks(collected: Collected) -> Array:
    """The scores of each cell and night, whole, and how they moved since the night before."""
    planes = []
    for category in ("safety", "public_order", "stability"):
        for column in ("expected_harm", "score", "expected_count"):
            frames = [s.filter(category=category).sort("cell_id")[column].fill_null(0.0).to_numpy() for s in collected.scores]
            plane = np.stack(frames, axis=1).astype(float)
            planes += [plane, np.diff(plane, axis=1, prepend=plane[:, :1])]
    return np.stack(planes, axis=-1)


def attacked(known: Array, had: NDArray[np.bool_]) -> float:
    """How often a day with a report is told from one without, in the same cell; 0.5 is chance."""
    half = TOWN.nights // 2
    own = known - known[:, :half].mean(axis=1, keepdims=True)
    wanted = had - had[:, :half].mean(axis=1, keepdims=True)
    inputs, outputs = own[:, :half].reshape(-1, known.shape[-1]), wanted[:, :half].reshape(-1)
    scale = inputs.std(axis=0) + 1e-12
    ridge = (inputs / scale).T @ (inputs / scale) + 10.0 * np.eye(len(scale))
    weights = np.linalg.solve(ridge, (inputs / scale).T @ outputs) / scale
    guessed = own[:, half:] @ weights
    right = pairs = 0.0
    for guess, truth in zip(guessed, had[:, half:], strict=True):
        yes, no = guess[truth], guess[~truth]
        right += (yes[:, None] > no[None]).sum() + 0.5 * (yes[:, None] == no[None]).sum()
        pairs += len(yes) * len(no)
    return right / pairs


@pytest.fixture(scope="module")
def collected() -> Collected:
    """A year of everything that leaves, of a town whose reports have their part of the day."""
    rows, _ = reported(TOWN)
    parts = np.random.default_rng(1).choice([p.value for p in PartOfDay if p is not PartOfDay.UNKNOWN], len(rows))
    found = Collected()
    lived(TOWN, rows.with_columns(part_of_day=pl.Series(parts)), found.watch)
    return found


def test_what_left_does_not_tell_where_something_was_reported_yesterday(collected: Collected) -> None:
    had = np.array([[cell in night for night in collected.had] for cell in TOWN.cells["cell_id"]])
    print(f"\na cell has a report on {had.mean():.1%} of days; told apart from other days of the same cell, 0.5 is chance")
    ways: dict[str, Any] = {way: (way,) for way in collected.texts} | {"all that left": tuple(collected.texts)}
    found = {said: attacked(marks(collected, of), had) for said, of in ways.items()}
    found["the scores themselves"] = attacked(score_marks(collected), had)
    for said, share in found.items():
        sent = sum(len(texts) for way in ways.get(said, ()) for texts in collected.texts[way])
        print(f"  {said:25} {share:.3f}   {f'{sent} texts' if sent else ''}")
    assert found["the scores themselves"] > UNREDUCED
    assert all(share <= ENOUGH for said, share in found.items() if said in ways)
    assert all(collected.texts[way] and any(collected.texts[way]) for way in collected.texts)
