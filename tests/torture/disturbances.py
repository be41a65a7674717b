"""What happens to a home: each disturbance once, drawn from a seed.

Belongs here: drawing one and doing it. Does not: what comes after (``machine``), how a process dies (``child``).
"""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tests.torture.scenes import NIGHTLY, TONIGHT, Clocks, Homes, Place, Said, Scene

# What a scene writes at most; a disk with more to spare is none that is full.
_WRITTEN_BYTES: Final = 1_200_000
_STEPS: Final = [dt.timedelta(hours=hours) for hours in (-48, -960, 24, 720, 9600)]
# Within a day nothing but another clock can contradict it.
_STEPS_BESIDE_A_SERVER: Final = [dt.timedelta(hours=-2), *_STEPS]
_MANY: Final = [NIGHTLY] * 6 + [("status",), ("replay",), ("brief",), ("doctor",), ("db", "purge", "--dry-run"), ("quarantine", "list")]
_PARTS: Final = ("lake", "lake/nine/_delta_log", "landing", "warehouse.db")


@dataclass(frozen=True)
class Round:
    """What a disturbance is handed: the home, the scene, and how many events that counts when nothing happens."""

    homes: Homes
    place: Place
    scene: Scene
    events: int
    draw: random.Random

    def commands(self, clocks: Clocks = TONIGHT, **harm: object) -> list[Said]:
        """The commands of the scene."""
        return self.homes.run(self.place, self.scene.commands, clocks, dict(harm) or None)


@dataclass(frozen=True)
class Happened:
    """What was done, for the log, what commands said meanwhile, and how many of the last try had their answer."""

    what: str
    said: list[Said]
    answered: int = 0


def killed(r: Round) -> Happened:
    """The process is killed at one of its calls, perhaps twice."""
    events = [r.draw.randint(1, r.events) for _ in range(1 if r.scene.only else r.draw.choice([1, 1, 2]))]
    tries = [r.commands(kind="kill", event=event) for event in events]
    said = [s for one in tries for s in one]
    return Happened(f"killed at call {' and '.join(map(str, events))} of {r.events}", said, len(tries[-1]))


def full(r: Round) -> Happened:
    """The disk is full after some bytes."""
    spare = r.draw.choice([r.draw.randint(0, _WRITTEN_BYTES), r.draw.randint(0, _WRITTEN_BYTES // 20)])
    return Happened(f"{spare} bytes left on the disk", r.commands(kind="full", home=str(r.place.home), bytes=spare))


def bytes_changed(r: Round) -> Happened:
    """A file of the home is deleted, cut, emptied or changed, before tonight or after it."""
    before = r.draw.random() < 0.5
    said = [] if before else r.commands()
    files = [f for part in _PARTS for f in _files(r.place.home / part)]
    weights = [1 / sum(1 for other in files if other.parent == f.parent) for f in files]
    file = r.draw.choices(files, weights)[0]
    how = r.draw.choice([deleted, cut, emptied, flipped, flipped])
    what = how(file, r.draw)
    return Happened(f"{'before' if before else 'after'} tonight {file.relative_to(r.place.home)} {what}", said)


def store_changed(r: Round) -> Happened:
    """A whole store is gone, emptied, or what it was before tonight."""
    folder = r.draw.choice(["lake/nine", "lake/nine/_delta_log", "landing", *([] if r.place.database else ["warehouse.db"])])
    store, older = r.place.home / folder, r.place.root / "older"
    how = r.draw.choice(["gone", "older"])
    if not store.exists():
        # What it was before tonight is nothing.
        how = "gone"
    if how == "older":
        (shutil.copytree if store.is_dir() else shutil.copyfile)(store, older)
    said = r.commands()
    for beside in [store, *store.parent.glob(f"{store.name}-*")]:
        shutil.rmtree(beside) if beside.is_dir() else beside.unlink(missing_ok=True)
    if how == "older":
        older.rename(store)
    return Happened(f"after tonight {folder} is {how}", said)


def clock_stepped(r: Round) -> Happened:
    """The clock is wrong while the commands are given."""
    steps = _STEPS_BESIDE_A_SERVER if r.place.database else _STEPS
    # In a home without a past nothing says that it is later.
    step = r.draw.choice([s for s in steps if s > dt.timedelta(0) or r.scene.name != "first" or r.place.database])
    return Happened(f"the clock is off by {step}", r.commands(replace(TONIGHT, off=step)))


def many(r: Round) -> Happened:
    """Twelve commands at once."""
    said = r.homes.run_all(r.place, [[c] for c in r.draw.sample(_MANY, len(_MANY))], TONIGHT)
    return Happened("twelve commands at once", said)


def server_killed(r: Round) -> Happened:
    """The server is killed at one of the calls, and started again after a while, perhaps only after the commands gave up."""
    server = r.homes.server
    assert server is not None
    event, seconds = r.draw.randint(1, r.events), r.draw.choice([0.5, 2.0, None])
    stop = threading.Event()
    watch = threading.Thread(target=_start_again, args=(server.is_gone, server.start_again, seconds, stop))
    watch.start()
    try:
        said = r.commands(kind="server", pid=server.pid, event=event)
    finally:
        stop.set()
        watch.join()
        server.start_again()
    return Happened(f"the server is killed at call {event} of {r.events}, back after {seconds or 'the commands'}", said)


def _start_again(is_gone: Callable[[], bool], start: Callable[[], None], seconds: float | None, stop: threading.Event) -> None:
    while not stop.wait(0.1):
        if is_gone() and seconds is not None:
            stop.wait(seconds)
            start()
            return


# --- bytes


def deleted(file: Path, _: random.Random) -> str:
    """The file is gone."""
    file.unlink()
    return "is deleted"


def cut(file: Path, draw: random.Random) -> str:
    """The end of the file is missing."""
    content = file.read_bytes()
    kept = draw.randrange(max(1, len(content)))
    file.write_bytes(content[:kept])
    return f"is cut at byte {kept} of {len(content)}"


def emptied(file: Path, _: random.Random) -> str:
    """The file is there and holds nothing."""
    file.write_bytes(b"")
    return "is emptied"


def flipped(file: Path, draw: random.Random) -> str:
    """Some bytes of the file are others."""
    content = bytearray(file.read_bytes())
    if not content:
        return emptied(file, draw)
    places = sorted(draw.randrange(len(content)) for _ in range(draw.choice([1, 8])))
    for place in places:
        content[place] ^= draw.randint(1, 255)
    # As rot does it: neither size nor time of the file tell.
    status = file.stat()
    file.write_bytes(content)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    return f"has other bytes at {', '.join(map(str, places))}"


def _files(path: Path) -> list[Path]:
    return sorted(f for f in path.rglob("*") if f.is_file()) if path.is_dir() else [path] if path.is_file() else []


ON_FILES: Final = {"killed": killed, "full": full, "bytes": bytes_changed, "store": store_changed, "clock": clock_stepped, "many": many}
ON_SERVER: Final = {**ON_FILES, "server": server_killed}
