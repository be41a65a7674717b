"""The one door through which errors of the lake leave it: each as one of four kinds, with the remedy of that kind.

Belongs here: what deltalake, obstore, Polars and the system raise, in our words. Does not: noticing damage (``verifying``), the kinds
(``infra.errors``).

No remedy ever advises to delete: what looks lost may be a mount that is missing or a right that was taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import polars as pl
from deltalake.exceptions import DeltaError, TableNotFoundError

from infra.errors import Fault, SifangError, StoreError, kind_of
from infra.lake.log import BrokenLogError

_REMEDIES: Final = {
    Fault.NOT_THERE: "Check that the disk is mounted and the store answers, and SIFANG_HOME and SIFANG_LAKE_URL; if it is lost, restore a "
    "backup.",
    Fault.NO_RIGHTS: "Give the user who runs Sifang the right to read and write it, or run this as the user who owns it; nothing is lost.",
    Fault.DAMAGED: (
        "Restore it from a backup (`sifang restore`); `sifang doctor --deep` counts what is damaged. Leave what is there as it is until "
        "then."
    ),
    Fault.FULL: "Make room on that disk, then run this again; what was whole before still is.",
}
_WHAT: Final = {
    Fault.NOT_THERE: "is not there",
    Fault.NO_RIGHTS: "may not be used by this user",
    Fault.DAMAGED: "cannot be understood",
    Fault.FULL: "lies on a disk that is full",
}


def lake_error(where: str, fault: Fault, detail: str, what: str | None = None) -> StoreError:
    """The error of one kind. ``detail`` is said in brackets."""
    return StoreError(fault, f"The lake at {where} {what or _WHAT[fault]} ({detail}).", _REMEDIES[fault])


def damaged(where: str, file: str) -> StoreError:
    """The error of a lake that lacks a file which its log names, or holds it with other bytes."""
    return lake_error(where, Fault.DAMAGED, file, "has lost or damaged a file, and no night is computed from part of it")


def _misled(where: str) -> StoreError:
    """The error of a hint that names a checkpoint which is not there: the library follows it and looks no further."""
    return StoreError(
        Fault.DAMAGED,
        f"The lake at {where} has a wrong hint: `_delta_log/_last_checkpoint` names a checkpoint that is not there. The log beside it "
        "may be whole.",
        "Move that one file elsewhere, and run `sifang doctor --deep`.",
    )


def other_layout(where: str, columns: Iterable[str]) -> SifangError:
    """The error of a lake with other columns than this version's; ``columns`` are those that only one of the two has."""
    return SifangError(
        f"The lake at {where} was made by another version of Sifang: its reports have other columns ({', '.join(sorted(columns))}).",
        "Use the version that made it, or set SIFANG_HOME to a new folder: the city's own files are read anew into it.",
    )


@contextmanager
def door(where: str) -> Iterator[None]:
    """Turn whatever a library raises into the error of its kind. ``where`` is the lake, as people read it."""
    try:
        yield
    except SifangError:
        raise
    except TableNotFoundError as error:
        raise lake_error(where, Fault.NOT_THERE, "no table") from error
    except DeltaError as error:
        if "_last_checkpoint" in str(error):
            raise _misled(where) from error
        raise lake_error(where, kind_of(error) or Fault.DAMAGED, _said(error)) from error
    except (OSError, pl.exceptions.PolarsError, BrokenLogError) as error:
        raise lake_error(where, kind_of(error) or Fault.DAMAGED, _said(error)) from error
    except BaseException as error:
        # Libraries in Rust give up in this way on bytes that they do not understand; it is no Exception, and names no class to catch.
        if type(error).__name__ != "PanicException":
            raise
        raise lake_error(where, Fault.DAMAGED, _said(error)) from None


def _said(error: BaseException) -> str:
    """The first line of a library's words, which may go on with its own stack; of an error of the system, the system's words."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return first[:200].rstrip(". ") or type(error).__name__
