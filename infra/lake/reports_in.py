"""Which reports a lake has, remembered from one batch to the next.

Belongs here: telling the few that it may have from the many that it has not. Does not: their versions (``lake``).

A batch asks for its own reports, and mostly the lake has none of them; to see that, all ids would be read each time, so that twenty batches
take in twenty times as many. Of each file they are read once, and eight bytes are kept of each.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from infra.lake.packing import LakeFile, scanned
from infra.lake.shelf import Shelf


class ReportsIn:
    """The reports of a lake, by hashes. What has left it stays here: a report too many costs a look, and one too few would be doubled."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._read: set[str] = set()
        self._hashes = pl.DataFrame(schema={"_hash": pl.UInt64})

    def among(self, files: Sequence[LakeFile], asked: pl.Series) -> pl.Series:
        """Those of the reports ``asked`` for that files may hold; none that they hold is missing."""
        if new := [file for file in files if file.name not in self._read]:
            found = scanned(self._shelf, new).select(_hash=pl.col("report_id").hash()).collect().sort("_hash")
            self._hashes = self._hashes.merge_sorted(found, "_hash")
            self._read |= {file.name for file in new}
        known = self._hashes["_hash"]
        if known.is_empty():
            return asked.clear()
        # In the order of what is searched: twice as fast.
        ours = pl.DataFrame({"report_id": asked, "_hash": asked.hash()}).sort("_hash")
        nearest = known.search_sorted(ours["_hash"]).clip(upper_bound=len(known) - 1)
        return ours.filter(known.gather(nearest) == ours["_hash"])["report_id"]
