"""Looking, so that whatever goes wrong is told and nothing is raised: a check that cannot look has found a fault.

Belongs here: the one place where errors of checks end. Does not: what is looked at (the checks).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flows.tell.doctor.finding import Finding, fault
from infra.addresses import shown
from infra.errors import SifangError, unforeseen

_UNFORESEEN: Final = "This is a fault of the program, or of something that nobody thought of: keep everything as it is, and report it."


@dataclass(frozen=True)
class Look:
    """One look at one thing. Where it fails, ``what`` names it, and ``means`` says what follows."""

    what: str
    look: Callable[[], Iterable[Finding]]
    means: str = ""


def looked(one: Look) -> Iterator[Finding]:
    """What a look found; where it could not look, that."""
    try:
        yield from one.look()
    except SifangError as error:
        yield fault(one.what, error.message, one.means, error.remedy)
    except OSError as error:
        where = f": {shown(Path(str(error.filename)).name)}" if error.filename else ""
        yield fault(one.what, f"could not look: {error.strerror or error}{where}", one.means, "Check the path, its rights and the disk.")
    except Exception as error:  # noqa: BLE001 - it fails closed, whatever it is
        yield fault(one.what, f"could not look: {unforeseen(error)}", one.means, _UNFORESEEN)
    except BaseException as error:
        # Libraries in Rust give up in this way on bytes that they do not understand; it is no Exception, and names no class to catch.
        if type(error).__name__ != "PanicException":
            raise
        yield fault(one.what, f"could not look: {unforeseen(error)}", one.means, _UNFORESEEN)
