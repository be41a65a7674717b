"""The city's own order, first come, first served, and days earlier than it: by hand."""

from __future__ import annotations

import numpy as np

from tests.helpers.own_order import Order, days_earlier, first_come

# Three places, five days: 0 and 2 on the first, 1 on the second, 0 again on the third, while it waits.
HARM = np.array([[1.0, 0, 2, 0, 0], [0, 1, 0, 0, 0], [3, 0, 0, 0, 0]])


def places(order: Order) -> list[list[int]]:
    return [night.tolist() for night in order]


def test_who_came_first_is_gone_to_first_and_nobody_waits_twice() -> None:
    assert places(first_come(HARM, 5, 1)) == [[2], [0], [1], [0], []]
    assert places(first_come(HARM, 5, 2)) == [[2, 0], [1], [0], [], []]
    again = np.array([[1.0, 1, 0], [1, 0, 0], [1, 0, 0]])
    assert places(first_come(again, 3, 1)) == [[0], [1], [2]]


def test_an_order_is_earlier_by_the_days_between_its_visit_and_the_other_ones() -> None:
    own, wise = first_come(HARM, 5, 1), [np.array(cells, dtype=np.int64) for cells in ([0], [2], [0], [], [])]
    # 0: own on night 1, wise on 0. Again on day 2: own on 3, wise on 2. 2: own on 0, wise on 1. 1: own on 2, wise never: the night after.
    earlier = days_earlier(HARM, wise, own)
    assert earlier.mean == (1 * 1 + 2 * 1 + 3 * -1 + 1 * -3) / 7
    assert (earlier.median, earlier.earlier, earlier.later) == (-1.0, 3 / 7, 4 / 7)
    assert days_earlier(HARM, own, own) == (0.0, 0.0, 0.0, 0.0)
    # What is asked about a part of the days alone leaves later visits in.
    assert days_earlier(HARM[:, :1], wise, own).mean == (1 - 3) / 4
