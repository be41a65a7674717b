"""Memory of a process that measures itself, on Linux.

The peak that ``getrusage`` tells of begins with that of the process it was started from, and a test run is large. The kernel's own mark of
this process alone can be set back.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import TypeVar

Made = TypeVar("Made")

# A look takes a quarter of a millisecond of what is measured, so looks are few.
_EVERY_S = 0.02
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
# What the kernel wants to hear to set the mark back to what is resident now.
_SET_BACK = "5"


def grown(work: Callable[[], Made]) -> tuple[Made, int]:
    """What ``work`` comes to, and by how many bytes this process grew at most while it ran."""
    _CLEAR.write_text(_SET_BACK, "ascii")
    before = _of("VmRSS")
    made = work()
    return made, peak() - before


def grown_together(work: Callable[[], Made]) -> tuple[Made, int]:
    """What ``work`` comes to, and how much more than this process held before it and the children that it starts hold together at most."""
    done, most, before = Event(), [0], held()

    def watch() -> None:
        while not done.wait(_EVERY_S):
            most[0] = max(most[0], held() - before)

    watcher = Thread(target=watch)
    watcher.start()
    try:
        made = work()
    finally:
        done.set()
        watcher.join()
    return made, most[0]


def peak() -> int:
    """The most that was ever resident, or since ``grown`` began, in bytes."""
    return _of("VmHWM")


def held() -> int:
    """What this process and its children hold now, in bytes; those that end meanwhile hold nothing, nor do threads that do."""
    size = _of("VmRSS")
    for task in Path("/proc/self/task").iterdir():
        children = ""
        with suppress(OSError):
            children = (task / "children").read_text("ascii")
        for child in children.split():
            with suppress(OSError, ValueError):
                size += _of("VmRSS", Path(f"/proc/{child}/status"))
    return size


def _of(name: str, status: Path = _STATUS) -> int:
    (line,) = (line for line in status.read_text("ascii").splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) << 10
