"""The one door through which errors of what is written for people leave it: briefs, Data Docs, messages, each with its path and its remedy.

Belongs here: what the system says of such a file or folder, in our words. Does not: the kinds (``infra.errors``), stores that a night reads
(``infra.lake.faults``, ``infra.landing.faults``), what is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from infra.addresses import shown
from infra.errors import Fault, StoreError, kind_of

_REMEDIES: Final = {
    Fault.NOT_THERE: "Check that the disk is mounted, and SIFANG_HOME.",
    Fault.NO_RIGHTS: "Give the user who runs Sifang the right to write there, or run this as the user who owns it.",
    Fault.DAMAGED: "Check the disk, and what lies there already.",
    Fault.FULL: "Make room on that disk.",
}


@contextmanager
def door(where: Path) -> Iterator[None]:
    """Turn what the system says while something is written into the error of its kind. ``where`` is the file or the folder.

    Raises:
        StoreError: it cannot be written.
    """
    try:
        yield
    except OSError as error:
        fault = kind_of(error) or Fault.DAMAGED
        said = error.strerror or type(error).__name__
        raise StoreError(fault, f"{shown(where)} cannot be written ({said}).", _REMEDIES[fault]) from error
