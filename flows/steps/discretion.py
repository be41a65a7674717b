"""What a flow or a task lets out where it fails. Prefect stores an error with its words, its causes and its traceback, and logs them.

Belongs here: that no row, no word of a folder and no name of a file is among them. Does not: what people read of an error
(``infra.errors``), what becomes of one file (``infra.sources.unforeseen``).

A library's words may quote a value, and an error of our own may have such a one as its cause. What a faulty folder says quotes the folder:
that is for the terminal of who writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from infra.districts.problems import FolderError
from infra.errors import SifangError, paragraph
from infra.settings import Settings


class UnforeseenError(SifangError):
    """What nobody foresaw, by its class and its place in the program alone."""


@contextmanager
def discreet() -> Iterator[None]:
    """Let nothing out but words of our own; everything, where the operator asks for it (``SIFANG_TRACEBACK``).

    Raises:
        SifangError: as it was raised, without what caused it; of a faulty folder, how many problems it has.
        OSError: one of the system, without the name of the file.
        UnforeseenError: any other.
    """
    try:
        yield
    except Exception as error:
        if Settings().traceback:
            raise
        raise _words_of_ours(error).with_traceback(error.__traceback__) from None
    except BaseException as error:
        # Libraries in Rust give up in this way on bytes that they do not understand; it is no Exception, and names no class to catch.
        if type(error).__name__ != "PanicException":
            raise
        raise UnforeseenError(paragraph(error)) from None


def _words_of_ours(error: Exception) -> Exception:
    if isinstance(error, FolderError):
        return SifangError(error.counted, "`sifang doctor` names them, and what to do about each.")
    if isinstance(error, SifangError):
        return error
    if isinstance(error, OSError) and error.strerror:
        return OSError(error.errno, error.strerror)
    return UnforeseenError(paragraph(error))
