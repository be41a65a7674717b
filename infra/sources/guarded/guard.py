"""Starting the guarded child, asking it within its time, and saying what killed it.

Belongs here: the process and the waiting. Does not: what passes over the pipe (``wire``), what it does (``work``), tables of the pieces
(``asking``).
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from infra.sources.guarded import wire
from infra.sources.guarded.wire import Answer, Kind, Question
from infra.sources.limits import LIMITS, Limits
from infra.sources.table import UnusableFile

_ROOT: Final = Path(__file__).resolve().parents[3]
_CHILD: Final = "infra.sources.guarded.child"
# What an interpreter needs to find itself and its libraries; whoever reads hostile bytes knows nothing else.
_INHERITED: Final = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "LANG", "LC_ALL", "SYSTEMROOT")
# Each thread reserves room that it does not use, which on a machine of many processors would be all there is.
_FEW_THREADS: Final = {"POLARS_MAX_THREADS": "4", "RAYON_NUM_THREADS": "4", "MALLOC_ARENA_MAX": "2"}
_PIPE: Final = 1 << 20
# What a library that wants more memory than there is ends a process with, beside the system's own way.
_OF_MEMORY: Final = frozenset({signal.SIGABRT, signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS})


class DiedError(Exception):
    """The child is gone in the middle of a question. ``signal_number`` is what ended it; None where it left by itself."""

    def __init__(self, signal_number: int | None) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number


class Guard:
    """One child, started when it is first asked and again when it has died. One question is answered at a time."""

    def __init__(self, limits: Limits = LIMITS, command: Sequence[str] | None = None) -> None:
        self.limits = limits
        self._command = command or (sys.executable, "-m", _CHILD, str(limits.memory_bytes), str(limits.seconds))
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._holds: object = None
        self._owner = os.getpid()

    def ask(self, content: bytes, question: Question, piece: Callable[[bytearray], None], token: object = None) -> Answer:
        """Ask about a content; each piece of the answer is handed to ``piece``.

        Args:
            content: what it is about; handed over only where the child does not hold it for the same ``token``.
            question: what is asked.
            piece: takes what comes.
            token: stands for the content in questions that follow.

        Raises:
            UnusableFile: the file is refused, broke a limit, or killed its reader.
        """
        with self._lock:
            child = self._standing()
            deadline = time.monotonic() + self.limits.seconds
            try:
                if token is None or self._holds is not token:
                    child.send(wire.CONTENT, content, deadline)
                    self._holds = token
                child.send(wire.QUESTION, wire.written(question), deadline)
                answer = self._heard(child, piece, deadline)
            except (DiedError, TimeoutError, ValueError, TypeError, LookupError) as error:
                self._end()
                raise self._refusal(error) from None
            except BaseException:
                # Whoever stops in the middle leaves a conversation that nobody can take up.
                self._end()
                raise
        return answer.require()

    def end(self) -> None:
        """Let the child go; the next question starts another one."""
        with self._lock:
            self._end()

    def _heard(self, child: Child, piece: Callable[[bytearray], None], deadline: float) -> Answer:
        size = 0
        while True:
            kind, given = child.receive(deadline)
            if kind == wire.ANSWER:
                return wire.read_answer(given)
            size += len(given)
            # Twice what a file may be: texts of a table bring their places along. The child counts more closely, if it is still itself.
            if kind != wire.PIECE or size > 2 * self.limits.bytes:
                raise ValueError("more than it was asked for")
            piece(given)

    def _refusal(self, error: Exception) -> UnusableFile:
        """What an error that ended the child says of the file."""
        if isinstance(error, TimeoutError):
            return self.limits.out_of_time()
        if not isinstance(error, DiedError):
            return UnusableFile("file_unreadable", "its reader answers with something that it was not asked for")
        if error.signal_number == signal.SIGXCPU:
            return self.limits.out_of_time()
        if error.signal_number in _OF_MEMORY:
            return self.limits.out_of_memory()
        return UnusableFile("file_unreadable", "its reader gave up on it and ended")

    def _standing(self) -> Child:
        if self._owner != os.getpid():
            # Forked: the child is the other process's.
            self._child, self._holds, self._owner = None, None, os.getpid()
        if self._child is not None and not self._child.runs():
            self._end()
        if self._child is None:
            self._child = Child(self._command, environment(os.environ))
        return self._child

    def _end(self) -> None:
        if self._child is not None and self._owner == os.getpid():
            self._child.end()
        self._child, self._holds = None, None


class Child:
    """The process, and both ends of its pipes on our side."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        # A session of its own: Ctrl-C is for the command, which then ends it.
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # What a library says when it dies quotes what it read.
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            cwd="/",
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        with suppress(OSError):
            # While one end works the other goes on.
            fcntl.fcntl(self._out, fcntl.F_SETPIPE_SZ, _PIPE)

    def runs(self) -> bool:
        """Whether it is there."""
        return self._process.poll() is None

    def send(self, kind: Kind, content: bytes, deadline: float) -> None:
        """Hand a frame over. Raises ``DiedError`` or ``TimeoutError``."""
        for part in (memoryview(wire.head(kind, len(content))), memoryview(content)):
            done = 0
            while done < len(part):
                self._wait(self._in, select.POLLOUT, deadline)
                try:
                    done += os.write(self._in, part[done : done + _PIPE])
                except BlockingIOError:
                    continue
                except BrokenPipeError:
                    raise self._died() from None

    def receive(self, deadline: float) -> tuple[Kind, bytearray]:
        """The next frame. Raises ``DiedError``, ``TimeoutError`` or ``ValueError``."""
        kind, size = wire.read_head(self._read(wire.HEAD.size, deadline))
        return kind, self._read(size, deadline)

    def end(self) -> None:
        """Make sure that it is gone."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()

    def _read(self, size: int, deadline: float) -> bytearray:
        found, done = bytearray(size), 0
        with memoryview(found) as room:
            while done < size:
                self._wait(self._out, select.POLLIN, deadline)
                read = os.readv(self._out, [room[done:]])
                if not read:
                    raise self._died()
                done += read
        return found

    def _wait(self, end: int, event: int, deadline: float) -> None:
        waiting = select.poll()
        waiting.register(end, event)
        left = deadline - time.monotonic()
        if left <= 0 or not waiting.poll(1000 * left):
            raise TimeoutError

    def _died(self) -> DiedError:
        try:
            code = self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            return DiedError(None)
        return DiedError(-code if code < 0 else None)


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """What the child knows of an environment: no key, no secret, no address, and where its program lies."""
    return {name: own[name] for name in _INHERITED if name in own} | _FEW_THREADS | {"PYTHONPATH": str(_ROOT)}
