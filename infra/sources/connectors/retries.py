"""How patient one is with a far side: how often it is asked again, and how long one waits before.

Belongs here: waiting. Does not: which failures pass (``client``).
"""

from __future__ import annotations

import datetime as dt
import random
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from infra import clock


@dataclass(frozen=True)
class Patience:
    """``attempts`` for one question, with waits that double from ``first_s``, none over ``longest_s``."""

    attempts: int = 5
    first_s: float = 1.0
    longest_s: float = 120.0

    def wait(self, attempt: int, retry_after: str | None) -> bool:
        """Wait after a failed attempt, counted from 1; whether there is a further one. A wait that the far side asks for and that is
        longer than ours is not waited for at all."""
        if attempt >= self.attempts:
            return False
        # Many that failed together must not come back together.
        own = min(self.longest_s, self.first_s * 2 ** (attempt - 1)) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        asked = seconds(retry_after)
        if asked is not None and asked > self.longest_s:
            return False
        time.sleep(own if asked is None else max(asked, own if asked else 0.0))
        return True


PATIENCE = Patience()


def seconds(retry_after: str | None) -> float | None:
    """How long a far side asks to wait: it says seconds, or a date; None where it says neither."""
    if not retry_after:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=dt.UTC)) - clock.now()).total_seconds())
