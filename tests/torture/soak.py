"""Years in an afternoon: two homes live through the same nights, one of them undisturbed; at the end they must hold the same.

Belongs here: both lives, what befalls the one, what a night costs and whether that grows. Does not: the nights (``years``), each
disturbance (``disturbances``), what is compared (``judge``).

``python -m tests.torture.soak --nights 400``; ``--seed`` draws the same disturbances again, ``--keep FOLDER`` leaves the undisturbed home.

The undisturbed home is a process that never ends, with SQLite; the other one has a process for each day, as `sifang serve` has, and a
PostgreSQL. So the comparison is also one of stores, and what leaks within a process is seen beside what grows with a home.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice, takewhile
from pathlib import Path
from statistics import median
from typing import Final

from scipy.stats import theilslopes

from tests.helpers.nursery import Nursery
from tests.torture import years
from tests.torture.disturbances import Happened, Round, killed, server_killed
from tests.torture.judge import rows_differing, state_of
from tests.torture.machine import CHILD
from tests.torture.scenes import Clocks, Homes, Place, Said, Scene
from tests.torture.server import Server

# Of a hundred nights so many are killed; on one night of each stretch the server restarts, on another one the disk is full.
_KILLED_PER_100: Final = 12
_STRETCH: Final = 16
# The first nights take the history in and have neither models nor alerts.
_SETTLED: Final = 8
# Commands that do not belong to every day, and would hide what a day costs.
_RARE: Final = ("flows.backfill.backfill", "flows.serving.chores.compact")
_MIB: Final = 2**20
_COUNTED: Final = 1
# Of what a day writes, a disk has room for the least part.
_ROOM_BYTES: Final = 16_000
_BEGIN: Final = Clocks(years.moment(years.FIRST, 0))


@dataclass(frozen=True)
class Cost:
    """What the daily flows of one night took, in seconds of processor time, and what the process held after them."""

    night: int
    seconds: float
    mib: float


@dataclass
class Life:
    """What became of a home: its costs, what was said, how often what happened, and what commands said of it."""

    costs: list[Cost] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    happened: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    suffered: list[str] = field(default_factory=list)

    def note(self, days: Iterable[int], said: Sequence[Said], costing: Collection[int]) -> None:
        """Keep what the commands of some days came to, and what those of ``costing`` cost."""
        left = iter(said)
        for day in days:
            asked = years.commands(day)
            answers = list(islice(left, len(asked)))
            wrong = [f"night {day}: {fault}" for answer in answers if (fault := _fault(answer))]
            wrong += [f"night {day}: {len(asked) - len(answers)} commands gave no answer"] if len(answers) < len(asked) else []
            self.faults += wrong
            for line in wrong:
                print(line, flush=True)
            self.ended.update(_ended(answer) for answer in answers)
            if day in costing and day >= _SETTLED and answers:
                seconds = sum(answer.seconds for answer in answers if _name(answer) not in _RARE)
                self.costs.append(Cost(day, seconds, answers[-1].bytes / _MIB))


@dataclass(frozen=True)
class Slope:
    """How something goes over the nights: its median, and by how much a hundred nights move it (Theil and Sen)."""

    what: str
    unit: str
    middle: float
    per_100: float

    @property
    def share(self) -> float:
        """The growth of a hundred nights as a share of the median."""
        return self.per_100 / self.middle

    def __str__(self) -> str:
        return f"{self.what}: median {self.middle:.3g} {self.unit}, {self.per_100:+.3g} {self.unit} per 100 nights ({self.share:+.1%})"


@dataclass(frozen=True)
class Outcome:
    """Two lives, and in what their homes differ."""

    undisturbed: Life
    disturbed: Life
    differing: list[str]
    rows: list[str]

    def slopes(self) -> list[Slope]:
        """Of time and memory of each that was lived."""
        made = (
            _slope("a night in a process that never ends", "s", self.undisturbed.costs, "seconds"),
            _slope("memory of a process that never ends", "MiB", self.undisturbed.costs, "mib"),
            _slope("a day in a process of its own", "s", self.disturbed.costs, "seconds"),
            _slope("memory of a day's own process", "MiB", self.disturbed.costs, "mib"),
        )
        return [slope for slope in made if slope]


def soak(folder: Path, nights: int, seed: int, together: int = 1) -> Outcome:
    """Let both live. Up to ``together`` days on which nothing happens share a process of the disturbed home."""
    with Server(folder / "server") as server, ThreadPoolExecutor(1) as beside:
        calm = beside.submit(undisturbed, folder / "calm", nights)
        place = _settle(folder / "disturbed", nights, server.fresh())
        with Nursery(place.root / "log", CHILD) as nursery:
            disturbed = _Disturbed(Homes(place.root, nursery, server), place).live(nights, random.Random(seed), together)
        life, known = calm.result()
        differing, rows = _compared(place, known)
    return Outcome(life, disturbed, differing, rows)


def undisturbed(folder: Path, nights: int) -> tuple[Life, Place]:
    """Let the one live that nothing happens to, in one process."""
    place, life = _settle(folder, nights, None), Life()
    with Nursery(folder / "log", CHILD) as nursery:
        life.note(range(nights), Homes(folder, nursery, None).run(place, _of_days(range(nights)), _BEGIN), range(nights))
        life.faults += [nursery.said()] if life.ended.total() < len(_of_days(range(nights))) else []
    return life, place


def brimful(r: Round) -> Happened:
    """The disk is full before the day is over."""
    spare = r.draw.randint(0, _ROOM_BYTES)
    return Happened(f"{spare} bytes left on the disk", r.commands(kind="full", home=str(r.place.home), bytes=spare, brimful=True))


@dataclass
class _Disturbed:
    """The life of a home that something happens to."""

    homes: Homes
    place: Place
    life: Life = field(default_factory=Life)
    events: int = 0

    def live(self, nights: int, draw: random.Random, together: int) -> Life:
        """Night after night."""
        happens = [_drawn(number, draw) for number in range(nights)]
        number = 0
        while number < nights:
            happening = happens[number]
            if happening is not None:
                self._disturb(number, happening, draw)
                number += 1
                continue
            calm = list(takewhile(lambda n: happens[n] is None, range(number, min(nights, number + (together if number > 1 else 1)))))
            self._be_calm(calm)
            number = calm[-1] + 1
        return self.life

    def _be_calm(self, days: Sequence[int]) -> None:
        """Days on which nothing happens. The calls of one of the first are counted: a kill is drawn among so many."""
        counted, counts = self.place.root / "events", list(days) == [_COUNTED]
        said = self.homes.run(self.place, _of_days(days), _BEGIN, {"kind": "count", "into": str(counted)} if counts else None)
        # The first day of a process is what each day would be in one of its own.
        self.life.note(days, said, () if counts else days[:1])
        if counts:
            self.events = int(counted.read_text("utf-8"))

    def _disturb(self, number: int, happening: Callable[[Round], Happened], draw: random.Random) -> None:
        """A day on which something happens; what it kept from being done is begun again, as by `sifang serve`."""
        day = years.commands(number)
        scene = Scene(f"night {number}", "", day, ("killed", "server", "full"))
        happened = happening(Round(self.homes, self.place, scene, self.events, draw))
        done = list(takewhile(lambda one: not _fault(one), happened.said))
        self.life.suffered += [one.err.strip() for one in happened.said if one.err.strip()]
        rest = self.homes.run(self.place, day[len(done) :], _BEGIN) if len(done) < len(day) else []
        self.life.happened[happening.__name__ + ("" if rest else ", to no harm")] += 1
        self.life.note([number], [*done, *rest], ())
        print(f"night {number}: {happened.what}", flush=True)


def _of_days(days: Iterable[int]) -> list[years.Command]:
    return [command for day in days for command in years.commands(day)]


def _settle(folder: Path, nights: int, database: str | None) -> Place:
    folder.mkdir()
    years.write(folder, nights)
    return Place(folder, database)


def _drawn(number: int, draw: random.Random) -> Callable[[Round], Happened] | None:
    """What happens on a night; nothing on the first ones, of which the second is counted."""
    if number <= _COUNTED:
        return None
    if number % _STRETCH == _STRETCH // 2:
        return server_killed
    if number % _STRETCH == _STRETCH - 1:
        return brimful
    return killed if draw.random() < _KILLED_PER_100 / 100 else None


def _compared(place: Place, known: Place) -> tuple[list[str], list[str]]:
    is_, was = state_of(place, by_content=True), state_of(known, by_content=True)
    differing = is_.differing(was)
    return differing, list(rows_differing(is_, was, differing))


def _slope(what: str, unit: str, costs: Sequence[Cost], of: str) -> Slope | None:
    values = [getattr(cost, of) for cost in costs]
    if len(values) < _SETTLED:
        return None
    return Slope(what, unit, median(values), 100 * float(theilslopes(values, [cost.night for cost in costs]).slope))


def _fault(said: Said) -> str:
    wrong = said.code or said.trace or "not made" in said.out
    return f"{_name(said)} ends with {said.code}: {said.out}{said.err}{said.trace}" if wrong else ""


def _ended(said: Said) -> str:
    return _name(said) + (", superseded" if said.out.strip() == "Superseded" else "")


def _name(said: Said) -> str:
    return str(json.loads(said.arguments[1])["flow"]) if said.arguments[0] == "!flow" else said.arguments[0]


def main() -> int:
    """Run it and tell; 1 where the homes differ or something failed."""
    parser = argparse.ArgumentParser(prog="make soak")
    parser.add_argument("--nights", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--together", type=int, default=1, help="so many days without a disturbance share a process")
    parser.add_argument("--undisturbed", action="store_true", help="only the home that nothing happens to")
    parser.add_argument("--keep", type=Path, help="where the undisturbed home goes at the end")
    given = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sifang-soak-") as made:
        if given.undisturbed:
            outcome = Outcome(undisturbed(Path(made) / "calm", given.nights)[0], Life(), [], [])
        else:
            outcome = soak(Path(made), given.nights, given.seed, given.together)
        if given.keep:
            shutil.copytree(Path(made) / "calm", given.keep)
    for line in _report(outcome):
        print(line)
    print(f"{given.nights} nights in {(time.monotonic() - begun) / 60:.1f} minutes")
    return int(bool(outcome.differing or outcome.disturbed.faults or outcome.undisturbed.faults))


def _report(outcome: Outcome) -> Iterator[str]:
    for name, life in (("undisturbed", outcome.undisturbed), ("disturbed", outcome.disturbed)):
        yield f"{name}: " + ", ".join(f"{what} {times}" for what, times in sorted((life.happened + life.ended).items()))
        yield from life.faults
        yield from (f"  said of it: {line}" for line in sorted(set(life.suffered)))
    yield f"differing: {', '.join(outcome.differing) or 'nothing'}"
    yield from outcome.rows
    yield from map(str, outcome.slopes())


if __name__ == "__main__":
    sys.exit(main())
