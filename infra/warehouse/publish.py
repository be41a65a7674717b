"""Publication: one transaction per district, night and revision. Readers see the old night or the new, never a mixture.

Belongs here: what a night publishes, comparing it with the latest revision, writing a new one. Does not: computing anything that is
published (``transforms``), reading it back (``scores``, ``duty``, ``nights`` …), the run's record (``runs``).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import polars as pl
import sqlalchemy as sa

from infra.warehouse import tables
from infra.warehouse.alerts import insert_absent_events, refold
from infra.warehouse.bulk import insert_frame
from infra.warehouse.duty import DUTY_ROWS
from infra.warehouse.engine import Warehouse, WarehouseError, writing
from infra.warehouse.evaluations import store_evaluations
from infra.warehouse.locks import Lease, require_held
from infra.warehouse.models import ModelRecord
from infra.warehouse.nightly_tables import NightlyRows
from infra.warehouse.nights import latest_revision
from infra.warehouse.outbox import post
from infra.warehouse.row_hashes import row_hashes
from infra.warehouse.runs import RunOutcome, RunTerms, record_run
from infra.warehouse.scores import CONTRIBUTION_COLUMNS, HASH_ROWS
from infra.warehouse.source_days import SOURCE_DAY_ROWS
from infra.warehouse.surges import DISTRICT_SURGE_ROWS
from transforms.alerts.messages import Message
from transforms.schema import ALERT_EVENTS, EVALUATIONS, SCORES, UTC, require_schema
from transforms.schema.night import NightSummary

_ROW = ["category", "cell_id"]

# The lake keeps a district's history and so much more beyond its newest night; a night older than that has lost its inputs.
KEPT_BEYOND_HISTORY_DAYS = 400


@dataclass(frozen=True)
class NightTables:
    """The frames of a night, each of the schema of its name: ``SCORES``, ``DISTRICT_SURGES``, ``SOURCE_DAYS``, ``DUTY``."""

    scores: pl.DataFrame
    district_surges: pl.DataFrame
    source_days: pl.DataFrame
    duty: pl.DataFrame


@dataclass(frozen=True)
class Basis:
    """What a night was computed from: the lake commit, the version of the district and of its rules, the digest of all inputs."""

    lake_seq: int
    district_version: str
    scoring_hash: str
    inputs: str


@dataclass(frozen=True)
class Measures:
    """The models that a night was scored with.

    Those already stored are recognised, and those that were ``read_before`` from this warehouse are not even compared with what it holds.
    """

    models: Sequence[ModelRecord] = ()
    read_before: Collection[str] = ()


@dataclass(frozen=True)
class Live:
    """What only a live night brings: its alert events (``ALERT_EVENTS``), what is told of them, and the grades of earlier nights that it
    gave (``EVALUATIONS``)."""

    alert_events: pl.DataFrame = field(default_factory=ALERT_EVENTS.to_frame)
    messages: Sequence[Message] = ()
    evaluations: pl.DataFrame = field(default_factory=EVALUATIONS.to_frame)


@dataclass(frozen=True)
class NightResult:
    """Everything that one run makes of a night."""

    tables: NightTables
    basis: Basis
    measures: Measures
    live: Live
    summary: NightSummary
    started_at: dt.datetime
    finished_at: dt.datetime


@dataclass(frozen=True)
class Published:
    """What a publication did. ``rows_changed`` counts rows that differ from the revision before, new and vanished ones included;
    ``levels_changed`` those whose level differs from what readers saw, 0 for the first revision of a night."""

    revision: int
    rows_total: int
    rows_changed: int
    levels_changed: int


def publish(warehouse: Warehouse, terms: RunTerms, result: NightResult, lease: Lease | None = None) -> Published:
    """Write a night as a new revision, or nothing but the run record when nothing changed.

    A night has changed when a row of scores or of the tables beside them, or the digest of its inputs differs from the latest revision.
    Alert events are appended where absent in either case, and the alerts they touch are folded anew.

    Args:
        warehouse: the warehouse.
        terms: how the night was run.
        result: what was made of it.
        lease: checked in the transaction, so that a holder that was taken over publishes nothing.

    Returns:
        The revision that readers now see, and how far it differs from the one before.

    Raises:
        ValueError: a frame has the wrong schema, a cell stands twice in a category, or a number is NaN or infinite.
        WarehouseError: a model is stored under the same id with another payload, or the database refuses. Nothing is written then.
    """
    district, night, at = warehouse.district, terms.night, result.finished_at
    scores, beside = _checked(result.tables)
    events = require_schema(result.live.alert_events, ALERT_EVENTS, "alert_events")
    with writing(warehouse) as connection:
        if lease is not None:
            require_held(connection, lease)
        latest = latest_revision(connection, district, night)
        if latest is None:
            differs = _Difference(scores.height, 0, anything=True)
        else:
            differs = _Revision(connection, district, night, latest).differs_from(result.basis.inputs, scores, beside)
        new = _Revision(connection, district, night, (latest or 0) + differs.anything)
        if differs.anything:
            new.store_models(result)
            new.store_night(terms, result)
            new.store_rows(_stamped(scores, terms, result.measures), beside)
        store_evaluations(connection, district, result.live.evaluations)
        post(connection, district, night, new.number, result.live.messages, at)
        refold(connection, district, insert_absent_events(connection, district, events, new.number, at))
        published = Published(new.number, scores.height, differs.rows, differs.levels)
        _record(connection, district, terms, result, published, changed=differs.anything)
    return published


def _checked(given: NightTables) -> tuple[pl.DataFrame, list[tuple[NightlyRows, pl.DataFrame]]]:
    """The scores with their hashes, and the frames beside them, each as it will be read back."""
    scores = require_schema(given.scores, SCORES, "scores")
    beside = [
        (rows, require_schema(frame, rows.schema, rows.table.name).sort(rows.order))
        for rows, frame in ((DISTRICT_SURGE_ROWS, given.district_surges), (SOURCE_DAY_ROWS, given.source_days), (DUTY_ROWS, given.duty))
    ]
    if scores.select(_ROW).is_duplicated().any():
        raise ValueError("scores: a cell stands twice in a category")
    return scores.with_columns(row_hashes(scores)), beside


def _stamped(scores: pl.DataFrame, terms: RunTerms, measures: Measures) -> pl.DataFrame:
    """Rows as the table keeps them, each naming the run, the moment it looked from, and its category's models."""
    of_category: dict[str, set[str]] = {}
    for model in measures.models:
        if model.category is not None:
            of_category.setdefault(model.category, set()).add(model.model_id)
    model_id = {category: ",".join(sorted(ids)) for category, ids in of_category.items()}
    return (
        scores.sort(_ROW)
        .rename(CONTRIBUTION_COLUMNS)
        .with_columns(
            pl.lit(terms.as_of.astimezone(dt.UTC), dtype=UTC).alias("as_of"),
            pl.col("category").replace_strict(model_id, default=None, return_dtype=pl.String).alias("model_id"),
            pl.lit(terms.run_id).alias("run_id"),
        )
    )


