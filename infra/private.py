"""What lies in the home is for its owner alone: folders 0700, files 0600, whoever makes them; of its memory nothing lies anywhere.

Belongs here: that, for this process and those that it starts. Does not: where the home is (``infra.settings``), what is in it.

Databases write beside themselves, libraries write what they like, and Prefect's server is a process of its own: rights that are set file by
file are forgotten somewhere.
"""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from pathlib import Path
from typing import Final

_OTHERS: Final = 0o077


def make_private() -> None:
    """Take every right of others from what this process makes from now on; where it crashes, no image of its memory is left."""
    os.umask(_OTHERS)
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))


def keep_private(home: Path) -> None:
    """The same, and the home itself, by which what is in it already is out of reach; to whoever writes in it."""
    make_private()
    # It is another user's, or may not be written: it is as it is, and the doctor says so.
    with suppress(OSError):
        if open_to_others(home):
            home.chmod(home.stat().st_mode & ~_OTHERS)


def open_to_others(folder: Path) -> bool:
    """Whether others than its owner may look into a folder."""
    return folder.is_dir() and bool(folder.stat().st_mode & _OTHERS)
