"""A glance at where files lie, before anything dear begins: whether there may be anything to take in.

Belongs here: asking what was seen before and what stands refused. Does not: looking into files (``flows.intake.new_files``), taking them in
(``flows.intake.ingest``), which finds by itself what a glance missed.
"""

from __future__ import annotations

from contextlib import suppress

from flows.intake.refusals import standing
from flows.stores import Context
from infra.sources.deliveries import Seen
from infra.sources.fetching import UnreachableError
from infra.warehouse.intake.batches import stored_batches
from transforms.district.source import Source


def may_be_new(context: Context) -> bool:
    """Whether anything may be new. It looks where files lie and reads none; a source that is asked may always have something."""
    seen = Seen(context.settings.landing(context.code))
    done = stored_batches(context.warehouse) | {r.refusal_id for r in standing(context)}

    def waits(source: Source) -> bool:
        if source.live is not None:
            return True
        # What cannot be looked into brings nothing.
        with suppress(UnreachableError):
            return any(not seen.holds(source.code, place, done) for place, _ in context.folder.deliveries(source.code))
        return False

    return any(map(waits, context.district.sources))
