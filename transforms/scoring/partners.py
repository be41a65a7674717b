"""Partners: other series of the feed that each have a rate of their own among the features, beside all others together.

Together, a frequent series drowns a rare one that says more: where robbery goes, homicide goes, and theft does not. A partner's rate is
its long-run sum in the cell, scaled to the own total, over the own exposure.

A category may have many series; at most eight are partners, those whose places are most like the own ones: by the correlation over cells
of the square roots of both long-run counts, pulled to nothing as far as the partner has few events. Square roots, so that one hot cell
does not decide.

Belongs here: which series, and their rates. Does not: what they weigh (``structure``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.scoring.features import Feature, Part, Past, Together

Array = NDArray[np.float64]

MOST_PARTNERS: Final = 8
# A correlation over so many events is believed by half.
HALF_BELIEVED_EVENTS: Final = 200.0


def partner_feature(code: str) -> Feature:
    """The feature of one partner."""
    return Feature(f"partner_{code}", Part.OTHER_SERIES, partner=code)


def choose_partners(past: Past, origins: NDArray[np.int64]) -> tuple[str, ...]:
    """The codes of the partners of a series, the most like it first, as known at the first of ``origins``."""
    if not isinstance(past.others, Together) or past.code not in past.others.series:
        return ()
    known = past.others.long_run(origins)
    own = _rooted(known[past.code][:, 0])
    if not own.any():
        return ()
    alike = {code: _likeness(own, sums[:, 0]) for code, sums in known.items() if code != past.code}
    return tuple(sorted((c for c, v in alike.items() if v > 0), key=lambda c: (-alike[c], c))[:MOST_PARTNERS])


def partner_sums(past: Past, origins: NDArray[np.int64], partners: Sequence[str]) -> list[Array]:
    """Long-run sums of each partner, scaled to the own total, shape (cells, origins) each."""
    if not partners:
        return []
    known = past.others.long_run(origins)
    total = known[past.code].sum(axis=0)
    # Fewer events there than here say little, and would be blown up to the own total.
    return [known[code] * (total / np.maximum(known[code].sum(axis=0), np.maximum(total, 1.0))) for code in partners]


def _rooted(sums: Array) -> Array:
    root = np.sqrt(sums)
    return np.asarray(root - root.mean())


def _likeness(own: Array, sums: Array) -> float:
    theirs, events = _rooted(sums), float(sums.sum())
    length = float(np.sqrt((own @ own) * (theirs @ theirs)))
    return float(own @ theirs) / length * events / (events + HALF_BELIEVED_EVENTS) if length > 0 else 0.0
