"""Rounds by seed: break a home, do what a user would, judge; tell every fault with the seed that finds it again.

Belongs here: drawing rounds, recovery, counting. Does not: what is drawn (``disturbances``), the verdict (``judge``).

``python -m tests.torture.machine --rounds 20``; ``--seed 7`` begins with the round of that seed, ``--only killed`` draws one disturbance.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from tests.helpers.nursery import Nursery
from tests.torture.disturbances import ON_FILES, ON_SERVER, Round
from tests.torture.judge import LOOKING, Undisturbed, Verdict, judge, lines_of, state_of
from tests.torture.scenes import LOSE, RESTORE, SCENES, TONIGHT, Homes, Place, Scene
from tests.torture.server import Server

CHILD = "tests.torture.child"
_DAMAGE = {"bytes", "store"}
# A night is what is broken most, and everything else begins with one.
_WEIGHTS = {"night": 4, "upkeep": 3, "backfill": 1, "first": 1, "safe": 1}


@dataclass(frozen=True)
class Outcome:
    """What a round came to."""

    seed: int
    kind: str
    scene: str
    store: str
    what: str
    verdict: Verdict
    seconds: float

    @property
    def ended(self) -> str:
        """In one word."""
        return "fault" if self.verdict.faults else "said" if self.verdict.differing else "same"

    def __str__(self) -> str:
        told = f"{self.ended:5} {self.seconds:4.1f} s  seed {self.seed}: {self.kind}, {self.scene} on {self.store}: {self.what}"
        return told + (f" [{', '.join(self.verdict.differing)}]" if self.verdict.differing else "")


class Machine:
    """Breaks homes; use it in ``with``."""

    def __init__(self, folder: Path, *, on_server: bool = True) -> None:
        self._folder, self._on_server = folder, on_server
        self._undisturbed: dict[tuple[str, bool], tuple[Undisturbed, int]] = {}

    def __enter__(self) -> Machine:
        """Start what runs the commands, and the server."""
        self._stack = ExitStack()
        self.server = self._stack.enter_context(Server(self._folder / "server")) if self._on_server else None
        self.nursery = self._stack.enter_context(Nursery(self._folder / "log", CHILD))
        self._homes = Homes(self._folder, self.nursery, self.server)
        return self

    def __exit__(self, *_: object) -> None:
        """Let them go."""
        self._stack.close()

    def round(self, seed: int, only: str | None = None, scene_name: str | None = None) -> Outcome:
        """The round of a seed."""
        begun, draw = time.monotonic(), random.Random(seed)
        on_server = self._on_server and draw.random() < 0.4
        scene = SCENES[draw.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]]
        if scene_name:
            scene = SCENES[scene_name]
        disturbances = {k: d for k, d in (ON_SERVER if on_server else ON_FILES).items() if not scene.only or k in scene.only}
        kind = draw.choice(sorted(disturbances))
        kind = only if only in disturbances else kind
        undisturbed, events = self._known(scene, on_server)
        place = self._homes.copy(scene.home, on_server=on_server)
        try:
            happened = disturbances[kind](Round(self._homes, place, scene, events, draw))
            asked = [*scene.rest(happened.answered), *LOOKING]
            said = [*happened.said, *self._homes.run(place, asked, TONIGHT)]
            verdict = judge(place, undisturbed, state_of(place), said, asked)
            if verdict.differing and kind in _DAMAGE and scene.home == "lived":
                verdict = replace(verdict, faults=(*verdict.faults, *self._restored(place, scene, undisturbed)))
        finally:
            self._homes.drop(place)
        store = "PostgreSQL" if on_server else "SQLite"
        return Outcome(seed, kind, scene.name, store, happened.what, verdict, time.monotonic() - begun)

    def _restored(self, place: Place, scene: Scene, undisturbed: Undisturbed) -> Iterator[str]:
        """What is still wrong after a person did what commands advise: restored a backup, and gave the commands again."""
        shutil.copytree(self._homes.backup_of(scene.home, on_server=place.database is not None), place.root / "backup")
        said = self._homes.run(place, [LOSE, RESTORE, *scene.commands], TONIGHT)
        # Messages that were delivered are the receiver's, and no backup holds them; what landed is kept two weeks from the restore on.
        if differing := set(state_of(place).differing(undisturbed.state)) - {"outbox_folder", "landing"}:
            yield f"restored and run again, there differ: {', '.join(sorted(differing))}"
        yield from (f"{' '.join(s.arguments)} ends with a traceback after a restore:\n{s.trace}" for s in said if s.trace)

    def _known(self, scene: Scene, on_server: bool) -> tuple[Undisturbed, int]:
        key = scene.name, on_server
        if key not in self._undisturbed:
            place = self._homes.copy(scene.home, on_server=on_server)
            counted = place.root / "events"
            first = self._homes.run(place, scene.commands, TONIGHT, {"kind": "count", "into": str(counted)})
            asked = [*scene.commands, *LOOKING]
            said = self._homes.run(place, asked, TONIGHT)
            assert [s.arguments for s in said] == asked, self.nursery.said()
            state = state_of(place)
            lines = {a: frozenset().union(*(lines_of(place, s) for s in (*first, *said) if s.arguments == a)) for a in asked}
            known = Undisturbed(state, lines)
            assert not judge(place, known, state, said, asked).faults, said
            self._undisturbed[key] = known, int(counted.read_text("utf-8"))
            self._homes.drop(place)
        return self._undisturbed[key]


def seeds(first: int, rounds: int | None, minutes: float | None) -> Iterator[int]:
    """One seed after the other, for so many rounds or minutes."""
    until = None if minutes is None else time.monotonic() + 60 * minutes
    number = 0
    while (rounds is None or number < rounds) and (until is None or time.monotonic() < until):
        yield first + number
        number += 1


def main() -> int:
    """Run rounds; 1 where any found a fault."""
    parser = argparse.ArgumentParser(prog="make torture")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--only", choices=sorted(ON_SERVER))
    parser.add_argument("--scene", choices=sorted(SCENES))
    parser.add_argument("--named", action="store_true", help="also print what commands said, and the first rows that differ")
    given = parser.parse_args()
    print(f"The first seed is {given.seed}: --seed {given.seed} begins there again.", flush=True)
    ended: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory(prefix="sifang-torture-") as folder, Machine(Path(folder)) as machine:
        for seed in seeds(given.seed, given.rounds, given.minutes):
            outcome = machine.round(seed, given.only, given.scene)
            ended[outcome.kind, outcome.ended] += 1
            print(outcome, flush=True)
            named = (*outcome.verdict.named, *outcome.verdict.rows) if given.named else ()
            for line in (*outcome.verdict.faults, *named):
                print(f"      {line}", flush=True)
    print(f"\n{sum(ended.values())} rounds")
    for kind in sorted({kind for kind, _ in ended}):
        print(f"  {kind:8}" + "".join(f"  {how} {ended[kind, how]:4}" for how in ("same", "said", "fault")))
    return int(any(how == "fault" for _, how in ended))


if __name__ == "__main__":
    sys.exit(main())
