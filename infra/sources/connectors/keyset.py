"""Paging by position: every page begins after the last row of the one before, and the far side's own counts say that none was skipped.

Belongs here: the walk. Does not: how a protocol asks for what lies after a position (a file per protocol). Never by offset, where the far
side can do otherwise: a row that comes or goes meanwhile would move all later ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

import polars as pl

from infra import progress
from infra.sources.connectors.client import BrokenAnswer
from infra.sources.table import UnusableFile
from transforms.reports.hashes import all_differ

# Texts by which rows are ordered, one per column of the order.
Position = tuple[str, ...]
_TRIES: Final = 3


class Asker(Protocol):
    """What can be asked for by position."""

    shown: str
    order: Sequence[str]
    page_rows: int

    def page(self, after: Position | None, seen: pl.DataFrame | None) -> pl.DataFrame:
        """Some rows after a position, in ``order``, whose columns are among them; ``seen`` is the page before."""

    def count(self, after: Position | None, until: Position | None = None) -> int | None:
        """How many rows there are after a position, up to and with another one; None where the far side does not count."""


def walk(asker: Asker, most: int) -> Iterator[pl.DataFrame]:
    """Every row that was there when it began, page by page.

    A far side that never rests is read to an end too: what it writes meanwhile comes last, and once all that it had is in and nothing but
    that can follow, it is the next asking's.

    Raises:
        UnusableFile: pages skip or repeat rows to the last, or there are more than ``most`` rows.
    """
    after: Position | None = None
    seen: pl.DataFrame | None = None
    left, done = asker.count(None), 0
    total = left or 0
    if total > most:
        raise UnusableFile("file_too_large", f"{asker.shown} has {total:,} rows; at most {most:,} are taken (max_rows)")
    while left is None or left > 0:
        before = left
        page, left = _whole_page(asker, after, seen, left, done >= total)
        if page.is_empty():
            return
        done += len(page)
        if done > most:
            raise UnusableFile("file_too_large", f"{asker.shown} has more than {most:,} rows (max_rows)")
        progress.tell(f"{asker.shown}: rows", done, max(total, done))
        yield page
        after, seen = end_of(page, asker.order), page
        grows = left is not None and before is not None and left >= before
        if left is not None and done >= total and (grows or len(page) < asker.page_rows):
            return


def _whole_page(
    asker: Asker, after: Position | None, seen: pl.DataFrame | None, left: int | None, all_in: bool
) -> tuple[pl.DataFrame, int | None]:
    """A page from which no row is missing, and how many are left after it; ``all_in`` is whether none need follow."""
    for _ in range(_TRIES):
        page = asker.page(after, seen)
        if left is None:
            return page, None
        if page.is_empty():
            # What was left may have gone, or moved to before the position by being deleted.
            left = asker.count(after) or 0
            if left == 0 or all_in:
                return page, 0
            continue
        end = end_of(page, asker.order)
        left_now = asker.count(end) or 0
        # Rows that were changed meanwhile have moved to the end: fewer than the page holds is no fault.
        if left - left_now <= len(page) or (asker.count(after, end) or 0) <= len(page):
            return page, left_now
    raise UnusableFile("source_incomplete", f"{asker.shown} counts more rows than it gives: its pages skip some")


def end_of(page: pl.DataFrame, order: Sequence[str]) -> Position:
    """The position of the last row of a page."""
    return tuple(str(value) for value in page.select(order).row(-1))


def without_seen(page: pl.DataFrame, seen: pl.DataFrame | None, order: Sequence[str]) -> pl.DataFrame:
    """A page without rows that the one before held already.

    Raises:
        BrokenAnswer: it holds nothing else.
    """
    # The last of an order tells rows apart: where all differ nothing came twice, and that is seen in a third of the time.
    ids = page[order[-1]]
    if all_differ(ids if seen is None else pl.concat([seen[order[-1]], ids])):
        return page
    page = page.unique(order, keep="last", maintain_order=True)
    if seen is None or page.is_empty():
        return page
    fresh = page.join(seen.select(order), on=list(order), how="anti", nulls_equal=True, maintain_order="left")
    if fresh.is_empty():
        raise BrokenAnswer("it answers with a page that was there before")
    return fresh
