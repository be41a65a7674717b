"""How often a far side may be asked.

Belongs here: counting and spacing requests. Does not: where the count is kept (``memory``).
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from infra.sources.table import UnusableFile


@dataclass
class Quota:
    """Requests to one far side: ``taken`` of today's ``per_day``, evenly spaced to ``per_minute``."""

    per_minute: int | None = None
    per_day: int | None = None
    taken: int = 0
    _next: float = 0.0

    def take(self) -> None:
        """Wait for the turn of one request, and count it.

        Raises:
            UnusableFile: today's are used up.
        """
        if self.per_day is not None and self.taken >= self.per_day:
            raise UnusableFile("source_quota", f"the {self.per_day} requests of a day (requests_per_day) are used up; it goes on tomorrow")
        if self.per_minute is not None:
            time.sleep(max(0.0, self._next - time.monotonic()))
            self._next = time.monotonic() + 60 / self.per_minute
        self.taken += 1
