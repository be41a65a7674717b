"""The guarded child itself, run as a module, asked and answering over its standard streams.

Belongs here: its limits, which it sets before it has seen a byte, and its loop. Does not: what it can do (``work``), what becomes of a file
that it dies of (``guard``).

It writes no file and leaves no image of its memory behind: what it holds are reports of people. When memory runs out, the system ends it
before others. It imports little, for every run with a workbook waits for it.
"""

from __future__ import annotations

import re
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from infra.sources.guarded import wire
from infra.sources.guarded.wire import Answer
from infra.sources.guarded.work import Worker
from infra.sources.limits import Limits
from infra.sources.table import UnusableFile

# A directory of the system's about this process.
_OWN: Final = Path("/proc/self")
_FIRST_TO_GO: Final = "1000"


def main(memory_bytes: int, seconds: float) -> None:
    """Answer until nobody asks any more."""
    _confine(memory_bytes)
    _serve(sys.stdin.buffer, sys.stdout.buffer, Limits(memory_bytes=memory_bytes, seconds=seconds))


def _serve(asked: BinaryIO, told: BinaryIO, limits: Limits) -> None:
    worker = Worker(limits)
    while head := asked.read(wire.HEAD.size):
        kind, size = wire.read_head(head)
        given = asked.read(size)
        if kind == wire.CONTENT:
            worker.take(given)
        elif kind == wire.QUESTION:
            _allow(limits.seconds)
            answer = wire.written(_answered(worker, given, told, limits))
            told.write(wire.head(wire.ANSWER, len(answer)) + answer)
            told.flush()


def _answered(worker: Worker, question: bytes, told: BinaryIO, limits: Limits) -> Answer:
    """The answer to a question, after its pieces have been told."""
    try:
        pieces = worker.answer(wire.read_question(question))
        while True:
            piece = next(pieces)
            told.write(wire.head(wire.PIECE, len(piece)))
            told.write(piece)
    except StopIteration as end:
        return Answer() if end.value is None else end.value
    except UnusableFile as refusal:
        return _refused(refusal)
    except MemoryError:
        return _refused(limits.out_of_memory())
    except Exception as error:  # noqa: BLE001 - a library's words may quote a value: its class has to do
        return Answer(refusal=("file_unreadable", f"its reader does not understand it ({type(error).__name__})"))
    except BaseException as error:
        # Libraries in Rust give up in this way on bytes that they do not understand; it is no Exception, and names no class to catch.
        if type(error).__name__ != "PanicException":
            raise
        return Answer(refusal=("file_unreadable", "its reader does not understand it (it gave up)"))


def _refused(refusal: UnusableFile) -> Answer:
    return Answer(refusal=(refusal.reason, refusal.detail))


def _confine(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # What stands there already is the interpreter and its libraries.
    limit = _address_space() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    with suppress(OSError):
        (_OWN / "oom_score_adj").write_text(_FIRST_TO_GO, "ascii")


def _address_space() -> int:
    with suppress(OSError):
        if found := re.search(r"VmSize:\s+(\d+) kB", (_OWN / "status").read_text("ascii")):
            return int(found.group(1)) << 10
    return 1 << 30


def _allow(seconds: float) -> None:
    """So much of the processors from now on: it also ends when nobody watches it any more."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(spent.ru_utime + spent.ru_stime + seconds) + 1, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
