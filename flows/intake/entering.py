"""Into the lake, once: what is new of a batch is appended, and what a crash left there already is recognised.

Belongs here: comparing with what is stored, and appending. Does not: what makes a version new (``transforms.reports.versions``), what a
row that cannot enter does (``transforms.reports.corrections``), the commit (``infra.lake``), counting (``flows.intake.ingest``,
``flows.intake.retry``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import polars as pl

from flows.stores import Context
from infra.sources.table import UnusableFile
from infra.warehouse.keeping.locks import Lease
from transforms.reports.corrections import Corrections, doubtful, withdrawals
from transforms.reports.delivery import Delivery
from transforms.reports.reuse import between
from transforms.reports.versions import without_known


@dataclass(frozen=True)
class Entered:
    """What entered of a batch.

    Attributes:
        sequence: the commit; None when nothing did.
        accepted: how many of its versions entered.
        withdrawn: how many reports it withdrew, by rows that could not enter.
        doubtful: the rows, ``row``, that could not enter and cast doubt on a report that stands.
    """

    sequence: int | None
    accepted: int
    withdrawn: int
    doubtful: pl.DataFrame = field(repr=False)


def enter(context: Context, delivery: Delivery, versions: pl.DataFrame, corrections: Corrections, lease: Lease) -> Entered:
    """Append what is new of a batch, and what its rows that cannot enter withdraw.

    A run may have crashed between lake and warehouse, and other batches may have come since: what entered then is what counts.

    Raises:
        UnusableFile: its keys come back as other reports.
        LockLostError: another writer has taken the district over; nothing entered.
    """
    source, batch_id = delivery.source, delivery.batch_id
    asked = pl.concat([versions.select("report_id"), corrections.report_ids])
    if asked.is_empty():
        return Entered(None, 0, 0, corrections.doubting.select("row"))
    stored = context.lake.of_reports(source.code, asked)
    entered = stored.filter(pl.col("batch_id") == batch_id)
    if len(entered):
        sequence: int | None = int(entered["recorded_seq"][0])
        accepted = len(entered.join(versions, on=["report_id", "version_hash", "rank"], how="semi"))
    else:
        fresh = without_known(versions, stored, source.released)
        if (reuse := between(versions, stored, source.released)).too_much:
            raise UnusableFile("key_reused", reuse.said)
        gone = withdrawals(corrections.leaving, pl.concat([stored, fresh]), delivery)
        entered, accepted = pl.concat([fresh, gone]), len(fresh)
        sequence = context.pair.append(entered, batch_id, lease) if len(entered) else None
    doubts = doubtful(corrections.doubting, pl.concat([stored.filter(pl.col("batch_id") != batch_id), entered]), delivery)
    return Entered(sequence, accepted, len(entered) - accepted, doubts)


def enter_more(context: Context, delivery: Delivery, versions: pl.DataFrame, corrections: Corrections, lease: Lease) -> pl.DataFrame:
    """Append what is new of rows whose batch has entered before; those of the versions that are in the lake now under its name.

    A retry that was killed may have entered them already: these are among them.

    Raises:
        LockLostError: another writer has taken the district over; nothing entered.
    """
    source, batch_id = delivery.source, delivery.batch_id
    asked = pl.concat([versions.select("report_id"), corrections.report_ids])
    if asked.is_empty():
        return versions
    stored = context.lake.of_reports(source.code, asked)
    fresh = without_known(versions, stored, source.released)
    gone = withdrawals(corrections.leaving, pl.concat([stored, fresh]), delivery)
    entering = pl.concat([fresh, gone])
    if len(entering):
        said = "".join(sorted(entering["report_id"] + entering["version_hash"].cast(pl.String)))
        # The batch entered under its own name; what is added later is named by what it is.
        sequence = context.pair.append(entering, f"{batch_id}/{hashlib.blake2b(said.encode(), digest_size=8).hexdigest()}", lease)
        fresh = fresh.with_columns(recorded_seq=pl.lit(sequence, pl.Int64))
    own = stored.filter(pl.col("batch_id") == batch_id).join(versions, on=["report_id", "version_hash"], how="semi")
    return pl.concat([own, fresh])
