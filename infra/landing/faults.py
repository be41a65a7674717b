"""The one door through which errors of landing leave it: each as one of four kinds, with the remedy of that kind.

Belongs here: what the system and Polars say of landed files, in our words. Does not: the kinds (``infra.errors``), what is wrong with a
delivered file (``infra.sources.faults``).

No remedy ever advises to delete: what looks lost may be a mount that is missing or a right that was taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl

from infra.addresses import shown
from infra.errors import Fault, StoreError, kind_of

_SAID: Final = {
    Fault.NOT_THERE: (
        "is not there",
        "Check that the disk is mounted, and SIFANG_HOME; delivered files are taken in again by the next run.",
    ),
    Fault.NO_RIGHTS: (
        "may not be used by this user",
        "Give the user who runs Sifang the right to read and write it, or run this as the user who owns it; nothing is lost.",
    ),
    Fault.DAMAGED: (
        "cannot be understood",
        "Rows of it that wait can be read again once it is restored from a backup; nothing of the lake hangs on it.",
    ),
    Fault.FULL: ("lies on a disk that is full", "Make room on that disk, then run this again; what was taken in before still is."),
}


def rotten(file: Path) -> StoreError:
    """The error of a landed file whose bytes are no more what was written."""
    what, remedy = _SAID[Fault.DAMAGED]
    return StoreError(Fault.DAMAGED, f"Landed data at {shown(file)} {what} (its bytes are not what was written).", remedy)


@contextmanager
def door(where: Path) -> Iterator[None]:
    """Turn whatever is raised about a landed file, or their folder, into the error of its kind.

    Raises:
        StoreError: it cannot be used.
    """
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        fault = kind_of(error) or Fault.DAMAGED
        what, remedy = _SAID[fault]
        said = error.strerror if isinstance(error, OSError) else None
        raise StoreError(fault, f"Landed data at {shown(where)} {what} ({said or type(error).__name__}).", remedy) from error
    except BaseException as error:
        # Libraries in Rust give up in this way on bytes that they do not understand; it is no Exception, and names no class to catch.
        if type(error).__name__ != "PanicException":
            raise
        what, remedy = _SAID[Fault.DAMAGED]
        raise StoreError(Fault.DAMAGED, f"Landed data at {shown(where)} {what} (PanicException).", remedy) from None
