"""Replay: compute a published night again from what was known then, and compare row hash for row hash.

Belongs here: the comparison. Does not: computing (``flows.nights.night``); nothing is written.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from flows.nights.frozen import remade, stored, trainings
from flows.nights.look import look
from flows.nights.night import Computed, compute, inputs_of, past_by
from flows.nights.work import list_again
from flows.stores import Context
from infra import progress
from infra.errors import SifangError
from infra.warehouse.keeping.adoptions import lost_since
from infra.warehouse.keeping.erasures import erased_since
from infra.warehouse.keeping.rotations import rotation_at
from infra.warehouse.nights.nights import PublishedNight, latest_night, night_row, published_nights, require_not_retracted
from infra.warehouse.nights.row_hashes import row_hashes
from infra.warehouse.nights.runs import RunTerms
from infra.warehouse.nights.scores import row_hashes_of
from infra.warehouse.nights.work_lists import list_of_revision


@dataclass(frozen=True)
class Replayed:
    """How a night compares: ``different`` counts rows whose hash differs or that are missing on one side.

    It is ``identical`` when it came out the same, from the same inputs: the work list as well that it sent, of which ``places_different``
    stand elsewhere or otherwise. What was ``erased`` since is missing from the inputs.
    """

    night: dt.date
    revision: int
    rows: int
    different: int
    inputs_same: bool
    identical: bool
    erased: bool = False
    places_different: int = 0


def replay_last(context: Context, count: int = 1, last: dt.date | None = None, *, refit: bool = False) -> tuple[Replayed, ...]:
    """Replay so many published nights up to ``last``, by default the last one that was published; oldest first.

    Raises:
        SifangError: ``last`` was never published, or the inputs of one of them were purged.
    """
    chosen = [night for night in published_nights(context.warehouse) if last is None or night <= last][-count:]
    if last is not None and last not in chosen:
        require_not_retracted(context.warehouse, last)
    if not chosen or last not in {None, chosen[-1]}:
        raise SifangError(f"{context.code} has no published night{f' {last}' if last else ''}.", "`sifang status` names the last one.")
    found = []
    for number, night in enumerate(chosen):
        progress.tell(f"replay {night}", number, len(chosen))
        found.append(replay(context, night, refit=refit))
    return tuple(found)


def replay(context: Context, night: dt.date, revision: int | None = None, *, refit: bool = False) -> Replayed:
    """Compute a stored revision again: its as_of, lake commit, district version, models and references.

    Args:
        context: the district.
        night: a published night.
        revision: the latest when None.
        refit: also make its models and references again, from what was known when they were first made.

    Raises:
        SifangError: never published, or its inputs were purged or lost.
    """
    row = night_row(context.warehouse, night, revision)
    if row is None:
        raise SifangError(f"Night {night} of {context.code} was never published.", "`sifang status` names the last one that was.")
    newest = latest_night(context.warehouse)
    if newest is not None and newest > row.replayable_until:
        raise SifangError(
            f"The inputs of night {night} were purged after {row.replayable_until}.", "Its scores stay; they cannot be replayed."
        )
    if (lost := lost_since(context.warehouse, row.lake_seq)) is not None:
        if (changed := rotation_at(context.warehouse, lost.adopted_at)) is not None:
            raise SifangError(
                f"Night {night} was computed under the key that {context.code} had until {lost.adopted_at:%Y-%m-%d}.",
                f"Its scores stay; it can be computed again only where backup {changed.backup}, made before the change, is restored under "
                "that key.",
            )
        raise SifangError(
            f"Night {night} was computed from a lake that was lost; {context.code} began again without it on {lost.adopted_at:%Y-%m-%d} "
            f"({lost.reason}).",
            "Its scores stay; they cannot be replayed, except where a backup of before is restored.",
        )
    then = context.at_version(row.district_version)
    frozen = stored(context, row.model_ids)
    if refit:
        frozen = remade(then, frozen)
    terms = RunTerms(night, row.as_of, row.lake_seq, "nightly", row.mode, "replay")
    computed = compute(then, terms, frozen)
    scores = computed.result.scores
    now = scores.with_columns(row_hashes(scores)).select("category", "cell_id", "row_hash")
    published = row_hashes_of(context.warehouse, night, row.revision).select("category", "cell_id", "row_hash")
    both = now.join(published, on=["category", "cell_id"], how="full", coalesce=True, suffix="_stored")
    different = both.select(pl.col("row_hash").ne_missing(pl.col("row_hash_stored")).sum()).item()
    inputs_same = computed.inputs == row.inputs
    elsewhere = _places_different(then, row, computed)
    identical = inputs_same and not different and not elsewhere
    saw = {(row.as_of, row.lake_seq)} | {(made.stamp.as_of, made.stamp.lake_seq) for made in frozen.all() if refit and made.stamp}
    erased = not identical and any(erased_since(context.warehouse, *one) is not None for one in saw)
    return Replayed(night, row.revision, len(both), int(different), inputs_same, identical, erased, elsewhere)


def _places_different(context: Context, row: PublishedNight, computed: Computed) -> int:
    """How many rows of the list that a revision sent do not come out again, or come out beside it."""
    sent = list_of_revision(context.warehouse, row.night, row.revision)
    if sent.is_empty():
        return 0
    again = list_again(context, row.night, computed, past_by(context, row.night, computed.result, row.published_at))
    return max(sent.join(again, on=sent.columns, how="anti", nulls_equal=True).height, len(again) - len(sent))


def is_stale(context: Context, night: dt.date, now: dt.datetime) -> bool:
    """Whether a published night's inputs, seen with what is known now, differ from those it was computed from."""
    row = night_row(context.warehouse, night)
    if row is None:
        return False
    context = context.on(night)
    terms = RunTerms(night, now, None, "backfill", "restate", "stale")
    view = look(context, night, now, None)
    return bool(inputs_of(context, view, trainings(context, terms, view)) != row.inputs)
