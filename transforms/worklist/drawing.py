"""Drawing places at random: the longer nobody has looked, the likelier.

Belongs here: the draw. Does not: who may be drawn and how many (``transforms.worklist.choosing``).

Each place has a number of its own from the seed, so that a draw is the same wherever and in whatever order it is made. That the smallest of
-log(u) / weight are a weighted sample without replacement is due to Efraimidis and Spirakis (2006).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping


def drawn(weights: Mapping[str, float], number: int, seed: str) -> list[str]:
    """So many places, each by its weight (above 0), in the order in which they were drawn; all of them where there are no more."""
    return sorted(weights, key=lambda place: (-math.log(_uniform(place, seed)) / weights[place], place))[:number]


def _uniform(place: str, seed: str) -> float:
    """A number within (0, 1)."""
    word = int.from_bytes(hashlib.blake2b(f"{seed}|{place}".encode(), digest_size=8).digest(), "big")
    return (word + 0.5) / 2.0**64
