"""Features of one series, as tests ask for them.

Belongs here: the first structure's features of one series at a time. Does not: making them (``transforms.scoring.features``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from transforms.grids.neighbours import Neighbours
from transforms.scoring.features import FEATURES, Feature, Past, make_features_of

NAMES = tuple(f.name for f in FEATURES)


def make_features(
    past: Past,
    season: NDArray[np.float64],
    origins: NDArray[np.int64],
    neighbours: Neighbours,
    wanted: Sequence[Feature] = FEATURES,
    *,
    single: bool = False,
) -> NDArray[np.floating]:
    """As ``make_features_of`` for one series."""
    return make_features_of([past], [season], origins, neighbours, wanted, single=single)[0]
