"""A visit as a row of the lake: sent or made, known since a moment, entered with a commit, and never changed in place.

Belongs here: visits as rows and back, and which of them stand. Does not: the table (``infra.lake``), what follows from a visit
(``transforms.worklist.feedback``, ``transforms.worklist.errands``).

Visits lie in the table of reports, under a feed of their own: so they have its commits, marks, backups and proofs, and a night names all
that it knew by one number. A place and a day have one visit; what is said of it later overrules what was said before.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from transforms.reports.hashes import blake2b
from transforms.reports.versions import is_latest, known, version_hash
from transforms.schema import REPORTS, VISITS
from transforms.schema.visits import VISIT_FEED

_ID_BYTES = 16
# What a visit says, and the column of a report in which it says so.
_SAID = {"cell_id": "cell_id", "day": "occurred_on", "chosen": "kind", "outcome": "status", "known_at": "known_at"}


def as_rows(visits: pl.DataFrame, batch_id: str, order_key: int) -> pl.DataFrame:
    """Visits, schema ``VISITS``, as rows of ``REPORTS``; the lake gives ``recorded_seq`` on appending."""
    place = pl.concat_str(pl.lit(VISIT_FEED), pl.col("day").cast(pl.String), "cell_id", separator="|")
    own: dict[str, pl.Expr | pl.Series] = {
        "report_id": blake2b(visits.select(place).to_series(), _ID_BYTES),
        "batch_id": pl.lit(batch_id),
        "feed": pl.lit(VISIT_FEED),
        "source": pl.lit(VISIT_FEED),
        "order_key": pl.lit(order_key),
        "rank": pl.lit(0),
        "recorded_seq": pl.lit(0),
    }
    said = visits.select(pl.col(name).alias(column) for name, column in _SAID.items()).with_columns(**own)
    rows = said.select(pl.col(c).cast(t) if c in said.columns else pl.lit(None, t).alias(c) for c, t in REPORTS.items())
    return rows.with_columns(version_hash(rows))


def visits_known(rows: pl.DataFrame, as_of: dt.datetime, lake_seq: int) -> pl.DataFrame:
    """The visits (``VISITS``) that stand by a moment and a commit, of rows that ``as_rows`` made, by day and place."""
    heard = known(rows, as_of, lake_seq)
    standing = heard.filter(is_latest(heard, ()))
    said = standing.select(*(pl.col(column).alias(name) for name, column in _SAID.items()), "recorded_seq")
    return said.select(list(VISITS)).sort("day", "cell_id")
