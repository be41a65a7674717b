"""The note in a home that a restore is going on, by which one that was cut short is recognised.

Belongs here: writing, asking and removing it. Does not: restoring (``restoring``). Every verb asks, so nothing heavy is imported.
"""

from __future__ import annotations

import json

from infra import addresses
from infra.errors import SifangError
from infra.settings import Settings
from infra.whole_files import write_file


def begin(settings: Settings, backup: str, *, filled: bool = False) -> None:
    """Note that this backup is being restored into the home, or that all of it is there and only what was erased since has to go."""
    write_file(settings.restoring, json.dumps({"backup": backup, "filled": filled}).encode())


def end(settings: Settings) -> None:
    """The restore has come to its end."""
    settings.restoring.unlink()


def begun(settings: Settings) -> str | None:
    """The backup of which a restore was begun here; None where none was, empty where the note cannot be understood."""
    try:
        return str(json.loads(settings.restoring.read_bytes())["backup"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError:
        # What may not be read is no restore that was cut short, and says so itself.
        raise
    except (OSError, ValueError, TypeError, KeyError):
        return ""


def is_filled(settings: Settings) -> bool:
    """Whether the restore that was begun here has written all of the backup."""
    try:
        return bool(json.loads(settings.restoring.read_bytes()).get("filled"))
    except (OSError, ValueError, TypeError, AttributeError):
        return False


def require_none_begun(settings: Settings) -> None:
    """Pass when no restore into this home was cut short.

    Raises:
        SifangError: one was.
    """
    if begun(settings) is not None:
        raise SifangError(
            f"A restore into {addresses.shown(settings.home.resolve())} was begun and has not come to its end.",
            "Wait for it, or run the same `sifang restore` again; it goes on where it was cut short.",
        )
