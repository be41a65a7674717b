"""Publication: one transaction per district, night and revision. Readers see the old night or the new, never a mixture.

Belongs here: what a night publishes, comparing it with the latest revision, in which order it is written. Does not: computing anything that
is published (``transforms``), the statements (``nights``, ``scores``, ``models``, ``runs`` and the other subjects).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import polars as pl
import sqlalchemy as sa

from infra.warehouse.alerts.alerts import store_events
from infra.warehouse.alerts.outbox import post
from infra.warehouse.database.engine import Warehouse, writing
from infra.warehouse.keeping.locks import Lease, require_held
from infra.warehouse.nights.areas import Areas
from infra.warehouse.nights.duty import DUTY_ROWS
from infra.warehouse.nights.evaluations import store_evaluations
from infra.warehouse.nights.models import ModelRecord, store_models
from infra.warehouse.nights.nightly_tables import NightlyRows
from infra.warehouse.nights.nights import PublishedNight, newest_revision, night_within, store_night
from infra.warehouse.nights.row_hashes import row_hashes
from infra.warehouse.nights.runs import RunOutcome, RunTerms, record_run
from infra.warehouse.nights.scores import HASH_ROWS, SCORE_ROWS, store_scores
from infra.warehouse.nights.source_days import SOURCE_DAY_ROWS
from infra.warehouse.nights.surges import DISTRICT_SURGE_ROWS
from infra.warehouse.nights.work_lists import send_list
from transforms.alerts.machine.commands import AlertEvent
from transforms.alerts.machine.rules import Rules
from transforms.alerts.messages import Message
from transforms.schema import EVALUATIONS, UTC, WORK_LIST
from transforms.schema.night import NightSummary
from transforms.words import Category

_ROW = ["category", "cell_id"]

# The lake keeps a district's history and so much more beyond its newest night; a night older than that has lost its inputs.
KEPT_BEYOND_HISTORY_DAYS = 400


@dataclass(frozen=True)
class NightTables:
    """The frames of a night, each of the schema of its name: ``SCORES``, ``DISTRICT_SURGES``, ``SOURCE_DAYS``, ``DUTY``.

    ``enough_reports`` are the (category, cell) pairs that may be told in numbers (``transforms.scoring.explain``), ``areas`` its sums.
    """

    scores: pl.DataFrame
    district_surges: pl.DataFrame
    source_days: pl.DataFrame
    duty: pl.DataFrame
    enough_reports: frozenset[tuple[str, str]] = frozenset()
    areas: Areas = field(default_factory=Areas)


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

    def new(self) -> list[ModelRecord]:
        """Those that may not be stored yet."""
        return [model for model in self.models if model.model_id not in self.read_before]


@dataclass(frozen=True)
class Live:
    """What only a live night brings: its alert events, what is told of them, the grades of earlier nights that it gave
    (``EVALUATIONS``), and its work list (``WORK_LIST``). ``rules`` time the alerts; without events there need be none."""

    alert_events: Sequence[AlertEvent] = ()
    rules: Rules | None = None
    messages: Sequence[Message] = ()
    evaluations: pl.DataFrame = field(default_factory=EVALUATIONS.to_frame)
    work_list: pl.DataFrame = field(default_factory=WORK_LIST.to_frame)


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
    Alert events are appended in either case, and the alerts they touch are folded anew.

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
        MovedOnError: somebody did something about an alert since its events were decided; nothing is written then either.
    """
    district, night, at = warehouse.district, terms.night, result.finished_at
    scores, beside = _checked(result.tables)
    with writing(warehouse) as connection:
        if lease is not None:
            require_held(connection, lease)
        before = night_within(connection, district, night)
        if before is None:
            differs = _Difference(scores.height, 0, anything=True)
        else:
            differs = _difference(connection, district, before, result.basis.inputs, scores, beside)
        revision = newest_revision(connection, district, night) + 1 if differs.anything or before is None else before.revision
        published = Published(revision, scores.height, differs.rows, differs.levels)
        if differs.anything:
            store_models(connection, district, result.basis.scoring_hash, result.measures.new())
            store_night(connection, district, _night(terms, result, published.revision))
            store_scores(connection, district, night, published.revision, _stamped(scores, terms, result))
            for rows, frame in (*beside, *result.tables.areas.checked()):
                rows.store(connection, district, night, published.revision, frame)
        store_evaluations(connection, district, result.live.evaluations)
        send_list(connection, district, night, published.revision, result.live.work_list)
        post(connection, district, night, published.revision, result.live.messages, at)
        if result.live.alert_events and result.live.rules is not None:
            store_events(connection, district, result.live.alert_events, result.live.rules, published.revision)
        record_run(connection, district, terms, _outcome(result, published, changed=differs.anything))
    return published


