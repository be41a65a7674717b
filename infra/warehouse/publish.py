"""Publication: one transaction per district, night and revision. Readers see the old night or the new, never a mixture.

Belongs here: comparing with the latest revision, writing a new one, the run record. Does not: computing anything that is published
(``transforms``), reading it back (``scores``, ``duty``, ``nights`` …).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from infra.warehouse import tables
from infra.warehouse.alerts import insert_absent_events, refold
from infra.warehouse.bulk import insert_frame, zero_unsigned
from infra.warehouse.duty import DUTY_ROWS
from infra.warehouse.engine import Warehouse, WarehouseError, writing
from infra.warehouse.evaluations import store_evaluations
from infra.warehouse.locks import Lease, require_held
from infra.warehouse.models import ModelRecord
from infra.warehouse.nights import latest_revision
from infra.warehouse.outbox import Message, post
from infra.warehouse.runs import Kind, Mode
from infra.warehouse.scores import CONTRIBUTION_COLUMNS, HASH_ROWS
from infra.warehouse.source_days import SOURCE_DAY_ROWS
from infra.warehouse.surges import DISTRICT_SURGE_ROWS
from transforms.reports.hashes import blake2b
from transforms.schema import ALERT_EVENTS, EVALUATIONS, SCORES, UTC, require_schema

_ROW = ["category", "cell_id"]

# The lake keeps a district's history and so much more beyond its newest night; a night older than that has lost its inputs.
KEPT_BEYOND_HISTORY_DAYS = 400


@dataclass(frozen=True)
class Publication:
    """Everything one night publishes.

    ``reason`` is a code, or ``code: note``. ``models`` are all models the night was scored with; those already stored are recognised, and
    those that were ``read_before`` from this warehouse are not even compared with what it holds.
    ``inputs`` is the digest of what the night was computed from; ``messages`` leave through the outbox; ``lease`` is checked in the
    transaction, so that a holder that was taken over publishes nothing.
    ``scores`` is ``SCORES``, ``district_surges`` ``DISTRICT_SURGES``, ``source_days`` ``SOURCE_DAYS``, ``duty`` ``DUTY``, ``alert_events``
    ``ALERT_EVENTS``; ``evaluations`` is ``EVALUATIONS``, the grades of earlier nights that this one gave.
    """

    district: str
    night: dt.date
    as_of: dt.datetime
    lake_seq: int
    district_version: str
    scoring_hash: str
    mode: Mode
    run_id: str
    reason: str | None
    scores: pl.DataFrame
    district_surges: pl.DataFrame
    source_days: pl.DataFrame
    duty: pl.DataFrame
    alert_events: pl.DataFrame
    models: Sequence[ModelRecord]
    started_at: dt.datetime
    finished_at: dt.datetime
    read_before: Collection[str] = ()
    kind: Kind = "nightly"
    summary: Mapping[str, Any] = field(default_factory=dict)
    inputs: str = ""
    messages: Sequence[Message] = ()
    evaluations: pl.DataFrame = field(default_factory=lambda: EVALUATIONS.to_frame())
    lease: Lease | None = None


@dataclass(frozen=True)
class Published:
    """What a publication did. ``rows_changed`` counts rows that differ from the revision before, new and vanished ones included;
    ``levels_changed`` those whose level differs from what readers saw, 0 for the first revision of a night."""

    revision: int
    rows_total: int
    rows_changed: int
    levels_changed: int


def publish(warehouse: Warehouse, publication: Publication) -> Published:
    """Write a night as a new revision, or nothing but the run record when nothing changed.

    A night has changed when a row of scores or of the tables beside them, or the digest of its inputs differs from the latest revision.
    Alert events are appended where absent in either case, and the alerts they touch are folded anew.

    Args:
        warehouse: the warehouse.
        publication: the night.

    Returns:
        The revision that readers now see, and how far it differs from the one before.

    Raises:
        ValueError: a frame has the wrong schema, a cell stands twice in a category, or a number is NaN or infinite.
        WarehouseError: a model is stored under the same id with another payload, or the database refuses. Nothing is written then.
    """
    p = publication
    scores = require_schema(p.scores, SCORES, "scores")
    beside = [
        (rows, require_schema(frame, rows.schema, rows.table.name).sort(rows.order))
        for rows, frame in ((DISTRICT_SURGE_ROWS, p.district_surges), (SOURCE_DAY_ROWS, p.source_days), (DUTY_ROWS, p.duty))
    ]
    events = require_schema(p.alert_events, ALERT_EVENTS, "alert_events")
    if scores.select(_ROW).is_duplicated().any():
        raise ValueError("scores: a cell stands twice in a category")
    scores = scores.with_columns(row_hashes(scores))
    n = tables.nights.c
    with writing(warehouse) as connection:
        if p.lease is not None:
            require_held(connection, p.lease)
        latest = latest_revision(connection, p.district, p.night)
        rows_changed, levels_changed, changed = scores.height, 0, True
        if latest is not None:
            rows_changed, levels_changed = _difference(scores, HASH_ROWS.within(connection, p.district, p.night, latest))
            inputs = connection.scalar(sa.select(n.inputs).where(n.district == p.district, n.night == p.night, n.is_latest))
            changed = (
                rows_changed > 0
                or inputs != p.inputs
                or not all(frame.equals(rows.within(connection, p.district, p.night, latest)) for rows, frame in beside)
            )
        revision = (latest or 0) + changed
        if changed:
            _store_models(connection, p)
            _store_night(connection, p, revision, scores, [(rows.table, frame) for rows, frame in beside])
        store_evaluations(connection, p.district, p.evaluations)
        post(connection, p.district, p.night, revision, p.messages, p.finished_at)
        refold(connection, p.district, insert_absent_events(connection, p.district, events, revision, p.finished_at))
        _store_run(connection, p, revision, "ok" if changed else "unchanged", scores.height, rows_changed)
    return Published(revision=revision, rows_total=scores.height, rows_changed=rows_changed, levels_changed=levels_changed)


def record_failed_run(
    warehouse: Warehouse,
    *,
    district: str,
    run_id: str,
    night: dt.date,
    kind: Kind,
    mode: Mode,
    started_at: dt.datetime,
    finished_at: dt.datetime,
    error: str,
    as_of: dt.datetime | None = None,
    lake_seq: int | None = None,
    reason: str | None = None,
    summary: Mapping[str, Any] | None = None,
) -> None:
    """Record that a run failed, with ``error`` as a code. What an earlier attempt under the same id published stays recorded with it."""
    code, note = _split(reason)
    r = tables.runs.c
    this = (r.district == district, r.run_id == run_id, r.night == night)
    outcome = {"status": "failed", "error": error, "finished_at": finished_at, "summary": dict(summary or {})}
    with writing(warehouse) as connection:
        if connection.execute(sa.update(tables.runs).where(*this).values(outcome)).rowcount:
            return
        connection.execute(
            sa.insert(tables.runs).values(
                district=district,
                run_id=run_id,
                night=night,
                kind=kind,
                mode=mode,
                as_of=as_of,
                lake_seq=lake_seq,
                started_at=started_at,
                reason=code,
                note=note,
                rows_total=0,
                rows_changed=0,
                **outcome,
            )
        )


def row_hashes(scores: pl.DataFrame) -> pl.Series:
    """One hash per row over every column of ``SCORES``, the same in every process, version and on every machine.

    The hash is BLAKE2b-128 of the row's texts and whole numbers in the order of ``SCORES``, each as its length in bytes, a colon and
    UTF-8, ``-`` where it is null; then its fractions in that order as little-endian doubles, NaN where one is null. -0.0 counts as 0.0,
    because SQLite stores it so.

    Args:
        scores: ``SCORES``; further columns are ignored.

    Returns:
        A series ``row_hash`` of 32 hexadecimal digits each.

    Raises:
        ValueError: a number is NaN or infinite.
    """
    names = [name for name, kind in SCORES.items() if kind.is_float()]
    if not scores.select((pl.col(names).is_finite() | pl.col(names).is_null()).all()).row(0) == (True,) * len(names):
        raise ValueError("scores: a number is NaN or infinite")
    numbers = scores.select(zero_unsigned(name) for name in names).to_numpy().astype("<f8", order="C")
    numbers[np.isnan(numbers)] = np.nan
    others = {c: pl.col(c).cast(pl.String) for c in SCORES if c not in names}
    texts = [pl.format("{}:{}", text.str.len_bytes(), text).fill_null("-") for text in others.values()]
    said = scores.select(pl.concat_str(texts).cast(pl.Binary)).to_series().to_list()
    width, bits = numbers.itemsize * numbers.shape[1], numbers.tobytes()
    rows = [text + bits[k * width : (k + 1) * width] for k, text in enumerate(said)]
    return blake2b(pl.Series("row_hash", rows, dtype=pl.Binary), 16)


def _difference(now: pl.DataFrame, before: pl.DataFrame) -> tuple[int, int]:
    kept = [*_ROW, "level", "row_hash"]
    both = now.select(kept).join(before.select(kept), on=_ROW, how="full", coalesce=True, suffix="_before")
    differs = both.select(pl.col("row_hash").ne_missing(pl.col("row_hash_before")), pl.col("level").ne_missing(pl.col("level_before")))
    return int(differs["row_hash"].sum()), int(differs["level"].sum())


def _store_models(connection: sa.Connection, p: Publication) -> None:
    m = tables.models.c
    for model in p.models:
        if model.model_id in p.read_before:
            continue
        payload = connection.execute(sa.select(m.payload).where(m.district == p.district, m.model_id == model.model_id)).one_or_none()
        if payload is None:
            connection.execute(sa.insert(tables.models).values(district=p.district, scoring_hash=p.scoring_hash, **vars(model)))
        elif payload[0] != json.loads(json.dumps(model.payload)):
            raise WarehouseError(
                f"Model {model.model_id} of {p.district} is stored with another payload.", "Let the id name the payload, by its hash."
            )


def _store_night(
    connection: sa.Connection, p: Publication, revision: int, scores: pl.DataFrame, beside: list[tuple[sa.Table, pl.DataFrame]]
) -> None:
    n = tables.nights.c
    # The old revision steps down first: the index admits one latest at any moment.
    connection.execute(sa.update(tables.nights).where(n.district == p.district, n.night == p.night, n.is_latest).values(is_latest=False))
    connection.execute(
        sa.insert(tables.nights).values(
            district=p.district,
            night=p.night,
            revision=revision,
            is_latest=True,
            as_of=p.as_of,
            lake_seq=p.lake_seq,
            district_version=p.district_version,
            scoring_hash=p.scoring_hash,
            model_ids=sorted({model.model_id for model in p.models}),
            mode=p.mode,
            inputs=p.inputs,
            run_id=p.run_id,
            published_at=p.finished_at,
            replayable_until=p.night + dt.timedelta(days=KEPT_BEYOND_HISTORY_DAYS),
        )
    )
    key = (pl.lit(p.district).alias("district"), pl.lit(p.night).alias("night"), pl.lit(revision).alias("revision"))
    of_category: dict[str, set[str]] = {}
    for model in p.models:
        if model.category is not None:
            of_category.setdefault(model.category, set()).add(model.model_id)
    model_id = {category: ",".join(sorted(ids)) for category, ids in of_category.items()}
    stamps = (
        pl.lit(p.as_of.astimezone(dt.UTC), dtype=UTC).alias("as_of"),
        pl.col("category").replace_strict(model_id, default=None, return_dtype=pl.String).alias("model_id"),
        pl.lit(p.run_id).alias("run_id"),
    )
    stored = scores.sort(_ROW).rename(CONTRIBUTION_COLUMNS)
    # A category that nothing feeds has no numbers, and columns without a value cost nothing.
    for rows in stored.with_columns(*key, *stamps).partition_by("category", maintain_order=True):
        insert_frame(connection, tables.scores, rows)
    for table, frame in beside:
        insert_frame(connection, table, frame.with_columns(*key))


def _store_run(connection: sa.Connection, p: Publication, revision: int, status: str, rows_total: int, rows_changed: int) -> None:
    r = tables.runs.c
    this = (r.district == p.district, r.run_id == p.run_id, r.night == p.night)
    # A run that is repeated after it had published finds nothing to change; its record keeps saying that it published.
    if status == "unchanged" and connection.scalar(sa.select(r.status).where(*this)) == "ok":
        return
    code, note = _split(p.reason)
    connection.execute(sa.delete(tables.runs).where(*this))
    connection.execute(
        sa.insert(tables.runs).values(
            district=p.district,
            run_id=p.run_id,
            night=p.night,
            kind=p.kind,
            mode=p.mode,
            revision=revision,
            as_of=p.as_of,
            lake_seq=p.lake_seq,
            started_at=p.started_at,
            finished_at=p.finished_at,
            status=status,
            reason=code,
            note=note,
            error=None,
            rows_total=rows_total,
            rows_changed=rows_changed,
            summary=dict(p.summary),
        )
    )


def _split(reason: str | None) -> tuple[str | None, str | None]:
    code, _, note = (reason or "").partition(":")
    return code.strip() or None, note.strip() or None
