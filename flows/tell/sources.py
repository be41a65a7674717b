"""Where reports come from and when they last came: `sifang source list`.

Belongs here: one line per source. Does not: what single batches came to (``flows.tell.ledger``), asking anybody (``flows.intake``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flows.stores import Context
from infra.sources.connectors.memory import Memory
from infra.warehouse.intake.batches import newest_batches


@dataclass(frozen=True)
class SourceLine:
    """A source: where it comes from, its newest batch and what became of it, and of a live one how far it was asked.

    ``asked_at`` is when it was last asked to the end, ``reached`` the newest change that is in, as the far side writes it.
    """

    source: str
    feed: str
    kind: str
    where: str
    content: str
    last_batch: dt.datetime | None
    state: str | None
    reason: str | None
    asked_at: str | None
    reached: str | None
    requests_today: int | None


def source_lines(context: Context, now: dt.datetime) -> tuple[SourceLine, ...]:
    """Every source of the district, in the order in which they are declared."""
    memory = Memory(context.settings.landing(context.code))
    lines = []
    for source in context.district.sources:
        batches = newest_batches(context.warehouse, source.code, 1)
        last = batches[-1] if batches else None
        asked = memory.of(source.code, f"{source.live.kind} {source.live.shown}", now.date()) if source.live is not None else None
        lines.append(
            SourceLine(
                source=source.code,
                feed=source.feed,
                kind=source.live.kind if source.live is not None else "files",
                where=source.live.shown if source.live is not None else ", ".join(source.files),
                content=source.content,
                last_batch=last.landed_at if last else None,
                state=last.state if last else None,
                reason=last.reason if last else None,
                asked_at=asked.asked_at if asked else None,
                reached=asked.cursor if asked else None,
                requests_today=asked.requests if asked else None,
            )
        )
    return tuple(lines)
