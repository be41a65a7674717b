"""What an alert is about, and the identity that follows from it.

Belongs here: subjects, identities. Does not: how an alert stands (``transforms.alerts.machine.handling``), what a night brings
(``transforms.alerts.events``).

An alert is (district, type, subject kind, subject, category, episode); the episode is the night of its first opening, so a re-run of the
same night finds the same alert.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Final, NamedTuple

# Kinds of subjects that are places of the map. A type of alert may have others; those are called by their codes.
CELL: Final = "cell"
SUBDISTRICT: Final = "subdistrict"
DISTRICT: Final = "district"
# Places of a register, which lie in a cell.
PREMISES: Final = "premises"


class Subject(NamedTuple):
    """What an alert is about: with the district and the night of its first opening, its identity."""

    type: str
    kind: str
    code: str
    category: str | None


def alert_id(district: str, subject: Subject, episode: dt.date) -> str:
    """Identity of an alert, the same in every run."""
    text = "|".join((district, *(part or "" for part in subject), episode.isoformat()))
    return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()