def _record(connection: sa.Connection, district: str, terms: RunTerms, result: NightResult, published: Published, *, changed: bool) -> None:
    outcome = RunOutcome(
        status="ok" if changed else "unchanged",
        started_at=result.started_at,
        finished_at=result.finished_at,
        lake_seq=result.basis.lake_seq,
        revision=published.revision,
        rows_total=published.rows_total,
        rows_changed=published.rows_changed,
        summary=result.summary,
    )
    record_run(connection, district, terms, outcome)


@dataclass(frozen=True)
class _Difference:
    """How a night differs from the revision before; ``anything`` counts inputs and the tables beside the scores as well."""

    rows: int
    levels: int
    anything: bool


@dataclass(frozen=True)
class _Revision:
    """One revision of a night, in the publishing transaction."""

    connection: sa.Connection
    district: str
    night: dt.date
    number: int

    def differs_from(self, inputs: str, scores: pl.DataFrame, beside: Sequence[tuple[NightlyRows, pl.DataFrame]]) -> _Difference:
        """What is stored against what is to be published."""
        kept = [*_ROW, "level", "row_hash"]
        stored = self._stored(HASH_ROWS).select(kept)
        both = scores.select(kept).join(stored, on=_ROW, how="full", coalesce=True, suffix="_before")
        rows, levels = (int(both.select(pl.col(c).ne_missing(pl.col(f"{c}_before")).sum()).item()) for c in ("row_hash", "level"))
        n = tables.nights.c
        this = (n.district == self.district, n.night == self.night, n.is_latest)
        same_inputs = self.connection.scalar(sa.select(n.inputs).where(*this)) == inputs
        same = rows == 0 and same_inputs and all(frame.equals(self._stored(of)) for of, frame in beside)
        return _Difference(rows, levels, anything=not same)

    def _stored(self, rows: NightlyRows) -> pl.DataFrame:
        return rows.within(self.connection, self.district, self.night, self.number)

    def store_models(self, result: NightResult) -> None:
        """Store the models that are not stored yet."""
        m = tables.models.c
        for model in result.measures.models:
            if model.model_id in result.measures.read_before:
                continue
            this = (m.district == self.district, m.model_id == model.model_id)
            payload = self.connection.execute(sa.select(m.payload).where(*this)).one_or_none()
            if payload is None:
                row = {"district": self.district, "scoring_hash": result.basis.scoring_hash, **vars(model)}
                self.connection.execute(sa.insert(tables.models).values(row))
            elif payload[0] != json.loads(json.dumps(model.payload)):
                raise WarehouseError(
                    f"Model {model.model_id} of {self.district} is stored with another payload.",
                    "Let the id name the payload, by its hash.",
                )

    def store_night(self, terms: RunTerms, result: NightResult) -> None:
        """Make this the latest revision."""
        n = tables.nights.c
        # The old revision steps down first: the index admits one latest at any moment.
        latest = (n.district == self.district, n.night == self.night, n.is_latest)
        self.connection.execute(sa.update(tables.nights).where(*latest).values(is_latest=False))
        self.connection.execute(
            sa.insert(tables.nights).values(
                district=self.district,
                night=self.night,
                revision=self.number,
                is_latest=True,
                as_of=terms.as_of,
                **vars(result.basis),
                model_ids=sorted({model.model_id for model in result.measures.models}),
                mode=terms.mode,
                run_id=terms.run_id,
                published_at=result.finished_at,
                replayable_until=self.night + dt.timedelta(days=KEPT_BEYOND_HISTORY_DAYS),
            )
        )

    def store_rows(self, scores: pl.DataFrame, beside: Sequence[tuple[NightlyRows, pl.DataFrame]]) -> None:
        """Store the frames of the night."""
        key = (pl.lit(self.district).alias("district"), pl.lit(self.night).alias("night"), pl.lit(self.number).alias("revision"))
        # A category that nothing feeds has no numbers, and columns without a value cost nothing.
        for rows in scores.with_columns(*key).partition_by("category", maintain_order=True):
            insert_frame(self.connection, tables.scores, rows)
        for of, frame in beside:
            insert_frame(self.connection, of.table, frame.with_columns(*key))
