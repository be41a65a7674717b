"""Memory of a process that measures itself, on Linux.

The peak that ``getrusage`` tells of begins with that of the process it was started from, and a test run is large. The kernel's own mark of
this process alone can be set back.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Made = TypeVar("Made")

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
# What the kernel wants to hear to set the mark back to what is resident now.
_SET_BACK = "5"


def grown(work: Callable[[], Made]) -> tuple[Made, int]:
    """What ``work`` comes to, and by how many bytes this process grew at most while it ran."""
    _CLEAR.write_text(_SET_BACK, "ascii")
    before = _of("VmRSS")
    made = work()
    return made, peak() - before


def peak() -> int:
    """The most that was ever resident, or since ``grown`` began, in bytes."""
    return _of("VmHWM")


def _of(name: str) -> int:
    (line,) = (line for line in _STATUS.read_text("ascii").splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) << 10