@dataclass(frozen=True)
class _Difference:
    """How a night differs from the revision before; ``anything`` counts inputs and the tables beside the scores as well."""

    rows: int
    levels: int
    anything: bool


def _checked(given: NightTables) -> tuple[pl.DataFrame, list[tuple[NightlyRows, pl.DataFrame]]]:
    """The scores with their hashes, and the frames beside them, each as it will be read back."""
    scores = SCORE_ROWS.checked(given.scores)
    if scores.select(_ROW).is_duplicated().any():
        raise ValueError("scores: a cell stands twice in a category")
    beside = ((DISTRICT_SURGE_ROWS, given.district_surges), (SOURCE_DAY_ROWS, given.source_days), (DUTY_ROWS, given.duty))
    return scores.with_columns(row_hashes(scores)), [(rows, rows.checked(frame)) for rows, frame in beside]


def _difference(
    connection: sa.Connection,
    district: str,
    before: PublishedNight,
    inputs: str,
    scores: pl.DataFrame,
    beside: Sequence[tuple[NightlyRows, pl.DataFrame]],
) -> _Difference:
    """What is stored against what is to be published."""
    this = (connection, district, before.night, before.revision)
    kept = [*_ROW, "level", "row_hash"]
    both = scores.select(kept).join(HASH_ROWS.within(*this).select(kept), on=_ROW, how="full", coalesce=True, suffix="_before")
    rows, levels = (int(both.select(pl.col(c).ne_missing(pl.col(f"{c}_before")).sum()).item()) for c in ("row_hash", "level"))
    same = rows == 0 and before.inputs == inputs and all(frame.equals(of.within(*this)) for of, frame in beside)
    return _Difference(rows, levels, anything=not same)


def _night(terms: RunTerms, result: NightResult, revision: int) -> PublishedNight:
    return PublishedNight(
        night=terms.night,
        revision=revision,
        is_latest=True,
        as_of=terms.as_of,
        **vars(result.basis),
        model_ids=tuple(sorted({model.model_id for model in result.measures.models})),
        mode=terms.mode,
        run_id=terms.run_id,
        published_at=result.finished_at,
        replayable_until=terms.night + dt.timedelta(days=KEPT_BEYOND_HISTORY_DAYS),
    )


def _stamped(scores: pl.DataFrame, terms: RunTerms, result: NightResult) -> pl.DataFrame:
    """Rows as the table keeps them, each naming the run, the moment it looked from, and its category's models, and whether dashboards may
    show its numbers; those of duty are about departments and always may."""
    of_category: dict[str, set[str]] = {}
    for model in result.measures.models:
        if model.category is not None:
            of_category.setdefault(model.category, set()).add(model.model_id)
    model_id = {category: ",".join(sorted(ids)) for category, ids in of_category.items()}
    enough = pl.DataFrame(sorted(result.tables.enough_reports), dict.fromkeys(_ROW, pl.String), orient="row")
    told = scores.join(enough.with_columns(enough_reports=True), on=_ROW, how="left", maintain_order="left")
    return told.with_columns(
        pl.col("enough_reports").fill_null(False) | (pl.col("category") == Category.POLITICAL.value),
        pl.lit(terms.as_of.astimezone(dt.UTC), dtype=UTC).alias("as_of"),
        pl.col("category").replace_strict(model_id, default=None, return_dtype=pl.String).alias("model_id"),
        pl.lit(terms.run_id).alias("run_id"),
    )


def _outcome(result: NightResult, published: Published, *, changed: bool) -> RunOutcome:
    return RunOutcome(
        status="ok" if changed else "unchanged",
        started_at=result.started_at,
        finished_at=result.finished_at,
        lake_seq=result.basis.lake_seq,
        revision=published.revision,
        rows_total=published.rows_total,
        rows_changed=published.rows_changed,
        summary=result.summary,
    )
