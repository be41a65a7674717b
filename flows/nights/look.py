"""What a night sees: the run's terms, and the reports, source-days and panel that were known under them.

Belongs here: reading the lake as of a moment. Does not: what is made of it (``flows.nights.night``, ``flows.nights.frozen``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from flows.stores import Context
from infra.warehouse.publish import Kind, Mode
from transforms.panel.known import Known
from transforms.panel.known import View as View


@dataclass(frozen=True)
class NightRun:
    """How to run one night. ``events`` are the alert events before it; a backfill passes those it would have raised itself."""

    night: dt.date
    as_of: dt.datetime
    lake_seq: int | None
    kind: Kind
    mode: Mode
    run_id: str
    reason: str | None = None
    events: pl.DataFrame | None = None


def look(context: Context, night: dt.date, as_of: dt.datetime, lake_seq: int | None) -> View:
    """What ``night`` sees with what was known at ``as_of`` by lake commit ``lake_seq`` (the newest when None)."""
    newest, versions = context.versions()
    sequence = newest if lake_seq is None else lake_seq
    # The nights of a restating backfill look from one moment; so do a night and the Monday its models are fitted on.
    kept = context.memo.get("known")
    if kept is None or kept[0] != (as_of, sequence):
        folder = context.folder
        kept = (as_of, sequence), Known(versions, as_of, sequence, folder.district, folder.cells, folder.former, context.neighbours())
        context.memo["known"] = kept
    known: Known = kept[1]
    return known.on(night)
