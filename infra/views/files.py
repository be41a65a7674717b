"""The views as texts.

Belongs here: finding and reading the files. Does not: running them (``infra.warehouse.migrations``).
"""

from __future__ import annotations

from pathlib import Path

_ROOM = Path(__file__).parent


def definition(name: str) -> str:
    """The statement that makes a view."""
    return (_ROOM / f"{name}.sql").read_text("utf-8")
