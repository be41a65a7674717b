"""What waits in quarantine and why.

Belongs here: listing rows that were set aside, by what they wait for. Does not: setting them aside (``flows.intake.ingest``), judging them
again (``flows.intake.retry``), the tables (``infra.warehouse.intake.quarantine``).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from flows.stores import Context
from infra.errors import WrongNameError
from infra.warehouse.intake.quarantine import overview
from transforms.words.harmless import quoted
from transforms.words.reasons import REASONS


@dataclass(frozen=True)
class SetAside:
    """Rows of one source that were set aside for one reason: how many wait, were resolved, expired. ``kind`` is empty where unknown."""

    source: str
    reason: str
    kind: str
    waiting: int
    resolved: int
    expired: int
    zh: str
    en: str


def listed(context: Context, *, source: str | None = None, reason: str | None = None, kind: str | None = None) -> list[SetAside]:
    """Rows by source, reason and kind.

    Raises:
        WrongNameError: there is no such source, reason or kind.
    """
    require_known(context, source, reason)
    if kind is not None and kind not in context.district.kinds:
        raise WrongNameError(f"{context.code} has no kind {quoted(kind)}.", "`sifang quarantine list` shows those that occur.")
    found = overview(context.warehouse)
    for column, wanted in (("source", source), ("reason", reason), ("kind", kind)):
        found = found if wanted is None else found.filter(pl.col(column) == wanted)
    return [SetAside(**row, **vars(REASONS[row["reason"]].words)) for row in found.iter_rows(named=True)]


def require_known(context: Context, source: str | None, reason: str | None) -> None:
    """Pass names of a source and a reason that exist, or are not given. Raises ``WrongNameError``."""
    codes = [s.code for s in context.district.sources]
    if source is not None and source not in codes:
        raise WrongNameError(f"{context.code} has no source {quoted(source)}.", f"Its sources: {', '.join(codes)}.")
    if reason is not None and reason not in REASONS:
        raise WrongNameError(f"There is no reason {quoted(reason)}.", "`sifang quarantine list` shows those that occur.")
