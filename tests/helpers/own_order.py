"""A city's own order of going: by the date on which things were reported, first come, first served; and how much earlier another order is.

Belongs here: the queue, and days between two orders. Does not: choosing places by risk (``transforms.worklist``), how far a list is ahead
of what a city closed (``transforms.worklist.following``).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Order = list[NDArray[np.int64]]


class Earlier(NamedTuple):
    """By how many days, weighted by harm: mean and median over all harm, and the share of harm reached earlier, and later."""

    mean: float
    median: float
    earlier: float
    later: float


def first_come(harm: NDArray[np.float64], nights: int, visits_a_day: int) -> Order:
    """The places of each night of a queue: a report puts its place at the end, unless it waits already, and the first ones are gone to.

    Args:
        harm: per place and day, ``(places, days)``, day 0 the day before night 0; what happened on day k is known to night k.
        nights: how many.
        visits_a_day: how many places leave the queue a night. Those of one day stand in it by harm, then by their number.
    """
    waiting: dict[int, None] = {}
    sent = []
    for night in range(nights):
        new = np.flatnonzero(harm[:, night])
        waiting |= dict.fromkeys(p for p in new[np.argsort(-harm[new, night], kind="stable")].tolist() if p not in waiting)
        going = list(waiting)[:visits_a_day]
        for place in going:
            del waiting[place]
        sent.append(np.array(going, dtype=np.int64))
    return sent


def days_earlier(harm: NDArray[np.float64], one: Order, other: Order) -> Earlier:
    """By how many days one order is at the place of what was reported before another.

    For harm h at place p, known from night k on: ``days = min{n >= k: p in other[n]} - min{n >= k: p in one[n]}``, weighted by h; a place
    that an order does not reach any more counts as reached on the night after the last.

    Args:
        harm: per place and day, ``(places, days)``, day 0 the day before night 0; what happened on day k is known to night k.
        one: the places of each night.
        other: the same of the order to compare with.
    """
    days = _reached(harm.shape[0], other)[:, : harm.shape[1]] - _reached(harm.shape[0], one)[:, : harm.shape[1]]
    flat, weight = days.ravel(), harm.ravel()
    flat, weight = flat[weight > 0], weight[weight > 0]
    by = np.argsort(flat, kind="stable")
    half = int(np.searchsorted(np.cumsum(weight[by]), weight.sum() / 2))
    earlier, later = (float(weight[these].sum() / weight.sum()) for these in (flat > 0, flat < 0))
    return Earlier(float(np.average(flat, weights=weight)), float(flat[by][half]), earlier, later)


def _reached(places: int, order: Order) -> NDArray[np.int64]:
    """The first night from each night on in which a place is gone to: ``(places, nights)``."""
    reached = np.full((places, len(order)), len(order))
    coming = np.full(places, len(order))
    for night in reversed(range(len(order))):
        coming[order[night]] = night
        reached[:, night] = coming
    return reached
