"""Parts of `sifang serve`: processes of their own that end when the one that started them ends, however that ends.

Belongs here: starting a module as a part, hearing from it, ending it; and the part's own side of that. Does not: which parts there are
(``flows.serving.supervisor``), what one does (``flows.serving``).

A part holds the reading end of a pipe, and nobody but its starter the writing one: when that is gone, killed or not, the part reads the end
of it. No signal is needed, so a terminal's Ctrl-C reaches the starter alone and parts end in the order that it chooses.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.errors import paragraph
from infra.outputs import door

READY: Final = "ready"
_FAILED: Final = "failed: "
_END: Final = "end\n"
# What a part says while it works is for people; more than this nobody reads.
_LOG_BYTES: Final = 2_000_000


@dataclass(frozen=True)
class Part:
    """A module that is run as a process: under which environment, where its log lies, and how long it may take to end."""

    name: str
    module: str
    environment: Mapping[str, str]
    log: Path
    end_seconds: float


class Running:
    """A part that was started. It is ready when it says so, and says ``why`` it is not; what else it says is handed on line by line."""

    def __init__(self, part: Part, heard: Callable[[str], None]) -> None:
        self.part = part
        self.ready = threading.Event()
        self.why = f"{part.log} says why."
        self._heard = heard
        with door(part.log), _log(part.log) as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", part.module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=dict(part.environment),
                text=True,
                start_new_session=True,
            )
        threading.Thread(target=self._listen, daemon=True).start()

    def ended(self) -> bool:
        """Whether it runs no more."""
        return self._process.poll() is not None

    def end(self) -> None:
        """Let it end, and make it where it takes too long."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(_END)
            self._process.stdin.close()
        try:
            self._process.wait(self.part.end_seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                if line.strip() == READY:
                    self.ready.set()
                elif line.startswith(_FAILED):
                    self.why = line.removeprefix(_FAILED).strip()
                else:
                    self._heard(line.strip())


@contextmanager
def _log(file: Path) -> Iterator[int]:
    """A file that is written at its end, handed to a process and then let go."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if file.is_file() and file.stat().st_size > _LOG_BYTES:
        file.replace(file.with_name(f"{file.name}.1"))
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def say(line: str) -> None:
    """Said by a part to its starter, if that is still there."""
    with suppress(BrokenPipeError):
        print(line, flush=True)


def fail(error: Exception) -> None:
    """Said by a part of why it ends."""
    say(f"{_FAILED}{' '.join(paragraph(error).split())}")


def end_with_starter(end: Callable[[bool], None]) -> None:
    """Called by a part: ``end`` is called once its starter asks for it, or is gone; it hears whether it was asked."""

    def wait() -> None:
        end(bool(sys.stdin.buffer.read()))

    threading.Thread(target=wait, daemon=True).start()
