"""The views as texts, and who may read which.

Belongs here: finding and reading the files, the two tiers. Does not: running them (``infra.warehouse.migrations``), rights
(``infra.warehouse.roles``).
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Final

_ROOM = Path(__file__).parent
_SHARED: Final = "dash_shared_"


class Tier(StrEnum):
    """For whom a view is: named people of the district, or everybody."""

    STAFF = "staff"
    SHARED = "shared"


def definition(name: str) -> str:
    """The statement that makes a view."""
    return (_ROOM / f"{name}.sql").read_text("utf-8")


def names() -> list[str]:
    """Every view there is, sorted."""
    return sorted(file.stem for file in _ROOM.glob("dash_*.sql"))


def of_tier(tier: Tier) -> list[str]:
    """The views that a tier may read: staff reads all of them."""
    return [name for name in names() if tier is Tier.STAFF or name.startswith(_SHARED)]
