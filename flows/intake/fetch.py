"""Ask live sources now, and take in what they have, without scoring: `sifang source fetch`.

Belongs here: which sources, and what came of it in sums. Does not: taking in (``flows.intake.ingest``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flows.intake.ingest import ingest
from flows.intake.refusals import Refusal, refusals
from flows.stores import Context
from infra.errors import SifangError
from transforms.words.harmless import quoted


@dataclass(frozen=True)
class Fetched:
    """What came of one source: batches and rows that are new, and what was refused."""

    source: str
    batches: int
    delivered: int
    accepted: int
    duplicate: int
    quarantined: int
    refused: tuple[Refusal, ...]


def fetch(context: Context, now: dt.datetime, source: str | None = None, since: dt.date | None = None) -> tuple[Fetched, ...]:
    """Take in what one source has, or every live one; ``since`` a day, or from where they were left off.

    Raises:
        SifangError: there is no such source, or none that is asked; the lake or the warehouse cannot be written.
    """
    known = [s.code for s in context.district.sources]
    if source is not None and source not in known:
        raise SifangError(f"{context.code} has no source {quoted(source)}.", f"It has: {', '.join(known)}.")
    chosen = [source] if source is not None else [s.code for s in context.district.sources if s.live is not None]
    if not chosen:
        raise SifangError(f"No source of {context.code} is asked; all come in files.", "Name one to take in its files now.")
    found = []
    for code in chosen:
        records = ingest(context, now, source=code, since=since)
        stored = [r for r in records if r.state == "stored"]
        found.append(
            Fetched(
                code,
                len(stored),
                sum(r.delivered for r in stored),
                sum(r.accepted for r in stored),
                sum(r.duplicate for r in stored),
                sum(r.quarantined for r in stored),
                _refused(context, now, code),
            )
        )
    return tuple(found)


def _refused(context: Context, now: dt.datetime, source: str) -> tuple[Refusal, ...]:
    """What of a source was refused just now, be it news or not."""
    found = refusals(context, now)
    return tuple(r for r in (*found.new, *found.standing) if (r.source, r.tried_at) == (source, now))
