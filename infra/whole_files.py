"""Files that are there whole or not at all, and that only their owner may read.

Belongs here: writing one. Does not: what is in it.
"""

from __future__ import annotations

import os
from pathlib import Path


def write_file(file: Path, content: bytes | memoryview) -> None:
    """Write a file beside its place, and put it there once the disk has it.

    Raises:
        OSError: the folder or the file cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f"{file.name}.draft")
    try:
        with draft.open("wb") as opened:
            draft.chmod(0o600)
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
