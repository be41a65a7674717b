"""Four curves of the shrunk rate: a rate that bends where the sum of the others is straight.

With s the shrunk rate of a cell, m the district's mean and o the long-run rate of all other series there, scaled to the own total:
s²/m (hot places hotter than their past says), √(s·m) (and less so), s·o/m (hot for both) and √(s·o) (hot for both, evenly). Each is in
events per day like every other feature, never negative, and grows by c where all series of the district do.

Belongs here: those formulas. Does not: the rates that they are made of (``features``), what they weigh (``structure``).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from transforms.scoring.features import Feature, Part
from transforms.scoring.rate import Rates

CURVES: Final = (
    Feature("shrunk_squared", Part.LONG_RUN),
    Feature("shrunk_root", Part.LONG_RUN),
    Feature("shrunk_times_other", Part.OTHER_SERIES),
    Feature("shrunk_other_root", Part.OTHER_SERIES),
)


def curves(shrunk: Rates, district: Rates, other: Rates) -> list[Rates]:
    """The ``CURVES``, each of the shape of the rates they are made of; nothing where nothing ever came in the district."""
    mean = np.where(district > 0, district, 1)
    return [shrunk * shrunk / mean, np.sqrt(shrunk * district), shrunk * other / mean, np.sqrt(shrunk * other)]
