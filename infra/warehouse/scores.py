"""Scores: one row per night, revision, category and cell.

Belongs here: the table ``scores``, a night's rows and hashes, how its levels were spread. Does not: computing any of it
(``transforms.scoring``), surges of the district as a whole (``surges``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from statistics import median
from typing import Final

import polars as pl
import sqlalchemy as sa

from infra.warehouse.columns import key, may, must
from infra.warehouse.engine import Warehouse, reading
from infra.warehouse.frames import as_frame
from infra.warehouse.moments import UtcDateTime
from infra.warehouse.nightly_tables import NightlyRows, nightly_table
from infra.warehouse.nights import nights as published
from transforms.schema import SCORES
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
)

HASHES = pl.Schema({"category": pl.String, "cell_id": pl.String, "level": pl.String, "row_hash": pl.String})

LEVEL_SHARES = pl.Schema({"category": pl.String, "level": pl.String, "share": pl.Float64})

_LEVEL_COUNTS = pl.Schema({"night": pl.Date, "category": pl.String, "level": pl.String, "cells": pl.Int64})

SCORE_ROWS: Final = NightlyRows(scores, SCORES, ("category", "cell_id"), CONTRIBUTION_COLUMNS)
HASH_ROWS: Final = NightlyRows(scores, HASHES, ("category", "cell_id"))


def scores_of(warehouse: Warehouse, night: dt.date, revision: int | None = None) -> pl.DataFrame:
    """The scores of a night (``SCORES``), sorted by category and cell; empty when it was never published."""
    return SCORE_ROWS.of(warehouse, night, revision)


def row_hashes_of(warehouse: Warehouse, night: dt.date, revision: int | None = None) -> pl.DataFrame:
    """The stored row hashes of a night (``HASHES``), sorted by category and cell: what a replay must reproduce."""
    return HASH_ROWS.of(warehouse, night, revision)


def usual_levels(warehouse: Warehouse, night: dt.date, nights: int, scoring_hash: str, model_ids: Iterable[str]) -> pl.DataFrame:
    """The median share of each level over the published nights before ``night`` (``category, level, share``; empty under half of them).

    Only nights scored by the same rules and with the models named count: others are no measure for this one.
    """
    n, s = published.c, scores.c
    wanted = set(model_ids)
    before = (
        n.district == warehouse.district,
        n.is_latest,
        n.scoring_hash == scoring_hash,
        n.night >= night - dt.timedelta(days=nights),
    )
    with reading(warehouse) as connection:
        rows = connection.execute(sa.select(n.night, n.revision, n.model_ids).where(*before, n.night < night)).all()
        same = [(row.night, row.revision) for row in rows if wanted <= set(row.model_ids)]
        if 2 * len(same) < nights:
            return LEVEL_SHARES.to_frame()
        key = sa.tuple_(s.night, s.revision).in_(same)
        query = sa.select(s.night, s.category, s.level, sa.func.count()).where(s.district == warehouse.district, s.level.is_not(None), key)
        counts = as_frame(connection.execute(query.group_by(s.night, s.category, s.level)), _LEVEL_COUNTS)
    shares = counts.with_columns(share=pl.col("cells") / pl.col("cells").sum().over("night", "category"))
    # A level that no cell had in a night had the share zero in it.
    nights_of = counts.group_by("category").agg(nights=pl.col("night").n_unique())
    listed = shares.group_by("category", "level").agg(pl.col("share")).join(nights_of, on="category")
    padded = [
        (category, level, median([*found, *[0.0] * (count - len(found))])) for category, level, found, count in sorted(listed.iter_rows())
    ]
    return pl.DataFrame(padded, schema=LEVEL_SHARES, orient="row")
