"""When a message is tried again on a channel that did not take it, and when no more.

Belongs here: the wait, with its jitter. Does not: sending (``infra.deliver``), remembering (``infra.warehouse.alerts.deliveries``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Final

FIRST: Final = dt.timedelta(seconds=30)
LONGEST: Final = dt.timedelta(hours=2)
# A receiver that answers nothing useful for a day is no reason to lose a message.
GIVEN_UP_AFTER: Final = dt.timedelta(hours=72)


def next_try(message_id: str, tries: int, first_tried_at: dt.datetime, now: dt.datetime) -> dt.datetime | None:
    """When to try again after so many tries; None: never, the message is dead until somebody sends it again.

    The wait doubles up to a longest one, and lies between half and one and a half of that: messages that failed together do not come back
    together. The jitter follows from the message, so that nothing here is random.
    """
    if now - first_tried_at >= GIVEN_UP_AFTER:
        return None
    wait = min(LONGEST, FIRST * (1 << min(tries - 1, 20)))
    digest = hashlib.blake2b(f"{message_id}|{tries}".encode(), digest_size=2).digest()
    share = 0.5 + int.from_bytes(digest, "big") / 65_536
    return now + wait * share
