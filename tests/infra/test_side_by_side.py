"""Two pieces of work at once: what both come to, in order, and what one of them raises."""

from __future__ import annotations

import threading
import time

import polars as pl
import pytest

from infra import side_by_side as module
from infra.side_by_side import in_pieces, side_by_side


def test_what_is_made_of_pieces_comes_back_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PIECE", 3)
    threads = set()

    def work(rows: pl.DataFrame) -> list[int]:
        threads.add(threading.get_ident())
        # The first ones take longest.
        time.sleep(0.002 * (10 - rows["n"][0]))
        return rows["n"].to_list()

    assert in_pieces(work, pl.DataFrame({"n": range(10)})) == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]
    assert len(threads) == 2


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_few_rows_are_one_piece_and_no_rows_too(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PIECE", 3)
    assert in_pieces(len, pl.DataFrame({"n": [0] * rows})) == [rows]


def test_when_one_side_raises_the_other_is_over_before() -> None:
    done = []

    def aside() -> None:
        time.sleep(0.01)
        done.append("aside")

    def fails() -> None:
        raise ValueError("here")

    with pytest.raises(ValueError, match="here"):
        side_by_side(fails, aside)
    assert done == ["aside"]
