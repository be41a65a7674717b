"""What a walked batch comes to as a whole: whether a night would take it in, and whether somebody should look at it first.

Belongs here: the shares that decide it. Does not: checks of rows and of batches beside earlier ones (``expectations``), telling people
(``flows.intake.rehearsal``).
"""

from __future__ import annotations

from typing import Final

from transforms.district.source import Source
from transforms.reports.walked import Walked

# Fewer rows than this that lie outside the district are those rows' fault, not the source's declaration.
FEW_OUTSIDE: Final = 10
# From this share on somebody should look at what was set aside, or at what was merged.
WORTH_A_LOOK: Final = 0.05
MOSTLY_MERGED: Final = 0.5


def too_many_outside(source: Source, walked: Walked) -> bool:
    """Whether so many rows lie in no cell that the place must be declared wrongly.

    Taken in, such a file would cover its days with hardly a report, and they would pass for quiet ones.
    """
    outside = len(walked.outside)
    set_aside = len(walked.rejects) + outside
    return outside >= FEW_OUTSIDE and set_aside > source.max_quarantined * (len(walked.versions) + set_aside)


def would_be_refused(source: Source, walked: Walked) -> bool:
    """Whether a batch that was walked with patience holds more to set aside than its source allows."""
    too_many = len(walked.rejects) > source.max_quarantined * max(1, len(walked.rows))
    return too_many or too_many_outside(source, walked)


def mostly_merged(walked: Walked) -> bool:
    """Whether so many rows became part of others that their key is hardly that of an incident."""
    return walked.merged > MOSTLY_MERGED * max(1, len(walked.rows) - len(walked.rejects))


def worth_a_look(walked: Walked, personal: int, in_scope: int) -> bool:
    """Whether nothing would enter, or much would be set aside.

    Args:
        walked: the batch.
        personal: rows that were dropped before.
        in_scope: rows that the source means, those dropped included.
    """
    set_aside = personal + len(walked.rejects) + len(walked.outside)
    return walked.versions.is_empty() or set_aside > WORTH_A_LOOK * max(1, in_scope)
