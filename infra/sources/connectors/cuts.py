"""From pages to batches: as many rows as a batch has, wherever pages end.

Belongs here: where a batch ends, and what it is known by. Does not: pages (a file per protocol), whether a batch is new (``flows.intake``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from infra.sources.connectors.contract import FAR_ID, MOMENT, Page
from infra.sources.connectors.moments import latest_of
from transforms.reports.hashes import all_differ

ROWS: Final = 50_000


@dataclass(frozen=True)
class Cut:
    """The rows of one batch. ``reached`` is the moment up to which everything is in with it, None where nobody says; the ``last`` of an
    asking ends it."""

    rows: pl.DataFrame = field(repr=False)
    reached: str | None
    last: bool

    def digest(self, key: bytes) -> str:
        """What it holds, as one word under a key: the same rows give the same, whatever pages they came in."""
        said = hashlib.blake2b(key=key, digest_size=32)
        said.update(self.rows.write_csv(null_value="\x00").encode())
        return said.hexdigest()


def cuts(pages: Iterable[Page], key: Sequence[str]) -> Iterator[Cut]:
    """Batches of ``ROWS`` rows, fewer where the rows of one ``key`` would be parted, and more where one key has more.

    An asking without rows has none.
    """
    held: pl.DataFrame | None = None
    page = None
    for page in pages:
        if page.rows.is_empty():
            continue
        held = page.rows if held is None else pl.concat([held, page.rows])
        while len(held) > ROWS and (end := _end(held, key)) is not None:
            yield _cut(held.slice(0, end), page, last=False)
            held = held.slice(end)
    if held is not None and page is not None:
        yield _cut(held, page, last=True)


def _cut(rows: pl.DataFrame, page: Page, *, last: bool) -> Cut:
    newest = latest_of(rows[MOMENT]) if page.by_moment else None
    reached = newest if newest is not None else page.reached if last else None
    if FAR_ID in rows.columns:
        # A row that was changed while it was paged through comes a second time, as it is now.
        rows = (rows if all_differ(rows[FAR_ID]) else rows.unique(FAR_ID, keep="last", maintain_order=True)).drop(FAR_ID)
    return Cut(rows, reached, last)


def _end(rows: pl.DataFrame, key: Sequence[str]) -> int | None:
    """Where the first batch ends: before the last row that begins a key and is not past ``ROWS``; None where more rows must come first."""
    if not key:
        return ROWS
    # Null equals null here: rows without a key stand together too.
    begins = rows.select(begins=pl.any_horizontal(pl.col(c).ne_missing(pl.col(c).shift(1)) for c in key)).to_series().arg_true()
    within = begins.filter((begins > 0) & (begins <= ROWS))
    later = begins.filter(begins > ROWS)
    found = within.max() if len(within) else later.min()
    return int(found) if isinstance(found, int) else None
