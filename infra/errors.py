"""The error that people read, and the four kinds into which a store's own errors fall.

Belongs here: exceptions that say what is wrong and what to do, and which kind an error of the system is. Does not: a store's own words for
it (``infra.lake.faults``, ``infra.landing.landing``, ``infra.warehouse.engine``), reason codes of rows and batches
(``transforms.words.reasons``).
"""

from __future__ import annotations

import errno
import re
from enum import StrEnum
from typing import Final


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
    """What can be wrong with a store. Whoever reads one of these looks elsewhere for each: the mount, the rights, the backup, the disk."""

    NOT_THERE = "not there"
    NO_RIGHTS = "no rights"
    DAMAGED = "damaged"
    FULL = "full"


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
