"""How far each live source was asked, beside what was seen of files: a saving and never the truth.

Belongs here: cursors, what the last whole reading held, and today's requests. Does not: which batches are done with
(``infra.warehouse.intake.batches``): without this memory everything is asked again, and enters once as ever.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

_FILE = "asked.json"


@dataclass(frozen=True)
class Asked:
    """What is remembered of one live source.

    Attributes:
        address: where it was asked; another address has another memory.
        cursor: the newest change that is in, as the far side writes it.
        reached_at: when that was so by our own clock, for theirs may run ahead.
        rows: how many rows the far side said to have.
        cuts: the batches of the last whole reading, each with what it was known by.
        day: the day to which ``requests`` belong.
        requests: how often it was asked on that day.
        asked_at: when it was last asked to the end.
    """

    address: str
    cursor: str | None = None
    reached_at: str | None = None
    rows: int | None = None
    cuts: Mapping[str, str] = field(default_factory=dict)
    day: str = ""
    requests: int = 0
    asked_at: str | None = None


class Memory:
    """What is remembered of the live sources of one district."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / _FILE
        self._asked: dict[str, Asked] = {}
        try:
            self._asked = {str(k): Asked(**v) for k, v in json.loads(self._file.read_text("utf-8")).items()}
        except (OSError, ValueError, TypeError, AttributeError):
            # None yet, or a broken one: both only cost requests.
            self._asked = {}

    def of(self, source: str, address: str, today: dt.date) -> Asked:
        """What is remembered of a source at an address; of another day no requests."""
        found = self._asked.get(source)
        known = found if found is not None and found.address == address else Asked(address)
        return known if known.day == f"{today:%F}" else replace(known, day=f"{today:%F}", requests=0)

    def note(self, source: str, asked: Asked) -> None:
        """Remember, and write it down at once: whole or not at all."""
        self._asked[source] = asked
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(f".{os.getpid()}.draft")
        draft.write_text(json.dumps({k: asdict(v) for k, v in self._asked.items()}), "utf-8")
        draft.replace(self._file)
