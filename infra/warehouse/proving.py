"""What a warehouse can prove of itself: names that are hashes of contents, rows that bear their own hash, sums of what is kept beside.

Belongs here: reading everything again and holding it against its hash or its source. Does not: what is told of it
(``flows.tell.doctor``), replaying a night (``flows.nights.replay``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator

import polars as pl
import sqlalchemy as sa

from infra.warehouse.alerts.alerts import ALERTS, alerts_of, folded
from infra.warehouse.database.engine import Warehouse, reading
from infra.warehouse.keeping.districts import district_versions
from infra.warehouse.nights.models import models
from infra.warehouse.nights.nights import nights
from infra.warehouse.nights.row_hashes import row_hashes
from infra.warehouse.nights.scores import row_hashes_of, scores_of

_ON_FILES = "sqlite"


def integrity(warehouse: Warehouse) -> list[str]:
    """What a database in a file finds wrong with itself; nothing on a server, whose pages bear checksums."""
    if warehouse.engine.dialect.name != _ON_FILES:
        return []
    with reading(warehouse) as connection:
        said = list(connection.exec_driver_sql("PRAGMA integrity_check").scalars())
    return [] if said == ["ok"] else [str(line) for line in said]


def revisions(warehouse: Warehouse) -> list[tuple[dt.date, int]]:
    """Every revision of every night, oldest first."""
    n = nights.c
    with reading(warehouse) as connection:
        query = sa.select(n.night, n.revision).where(n.district == warehouse.district).order_by(n.night, n.revision)
        return [(night, revision) for night, revision in connection.execute(query)]


def changed_scores(warehouse: Warehouse) -> Iterator[tuple[dt.date, int, int]]:
    """Night, revision and number of the rows of scores that are not what their hash says, where there are any."""
    for night, revision in revisions(warehouse):
        stored = scores_of(warehouse, night, revision)
        told = row_hashes_of(warehouse, night, revision).select("category", "cell_id", "row_hash")
        found = stored.with_columns(row_hashes(stored)).select("category", "cell_id", "row_hash")
        both = found.join(told, on=["category", "cell_id"], how="full", coalesce=True, suffix="_told")
        wrong = both.select(pl.col("row_hash").ne_missing(pl.col("row_hash_told")).sum()).item()
        if wrong or stored.is_empty():
            yield night, revision, int(wrong)


def changed_models(warehouse: Warehouse) -> list[str]:
    """The models that are not the content that their name is the hash of."""
    m = models.c
    with reading(warehouse) as connection:
        rows = connection.execute(sa.select(m.model_id, m.payload).where(m.district == warehouse.district)).all()
    return sorted(name for name, payload in rows if _name_of(payload) != name)


def _name_of(payload: object) -> str:
    return hashlib.blake2b(json.dumps(payload, sort_keys=True).encode(), digest_size=8).hexdigest()


def lost_models(warehouse: Warehouse) -> list[str]:
    """The models that a published night names and nobody kept."""
    m, n = models.c, nights.c
    with reading(warehouse) as connection:
        kept = set(connection.scalars(sa.select(m.model_id).where(m.district == warehouse.district)))
        named = connection.scalars(sa.select(n.model_ids).where(n.district == warehouse.district)).all()
    return sorted({name for names in named for name in names} - kept)


def changed_versions(warehouse: Warehouse) -> list[str]:
    """The versions of the district that are not the text that their name is the hash of, and those that a night names and nobody kept."""
    v, n = district_versions.c, nights.c
    with reading(warehouse) as connection:
        kept = {
            row.version: row.canonical for row in connection.execute(sa.select(district_versions).where(v.district == warehouse.district))
        }
        named = set(connection.scalars(sa.select(n.district_version).where(n.district == warehouse.district)))
    return sorted({name for name, text in kept.items() if not hashlib.sha256(text.encode()).hexdigest().startswith(name)} | named - {*kept})


def misfolded_alerts(warehouse: Warehouse) -> list[str]:
    """The alerts that are not what their events add up to."""
    found, told = folded(warehouse), alerts_of(warehouse).select(list(ALERTS))
    wrong = pl.concat(
        [found.join(told, on=list(ALERTS), how="anti", nulls_equal=True), told.join(found, on=list(ALERTS), how="anti", nulls_equal=True)]
    )
    return wrong["alert_id"].unique().sort().to_list()
