"""The error that people read, and the kinds into which a store's own errors fall: four that somebody must mend, and one that passes.

Belongs here: exceptions that say what is wrong and what to do, which kind an error of the system is, and the one rendering of any error,
for terminal and log (``paragraph``) and for what is recorded (``recorded``). Does not: a store's own words for
it (``infra.lake.faults``, ``infra.landing.landing``, ``infra.warehouse.database.faults``), reason codes of rows and batches
(``transforms.words.reasons``).
"""

from __future__ import annotations

import errno
import re
import traceback
from enum import StrEnum
from pathlib import PurePath
from typing import Final

from infra.addresses import shown
from transforms.words.harmless import harmless


class SifangError(Exception):
    """Something the operator can mend. ``message`` says what is wrong, ``remedy`` what to do; together one plain paragraph."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class WrongNameError(SifangError):
    """Somebody wrote a name that nothing bears. That is wrong use, and no failed work."""


class Fault(StrEnum):
    """What can be wrong with a store. Whoever reads one of these looks elsewhere for each: the mount, the rights, the backup, the disk.

    ``AWAY`` passes by itself: a server that starts, restarts or fails over, a store that another process holds.
    """

    NOT_THERE = "not there"
    NO_RIGHTS = "no rights"
    DAMAGED = "damaged"
    FULL = "full"
    AWAY = "away"


class StoreError(SifangError):
    """A store cannot be used. ``fault`` is the kind."""

    def __init__(self, fault: Fault, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.fault = fault


_KINDS: Final = {
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.EHOSTDOWN), Fault.NOT_THERE),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), Fault.NO_RIGHTS),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), Fault.FULL),
}
# Libraries in Rust hand an error of the system on as text alone.
_NUMBERED: Final = re.compile(r"\(os error (\d+)\)")


def kind_of(error: BaseException) -> Fault | None:
    """The kind of an error of the system, also of one that a library tells as text or as another error's cause; None where it is none."""
    seen: BaseException | None = error
    while seen is not None:
        number = seen.errno if isinstance(seen, OSError) else None
        if number is None and (found := _NUMBERED.search(str(seen))):
            number = int(found.group(1))
        if number is not None:
            return _KINDS.get(number, Fault.DAMAGED)
        seen = seen.__cause__
    return None


_NOT_OURS: Final = "site-packages"


def paragraph(error: BaseException) -> str:
    """What people read of an error: what is wrong and what to do, one paragraph, on the terminal and in logs.

    An error that nobody foresaw is told by its class and its place in the program: a library's words may quote a row.
    """
    if isinstance(error, SifangError):
        return harmless(str(error), lines=True)
    if isinstance(error, OSError) and (error.strerror or not error.__traceback__):
        where = f": {shown(str(error.filename))}" if error.filename else ""
        return f"{error.strerror or type(error).__name__}{where}. {_OF_THE_SYSTEM[kind_of(error) or Fault.DAMAGED]}"
    return (
        f"The program came upon something that it does not understand ({unforeseen(error)}); nothing is half written. "
        "Set SIFANG_TRACEBACK=1 and run this again to see where, and report it."
    )


_OF_THE_SYSTEM: Final = {
    Fault.NOT_THERE: "Check the path, and that its disk is mounted.",
    Fault.NO_RIGHTS: "Check the path and its rights; nothing is lost.",
    Fault.DAMAGED: "Check the path, its rights and the space left.",
    Fault.FULL: "Make room on that disk, then run this again.",
    Fault.AWAY: "Run this again.",
}


def recorded(error: BaseException) -> str:
    """The code under which an error is recorded: its own, the kind of a store's error, or its class; never the words of a library."""
    code = getattr(error, "code", None)
    if isinstance(code, str):
        return code
    if isinstance(error, StoreError):
        return f"{type(error).__name__}: {error.fault.value}"
    return type(error).__name__


def is_foreseen(error: BaseException) -> bool:
    """Whether an error is told in words of its own; of any other people are told where it happened."""
    return isinstance(error, SifangError | OSError)


def unforeseen(error: BaseException) -> str:
    """An error that nobody foresaw, by its class and its place in the program; a library's own words may quote a row."""
    return f"{type(error).__name__} in {_place_of(error)}"


def _place_of(error: BaseException) -> str:
    """The innermost of our own lines; without folders, which say who runs this."""
    ours = [f for f in traceback.extract_tb(error.__traceback__) if _NOT_OURS not in f.filename]
    return f"{'/'.join(PurePath(ours[-1].filename).parts[-3:])}:{ours[-1].lineno}" if ours else "no line of it"


class HeldElsewhereError(SifangError):
    """Another run holds what is written by one at a time, and held it for as long as one waited."""
