"""How many events an area may expect, as it is kept with a night and shown.

Belongs here: the shape. Does not: computing it (``transforms.scoring.totals``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Total:
    """Events expected in an area over the horizon, and their 80 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Totals:
    """Of one category: the whole district's, and those of its subdistricts by code. Cells without a forecast count in none of them."""

    district: Total
    parts: Mapping[str, Total] = field(default_factory=dict)
