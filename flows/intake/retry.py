"""Quarantine as a workflow: what waits and why, and reading it again once the folder was mended.

Belongs here: judging waiting rows again and letting those in that pass. Does not: setting rows aside (``flows.intake.ingest``), the tables
(``infra.warehouse.quarantine``), running the nights that this makes stale (``sifang backfill --stale``).

A retry reads the landed rows with today's folder and judges the whole batch again, because a row may wait for what another row says. Rows
that pass enter with the ``known_at`` they would have had and the commit in which they truly come. Killed anywhere, it is repeated and
doubles nothing: what is in the lake already is recognised, and the ledger moves in one transaction.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from flows.intake.checks import Checking
from flows.intake.ingest import as_versions, locate
from flows.intake.new_files import Progress, silent
from flows.intake.right_datum import require_right_datum
from flows.stores import Context
from flows.stores.district import require_same_grid
from infra.errors import SifangError
from infra.landing import landing
from infra.settings import fingerprint
from infra.sources.table import UnusableFile
from infra.warehouse.keys import require_same_key
from infra.warehouse.ledger import Resolution, resolve
from infra.warehouse.locks import Lease, held, require_still_held
from infra.warehouse.nights import published_nights
from infra.warehouse.quarantine import overview, waiting
from transforms.clocks.nights import local_day
from transforms.reports.mapping import merge_incidents, to_candidates
from transforms.reports.versions import without_known
from transforms.schema import QUARANTINED
from transforms.words.reasons import REASONS

# These were never landed: nothing is left that could be read again.
NEVER_LANDED = "personal_value"


@dataclass
class Retried:
    """What a retry came to, in rows. ``kept_back`` names batches that could not be read or judged again, and why."""

    resolved: int = 0
    accepted: int = 0
    merged: int = 0
    duplicate: int = 0
    waiting: int = 0
    never_landed: int = 0
    expired: int = 0
    kept_back: list[dict[str, str]] = field(default_factory=list)
    first_day: dt.date | None = None


def listed(context: Context, *, source: str | None = None, reason: str | None = None, kind: str | None = None) -> list[dict[str, Any]]:
    """Rows by source, reason and kind: how many wait, were resolved, expired.

    Raises:
        SifangError: there is no such source or reason.
    """
    _require_known(context, source, reason)
    found = overview(context.warehouse)
    for column, wanted in (("source", source), ("reason", reason), ("kind", kind)):
        found = found if wanted is None else found.filter(pl.col(column) == wanted)
    return [{**row, **vars(REASONS[row["reason"]].words)} for row in found.to_dicts()]


def retry(
    context: Context, now: dt.datetime, *, source: str | None = None, reason: str | None = None, progress: Progress = silent
) -> dict[str, Any]:
    """Judge waiting rows again, of one source or reason where given, and let those in that pass.

    Returns:
        Counts of rows, and the published nights that the reports which entered may change; `backfill --stale` finds those that they do.

    Raises:
        SifangError: there is no such source or reason, the key is another one, the lake or the warehouse cannot be written.
    """
    _require_known(context, source, reason)
    require_same_grid(context)
    require_same_key(context.warehouse, fingerprint(context.settings.hash_key()), now)
    total = Retried()
    with held(context.warehouse) as lease:
        rows = waiting(context.warehouse)
        rows = rows if source is None else rows.filter(pl.col("source") == source)
        chosen = rows if reason is None else rows.filter(pl.col("reason") == reason)
        total.never_landed = chosen.filter(pl.col("reason") == NEVER_LANDED).select("batch_id", "row").n_unique()
        again = chosen.filter(pl.col("reason") != NEVER_LANDED)
        for (batch_id,), of_batch in again.group_by("batch_id", maintain_order=True):
            progress(f"{of_batch['source'][0]}: {batch_id}")
            _retry_batch(context, str(batch_id), of_batch, rows.filter(pl.col("batch_id") == batch_id), total, lease)
    touched = [n for n in published_nights(context.warehouse) if total.first_day is not None and n > total.first_day]
    return {
        "district": context.code,
        **{k: v for k, v in vars(total).items() if k != "first_day"},
        "nights_from": touched[0].isoformat() if touched else None,
        "nights_to": touched[-1].isoformat() if touched else None,
    }


def _require_known(context: Context, source: str | None, reason: str | None) -> None:
    codes = [s.code for s in context.district.sources]
    if source is not None and source not in codes:
        raise SifangError(f"{context.code} has no source {source!r}.", f"Its sources: {', '.join(codes)}.")
    if reason is not None and reason not in REASONS:
        raise SifangError(f"There is no reason {reason!r}.", "`sifang quarantine list` shows those that occur.")


def _retry_batch(context: Context, batch_id: str, again: pl.DataFrame, everything: pl.DataFrame, total: Retried, lease: Lease) -> None:
    """Judge one batch again; ``again`` are the waiting rows that may be let in, ``everything`` all that wait in it."""
    code, landed_at = again["source"][0], again["landed_at"][0]
    rows = set(again["row"])
    source = {s.code: s for s in context.district.sources}.get(code)
    landed = landing.landed_rows(context.settings.landing(context.code), code, batch_id)
    if source is None or landed is None:
        total.expired += len(rows) if landed is None else 0
        total.waiting += len(rows) if landed is not None else 0
        if source is None:
            total.kept_back.append({"batch": batch_id, "why": f"the folder declares no source {code}"})
        return
    try:
        candidates = to_candidates(landed, source, context.district, landed_at)
        good, rejects = Checking(context, source, landed_at).rows(candidates)
        require_right_datum(context, source, good)
    except (UnusableFile, pl.exceptions.ColumnNotFoundError) as error:
        why = f"{error.reason}: {error.detail}" if isinstance(error, UnusableFile) else "a column declared since was not landed"
        total.kept_back.append({"batch": batch_id, "why": why})
        total.waiting += len(rows)
        return
    # A row may complete an incident that other rows of the batch belong to, so these are merged with it again.
    keys = good.filter(pl.col("row").is_in(list(rows)))["key_hash"].unique()
    concerned = good.filter(pl.col("key_hash").is_in(keys.implode()))
    incidents = merge_incidents(concerned)[0] if source.merge else concerned
    located, outside = locate(context.folder, incidents)
    versions = as_versions(located, source, batch_id)
    entered = _enter(context, versions, code, batch_id, lease)
    inside = concerned.filter(pl.col("key_hash").is_in(located["key_hash"].implode()), pl.col("row").is_in(list(rows)))
    # An incident that other rows stood for before does not count a second time.
    stood_for = set(candidates.filter(~pl.col("row").is_in(everything["row"].implode()))["key_hash"].drop_nulls())
    stood_for -= set(candidates.filter(pl.col("row").is_in(_outside(everything).implode()))["key_hash"])
    fresh = inside.filter(~pl.col("key_hash").is_in(list(stood_for)))["key_hash"].unique()
    accepted = fresh.is_in(entered["report_id"].implode()).sum()
    days = versions.select(day=local_day("occurred_at", context.district.timezone))["day"].to_list()
    resolution = Resolution(
        batch_id=batch_id,
        resolved=tuple(inside["row"].to_list()),
        still=_still(everything, set(inside["row"]), pl.concat([rejects, outside])),
        accepted=int(accepted),
        merged=len(inside) - len(fresh),
        duplicate=len(fresh) - int(accepted),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
    )
    resolve(context.warehouse, resolution)
    total.resolved += len(inside)
    total.waiting += len(rows) - len(inside)
    total.accepted += resolution.accepted
    total.merged += resolution.merged
    total.duplicate += resolution.duplicate
    total.first_day = min((d for d in (total.first_day, resolution.first_day) if d is not None), default=None)


def _outside(everything: pl.DataFrame) -> pl.Series:
    """Rows that wait in the name of a whole incident: it was merged before it was found to lie outside."""
    return everything.filter(pl.col("reason") == "outside_district")["row"]


def _still(everything: pl.DataFrame, resolved: set[int], found: pl.DataFrame) -> pl.DataFrame:
    """The rows that go on waiting, each for what was found now, or else for what it waited for before."""
    left = everything.filter(~pl.col("row").is_in(list(resolved))).select(list(QUARANTINED))
    renewed = found.join(left.select("row").unique(), on="row", how="semi")
    return pl.concat([renewed, left.join(renewed.select("row"), on="row", how="anti")])


def _enter(context: Context, versions: pl.DataFrame, source: str, batch_id: str, lease: Lease) -> pl.DataFrame:
    """Append what is new to the lake; the versions of this batch that are in it now, those of a retry that was killed included."""
    if versions.is_empty():
        return versions
    stored = context.lake.versions().filter(pl.col("source") == source)
    related = stored.join(versions.lazy().select("report_id"), on="report_id", how="semi").collect()
    fresh = without_known(versions, related)
    if len(fresh):
        said = "".join(sorted(fresh["report_id"] + fresh["version_hash"].cast(pl.String)))
        require_still_held(context.warehouse, lease)
        # The batch entered under its own name; what a retry adds is named by what it is.
        context.lake.append(fresh, f"{batch_id}/{hashlib.blake2b(said.encode(), digest_size=8).hexdigest()}")
    own = related.filter(pl.col("batch_id") == batch_id).join(versions, on=["report_id", "version_hash"], how="semi")
    return pl.concat([own, fresh])
