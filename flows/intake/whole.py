"""What a delivery of everything holds, and what of the source's reports is therefore gone.

Belongs here: gathering the keys of such a delivery, and withdrawing what it lacks. Does not: taking in what it holds
(``flows.intake.ingest``), deliveries of changes, which say nothing about what they lack.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from flows.stores import Context
from infra.landing.identity import Identity, identify
from infra.sources.table import UnusableFile
from infra.warehouse.keeping.locks import Lease
from transforms.reports.delivery import Delivery
from transforms.reports.versions import gone
from transforms.schema import REPORTS
from transforms.words.counting import many

# So few may vanish from a small source.
_FEW: Final = 3
_MOST: Final = 0.1


@dataclass
class Whole:
    """The hashed keys of one delivery of everything, and what its parts were known by. Once one is ``broken`` nothing follows from it."""

    keys: list[pl.Series] = field(default_factory=list, repr=False)
    parts: list[str] = field(default_factory=list)
    broken: bool = False

    def note(self, keys: pl.Series, part: Identity) -> None:
        """Add what one part of it holds."""
        self.keys.append(keys)
        self.parts.append(part.batch_id)

    def identity(self, context: Context, source: str) -> Identity:
        """By what its withdrawals are known: the same delivery withdraws once."""
        said = hashlib.sha256(" ".join(self.parts).encode()).hexdigest()
        return identify(f"gone {said}".encode(), context.settings.batch_key(context.code, source))


@dataclass(frozen=True)
class Withdrawn:
    """How many reports were withdrawn, in which commit (None where there were none)."""

    reports: int
    sequence: int | None


def lacks_too_much(standing: int, lacking: int) -> bool:
    """Whether a delivery of everything lacks so many of the reports that stand that it is likelier to be at fault itself."""
    return lacking > max(_FEW, _MOST * standing)


def withdraw_gone(context: Context, whole: Whole, delivery: Delivery, lease: Lease) -> Withdrawn:
    """Withdraw what stands of a source and is not in a delivery of everything; repeated after a crash it finds what it withdrew.

    Raises:
        UnusableFile: it lacks so much that the delivery is likelier to be at fault.
        LockLostError: another writer has taken the district over; nothing entered.
    """
    source = delivery.source.code
    batch_id = whole.identity(context, source).batch_id
    stored = context.lake.of_source(source)
    entered = stored.filter(pl.col("batch_id") == batch_id)
    if len(entered):
        return Withdrawn(len(entered), int(entered["recorded_seq"][0]))
    present = pl.concat(whole.keys).drop_nulls().unique() if whole.keys else pl.Series(dtype=pl.String)
    standing, lacking = gone(stored, present, delivery)
    if lacks_too_much(standing, len(lacking)):
        detail = f"{len(lacking)} of the {many(standing, 'report')} that stand are not in it; nothing was withdrawn"
        raise UnusableFile("source_shrunk", detail)
    if lacking.is_empty():
        return Withdrawn(0, None)
    versions = lacking.with_columns(batch_id=pl.lit(batch_id)).select([pl.col(c).cast(t) for c, t in REPORTS.items()])
    return Withdrawn(len(versions), context.pair.append(versions, batch_id, lease))
