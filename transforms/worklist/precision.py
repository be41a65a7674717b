"""Did going there help? How often something was found, of those sent by a score and of those drawn at random.

Belongs here: shares with their intervals, and what may be said of the difference. Does not: visits (``transforms.worklist.visits``).

A visit counts where its outcome tells: something was put right or handed on, or nothing was there. That somebody was there tells nothing.
Shares have Wilson's interval, their difference Newcombe's (1998, method 10), both at 95 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from transforms.words import Helped, Outcome

FOUND: Final = frozenset({Outcome.FIXED, Outcome.REFERRED})
NOT_FOUND: Final = frozenset({Outcome.NOTHING_FOUND, Outcome.DATA_ERROR, Outcome.NOT_OURS})
_Z: Final = 1.959963984540054


@dataclass(frozen=True)
class Share:
    """Of ``visits`` that tell, something was ``found`` in so many; None where there are none."""

    visits: int
    found: int
    share: float | None
    low: float
    high: float

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Share:
        """The share of outcomes that found something."""
        telling = [outcome for outcome in outcomes if outcome in FOUND | NOT_FOUND]
        n, k = len(telling), sum(outcome in FOUND for outcome in telling)
        if not n:
            return cls(0, 0, None, 0.0, 1.0)
        middle, spread = (k + _Z**2 / 2) / (n + _Z**2), _Z * math.sqrt(k * (n - k) / n + _Z**2 / 4) / (n + _Z**2)
        return cls(n, k, k / n, max(0.0, middle - spread), min(1.0, middle + spread))


@dataclass(frozen=True)
class Compared:
    """How much oftener something was found by those who were sent than by those who were drawn, and what may be said of it."""

    difference: float | None
    low: float
    high: float
    says: Helped


def compared(sent: Share, drawn: Share) -> Compared:
    """One share against another."""
    if sent.share is None or drawn.share is None:
        return Compared(None, -1.0, 1.0, Helped.NOT_KNOWN)
    difference = sent.share - drawn.share
    low = difference - math.hypot(sent.share - sent.low, drawn.high - drawn.share)
    high = difference + math.hypot(sent.high - sent.share, drawn.share - drawn.low)
    return Compared(difference, low, high, Helped.YES if low > 0 else Helped.NO if high < 0 else Helped.NOT_KNOWN)
