"""Asking a source on loopback again and again, with a memory of its own.

Belongs here: that. Does not: what is asked (a file per protocol beside this one).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from infra.sources.connectors.live import Ask, LivePlace, asked_at
from infra.sources.connectors.memory import Memory
from infra.sources.unpack import Delivered
from tests.helpers.keys import SECRET
from transforms.district.source import Source

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
COLUMNS = {"occurred_at": "happened", "kind": "kind", "lon": "lon", "lat": "lat", "status": "status"}


class Asked:
    """One source with a memory of its own, asked as often as a test likes, at what a test says is ``now`` and since a day it may name."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now = folder, NOW
        self.since: dt.date | None = None

    def __call__(self, declared: Mapping[str, object], **changes: object) -> list[Delivered]:
        of = {"code": "order", "feed": "public_order", "key": ["number"], "columns": COLUMNS, "from": {"allow_local": True, **declared}}
        source = Source.model_validate({**of, **changes})
        assert source.live is not None
        place = asked_at(source, source.live)
        assert isinstance(place, LivePlace)
        found = []
        for file in place.deliveries(Ask(Memory(self.folder), self.now, SECRET, self.since)):
            file.settled = file.refusal is None
            found.append(file)
        return found
