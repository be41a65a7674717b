"""The shelf at an address.

Belongs here: choosing between a folder and a store. Does not: what a shelf can do (``shelf``).
"""

from __future__ import annotations

from pathlib import Path

from infra.lake.folder import Folder
from infra.lake.shelf import Shelf


def open_shelf(address: str) -> Shelf:
    """The shelf at a folder or a URL."""
    if "://" in address:
        # Only a lake that lies in one pays for the library of object stores.
        from infra.lake.store import Store

        return Store(address)
    return Folder(Path(address))
