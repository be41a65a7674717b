"""The one door through which errors of the inbox leave it: each as one of four kinds, with the remedy of that kind.

Belongs here: what the system says of a delivered file or of the folder that holds it, in our words. Does not: the kinds
(``infra.errors``), files that can be read and are not usable (``infra.sources.table``), stores by URL (``infra.sources.stores``).

What one file or one folder is refused for stops no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from infra.errors import Fault, kind_of
from infra.sources.table import UnusableFile

_REASONS: Final = {
    Fault.NOT_THERE: "file_not_there",
    Fault.NO_RIGHTS: "file_no_rights",
    Fault.DAMAGED: "file_damaged",
    Fault.FULL: "file_damaged",
}
_REMEDIES: Final = {
    Fault.NOT_THERE: "it stood in its folder a moment before; check that the disk is mounted, or have it delivered again",
    Fault.NO_RIGHTS: "give the user who runs Sifang the right to read it",
    Fault.DAMAGED: "the disk or share does not give its bytes; check that, or have the file delivered again",
    Fault.FULL: "the disk or share does not give its bytes; check that, or have the file delivered again",
}
_OF_FOLDERS: Final = {
    Fault.NOT_THERE: "check that the disk is mounted, and `files` of the source",
    Fault.NO_RIGHTS: "give the user who runs Sifang the right to list and enter it",
    Fault.DAMAGED: "check the disk or share",
    Fault.FULL: "check the disk or share",
}


@contextmanager
def door() -> Iterator[None]:
    """Turn what the system says while a file is read into the refusal of that file.

    Raises:
        UnusableFile: it cannot be read; ``detail`` holds the system's words and the remedy.
    """
    try:
        yield
    except OSError as error:
        fault = kind_of(error) or Fault.DAMAGED
        raise UnusableFile(_REASONS[fault], f"{_said(error)}; {_REMEDIES[fault]}") from error


def of_folder(error: OSError, pattern: str) -> UnusableFile:
    """The refusal of everything in a folder that cannot be listed, told by the declared pattern that leads into it."""
    fault = kind_of(error) or Fault.DAMAGED
    return UnusableFile("source_unreachable", f"a folder of {pattern} cannot be listed ({_said(error)}); {_OF_FOLDERS[fault]}")


def _said(error: OSError) -> str:
    return error.strerror or type(error).__name__
