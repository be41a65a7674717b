"""Into the lake, once: what is new of a batch is appended, and what a crash left there already is recognised.

Belongs here: comparing with what is stored, and appending. Does not: what makes a version new (``transforms.reports.versions``), the commit
(``infra.lake``), counting (``flows.intake.ingest``, ``flows.intake.retry``).
"""

from __future__ import annotations

import hashlib

import polars as pl

from flows.stores import Context
from infra.warehouse.locks import Lease
from transforms.reports.versions import without_known


def enter(context: Context, source: str, versions: pl.DataFrame, batch_id: str, lease: Lease) -> tuple[int | None, int]:
    """Append what is new of a batch; the commit in which it entered (None when nothing of it did), and how many rows entered.

    A run may have crashed between lake and warehouse, and other batches may have come since: what entered then is what counts.

    Raises:
        LockLostError: another writer has taken the district over; nothing entered.
    """
    if versions.is_empty():
        return None, 0
    stored = context.lake.of_reports(source, versions)
    entered = stored.filter(pl.col("batch_id") == batch_id)
    if len(entered):
        return int(entered["recorded_seq"][0]), len(entered)
    fresh = without_known(versions, stored)
    if fresh.is_empty():
        return None, 0
    return context.pair.append(fresh, batch_id, lease), len(fresh)


def enter_more(context: Context, source: str, versions: pl.DataFrame, batch_id: str, lease: Lease) -> pl.DataFrame:
    """Append what is new of rows whose batch has entered before; those of the versions that are in the lake now under its name.

    A retry that was killed may have entered them already: these are among them.

    Raises:
        LockLostError: another writer has taken the district over; nothing entered.
    """
    if versions.is_empty():
        return versions
    stored = context.lake.of_reports(source, versions)
    fresh = without_known(versions, stored)
    if len(fresh):
        said = "".join(sorted(fresh["report_id"] + fresh["version_hash"].cast(pl.String)))
        # The batch entered under its own name; what is added later is named by what it is.
        context.pair.append(fresh, f"{batch_id}/{hashlib.blake2b(said.encode(), digest_size=8).hexdigest()}", lease)
    own = stored.filter(pl.col("batch_id") == batch_id).join(versions, on=["report_id", "version_hash"], how="semi")
    return pl.concat([own, fresh])
