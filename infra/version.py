"""Which program this is: what it could not read once, another version may read.

Belongs here: its version. Does not: versions of a district (``infra.districts.folder``), of the schema (``infra.warehouse.upgrade``).
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def program_version() -> str:
    """The installed version; nothing where the program runs without being installed."""
    try:
        return version("sifang")
    except PackageNotFoundError:
        return ""
