"""What nobody foresaw about one file refuses that file, and stops neither the others nor the night.

Belongs here: that, for whatever a far side answers and the steps between a file's bytes and the lake. Does not: refusals with a reason
(``infra.sources.table``, ``flows.intake.checks``), what is wrong with a store, which concerns every file and ends the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from infra.errors import SifangError
from infra.sources.table import UnusableFile


@contextmanager
def refusing() -> Iterator[None]:
    """Turn an error that has no words of its own into the refusal of the file at hand.

    Raises:
        UnusableFile: a reader, a check or a step of the road failed in a way that nobody foresaw; the error's own text is not repeated, for
            it may quote a value.
    """
    try:
        yield
    except (UnusableFile, SifangError, OSError):
        raise
    except Exception as error:
        raise UnusableFile("check_failed_to_run", _said(error)) from error
    except BaseException as error:
        # Libraries in Rust give up in this way on bytes that they do not understand; it is no Exception, and names no class to catch.
        if type(error).__name__ != "PanicException":
            raise
        raise UnusableFile("check_failed_to_run", _said(error)) from None


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: a fault of the program met this file; keep it, and report it"
