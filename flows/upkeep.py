"""Keeping house: what is past its time goes, small files are joined. Neither changes a number of a night that can still be replayed.

Belongs here: how long what is kept. Does not: deleting (``infra``).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from flows.stores import Context
from infra.deliver import folder as delivery
from infra.landing import landing
from infra.warehouse import quarantine
from infra.warehouse.locks import held
from infra.warehouse.nights import latest_night
from infra.warehouse.publish import KEPT_BEYOND_HISTORY_DAYS
from transforms.clocks.nights import day_start

LANDING_DAYS = 14
# A delivery takes a moment: a draft this old is nobody's any more.
DRAFT_HOURS = 24
# A night's reference was frozen up to a quarter before it, and looks a whole history back from there.
LONGEST_QUARTER_DAYS = 92


def purge(context: Context, now: dt.datetime, *, dry_run: bool) -> dict[str, Any]:
    """Drop lake rows older than any night that may be replayed needs, landed files two weeks old, the rows set aside of such, and drafts.

    The district's history, 400 days and a quarter more are kept behind its newest night; nights older than 400 days keep their scores and
    lose their replay, as their ``replayable_until`` says.
    """
    newest = latest_night(context.warehouse)
    rows = 0
    with held(context.warehouse):
        if newest is not None:
            kept_days = context.district.history_days + KEPT_BEYOND_HISTORY_DAYS + LONGEST_QUARTER_DAYS + 1
            oldest = newest - dt.timedelta(days=kept_days)
            rows = context.lake.purge(day_start(oldest, context.district.zone), dry_run=dry_run)
        old = now - dt.timedelta(days=LANDING_DAYS)
        files = landing.purge(context.settings.landing(context.code), old, dry_run=dry_run)
        drafts = delivery.sweep(context.settings.outbox(context.code), now - dt.timedelta(hours=DRAFT_HOURS), dry_run=dry_run)
        expired = quarantine.expire(context.warehouse, old, dry_run=dry_run)
    return {
        "district": context.code,
        "dry_run": dry_run,
        "lake_rows": rows,
        "landed_files": files,
        "outbox_drafts": drafts,
        "quarantined_rows": expired,
    }


def compact(context: Context) -> dict[str, Any]:
    """Join the lake's small files."""
    with held(context.warehouse):
        return {"district": context.code, "files_joined": context.lake.compact()}
