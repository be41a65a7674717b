"""Nights that nobody ran: which they are, which of them run before tonight, and the command for the rest.

Belongs here: deciding that. Does not: running them (``flows.nightly``), how far an absence is made up for by itself (``catch_up`` of the
district), taking nights back, after which they are missing like others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from infra.warehouse.database.engine import Warehouse
from infra.warehouse.nights.nights import first_live_night, published_nights, staged_nights
from transforms.clocks.nights import span
from transforms.district.declaration import District
from transforms.words.backfills import BackfillReason

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Gap:
    """Nights without a gap between them that were not run, and what makes up for them."""

    first: dt.date
    last: dt.date
    nights: int
    command: str


@dataclass(frozen=True)
class Absence:
    """Nights that were not run: those that a nightly runs in order before its own, and those that are left to be asked for."""

    caught_up: tuple[dt.date, ...] = ()
    left: tuple[Gap, ...] = ()


def absence(warehouse: Warehouse, district: District, tonight: dt.date) -> Absence:
    """The nights before ``tonight`` that were not run since the district has nightlies.

    Its first nightly misses what lies between it and the last backfilled night. Nights of a demo have a time of their own: among themselves
    none may be missing, and none is between them and a nightly. Nights older than the last published one cannot be run as a nightly any
    more: alerts go forward.
    """
    missed = _missed(warehouse, tonight)
    last = max(published_nights(warehouse), default=tonight)
    ahead = [night for night in missed if night > last]
    caught_up = ahead[len(ahead) - min(len(ahead), district.catch_up) :]
    return Absence(tuple(caught_up), tuple(_gaps(district.code, sorted({*missed} - {*caught_up}))))


def _missed(warehouse: Warehouse, tonight: dt.date) -> list[dt.date]:
    published, staged, live = set(published_nights(warehouse)), staged_nights(warehouse), first_live_night(warehouse)
    before = max((night for night in published - staged if live is None or night < live), default=live)
    due = [] if before is None else span(before + _DAY, tonight - _DAY)
    shown = span(min(staged), max(staged)) if staged else []
    return sorted({*due, *shown} - published)


def _gaps(code: str, nights: Iterable[dt.date]) -> Iterator[Gap]:
    """Nights as stretches."""
    stretch: list[dt.date] = []
    for night in [*nights, None]:
        if stretch and (night is None or night != stretch[-1] + _DAY):
            first, last = stretch[0], stretch[-1]
            command = f"sifang backfill --district {code} --from {first} --to {last} --reason {BackfillReason.MISSED_NIGHTS}"
            yield Gap(first, last, len(stretch), command)
            stretch = []
        stretch += [night] if night is not None else []
