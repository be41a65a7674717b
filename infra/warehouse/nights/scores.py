"""Scores: one row per night, revision, category and cell.

Belongs here: the table ``scores``, a night's rows and hashes, how many cells had which level. Does not: computing any of it
(``transforms.scoring``), what is usual (``transforms.scoring.usual_levels``), surges of the district as a whole (``surges``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Final

import polars as pl
import sqlalchemy as sa

from infra.warehouse.database.columns import key, may, must
from infra.warehouse.database.engine import Warehouse, reading
from infra.warehouse.database.frames import as_frame
from infra.warehouse.database.moments import UtcDateTime
from infra.warehouse.nights.areas import subdistricts
from infra.warehouse.nights.nightly_tables import NightlyRows, nightly_table
from infra.warehouse.nights.nights import nights, of_revisions
from transforms.alerts.past import CELL_PAST, DISTRICT_PAST, PAST_NIGHTS, USUAL_NIGHTS, Past
from transforms.schema import SCORES
from transforms.schema.areas import WHOLE
from transforms.scoring.usual_levels import LEVEL_COUNTS
from transforms.words import CONTRIBUTIONS

# One contribution is called `district`, as the key of every table is; so all six carry a prefix here.
CONTRIBUTION_COLUMNS: Final = {name: f"from_{name}" for name in CONTRIBUTIONS}

scores = nightly_table(
    "scores",
    key("category"),
    key("cell_id"),
    must("state"),
    may("reason"),
    may("expected_harm", sa.Double),
    may("expected_count", sa.Double),
    may("harm_low", sa.Double),
    may("harm_high", sa.Double),
    may("p_any", sa.Double),
    may("score", sa.Double),
    may("level"),
    *(may(column, sa.Double) for column in CONTRIBUTION_COLUMNS.values()),
    may("surge"),
    may("surge_p", sa.Double),
    may("surge_series"),
    may("surge_days", sa.Integer),
    may("surge_area"),
    may("surge_observed", sa.Double),
    may("surge_expected", sa.Double),
    must("as_of", UtcDateTime),
    may("model_id"),
    must("run_id"),
    must("row_hash"),
    # Whether dashboards may show its numbers (`transforms.scoring.explain.enough_reports`); null of nights before anybody asked.
    may("enough_reports", sa.Boolean(create_constraint=False)),
)

HASHES = pl.Schema({"category": pl.String, "cell_id": pl.String, "level": pl.String, "row_hash": pl.String})


SCORE_ROWS: Final = NightlyRows(scores, SCORES, ("category", "cell_id"), CONTRIBUTION_COLUMNS)
HASH_ROWS: Final = NightlyRows(scores, HASHES, ("category", "cell_id"))


def scores_of(warehouse: Warehouse, night: dt.date, revision: int | None = None) -> pl.DataFrame:
    """The scores of a night (``SCORES``), sorted by category and cell; empty when it was never published."""
    return SCORE_ROWS.of(warehouse, night, revision)


def row_hashes_of(warehouse: Warehouse, night: dt.date, revision: int | None = None) -> pl.DataFrame:
    """The stored row hashes of a night (``HASHES``), sorted by category and cell: what a replay must reproduce."""
    return HASH_ROWS.of(warehouse, night, revision)


def level_counts(warehouse: Warehouse, first: dt.date, last: dt.date, scoring_hash: str, model_ids: Iterable[str]) -> pl.DataFrame:
    """How many cells had each level on the published nights from ``first`` to ``last`` (``LEVEL_COUNTS``, sorted).

    Only nights scored by the same rules and with the models named are counted: others are no measure for these. Cells without a level are
    counted under null.
    """
    n, s = nights.c, scores.c
    wanted = set(model_ids)
    these = (n.district == warehouse.district, n.is_latest, n.scoring_hash == scoring_hash, n.night.between(first, last))
    with reading(warehouse) as connection:
        rows = connection.execute(sa.select(n.night, n.revision, n.model_ids).where(*these)).all()
        same = [(row.night, row.revision) for row in rows if wanted <= set(row.model_ids)]
        if not same:
            return LEVEL_COUNTS.to_frame()
        query = sa.select(s.night, s.category, s.level, sa.func.count()).group_by(s.night, s.category, s.level)
        counted = connection.execute(query.where(s.district == warehouse.district, of_revisions(scores, same)))
        return as_frame(counted, LEVEL_COUNTS).sort("night", "category", "level")


def past_of(
    warehouse: Warehouse,
    night: dt.date,
    scoring_hash: str,
    model_ids: Iterable[str],
    hot: Mapping[str, Collection[str]],
    by: dt.datetime | None = None,
) -> Past:
    """What nights before this one say of some cells by category, and of the whole district as far as they were measured alike; as they had
    been published by a moment, or as they stand now."""
    n, s = nights.c, scores.c
    wanted = set(model_ids)
    first = night - dt.timedelta(days=PAST_NIGHTS)
    then = n.is_latest if by is None else sa.and_(n.published_at <= by, sa.or_(n.retracted_at.is_(None), n.retracted_at > by))
    these = (n.district == warehouse.district, then, n.night >= first, n.night < night)
    with reading(warehouse) as connection:
        query = sa.select(n.night, n.revision, n.model_ids, n.scoring_hash).where(*these).order_by(n.night, n.revision)
        newest = {row.night: row for row in connection.execute(query)}.values()
        if not newest:
            return Past()
        of_all = (s.district == warehouse.district, of_revisions(scores, [(row.night, row.revision) for row in newest]))
        parts = []
        for category, cells in sorted(hot.items()):
            told = sa.select(s.category, s.cell_id, s.night, s.score, s.level, s.expected_harm)
            found = connection.execute(told.where(*of_all, s.category == category, s.cell_id.in_(sorted(cells))))
            parts.append(as_frame(found, CELL_PAST))
        alike = {row.night: row.revision for row in newest if row.scoring_hash == scoring_hash and wanted <= set(row.model_ids)}
        recent = [(of, revision) for of, revision in alike.items() if of >= night - dt.timedelta(days=USUAL_NIGHTS)]
        a = subdistricts.c
        sums = sa.select(a.category, a.night, a.expected_harm).where(a.district == warehouse.district, a.subdistrict == WHOLE)
        whole = connection.execute(sums.where(of_revisions(subdistricts, recent))) if recent else ()
        return Past(pl.concat([CELL_PAST.to_frame(), *parts]), as_frame(whole, DISTRICT_PAST), frozenset(alike))


def hot_nights(warehouse: Warehouse, night: dt.date, levels: Collection[str]) -> pl.DataFrame:
    """How many of the last nights, this one included, each cell had one of these levels: category, cell_id, nights, since; sorted."""
    n, s = nights.c, scores.c
    of_night = (n.district == s.district, n.night == s.night, n.revision == s.revision, n.is_latest)
    these = (
        s.district == warehouse.district,
        s.night > night - dt.timedelta(days=PAST_NIGHTS),
        s.night <= night,
        s.level.in_(sorted(levels)),
    )
    query = sa.select(s.category, s.cell_id, sa.func.count(), sa.func.min(s.night)).join(nights, sa.and_(*of_night)).where(*these)
    schema = pl.Schema({"category": pl.String, "cell_id": pl.String, "nights": pl.Int64, "since": pl.Date})
    with reading(warehouse) as connection:
        found = as_frame(connection.execute(query.group_by(s.category, s.cell_id)), schema)
    return found.sort("nights", "category", "cell_id", descending=[True, False, False])


def store_scores(connection: sa.Connection, district: str, night: dt.date, revision: int, frame: pl.DataFrame) -> None:
    """Store the scores of a revision with the other columns of the table, in the publishing transaction."""
    # A category that nothing feeds has no numbers, and columns without a value cost nothing.
    for rows in frame.partition_by("category", maintain_order=True):
        SCORE_ROWS.store(connection, district, night, revision, rows)
