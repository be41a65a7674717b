"""Structures: what a model looks at and how far it may be believed, by version.

A model is stored with the version of its structure, and is scored, and on `sifang replay --refit` fitted, by that version for ever: a night
that was published under a former structure comes out the same. A change of features, priors or sizes is a new version here and one more
row of the table; a former one is never edited.

1. Twenty rates; a mixture from nine weekly windows on; one size for all cells.
2. Beside them up to eight partners and four curves; a mixture from two windows on, held to the shrunk rate by a prior of 5 pseudo-events
   instead of 30; sizes that grow with the mean, and levels that drift over the horizon.

Belongs here: that table, and the features and prior that follow from it. Does not: fitting (``model``), the features' own formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.grids.neighbours import Neighbours
from transforms.scoring.curves import CURVES, curves
from transforms.scoring.decay import LONG_RUN, decayed_sums
from transforms.scoring.features import FEATURES, OTHER, SHRUNK, Feature, Past, completed, make_features_of
from transforms.scoring.partners import choose_partners, partner_feature, partner_sums
from transforms.scoring.rate import Rates
from transforms.scoring.weights import prior_events

Array = NDArray[np.float64]

_OTHER_LONG_RUN: Final = next(f for f in OTHER if f.half_life == LONG_RUN and not f.sigma_m)


@dataclass(frozen=True)
class Structure:
    """One version.

    ``min_windows`` are the windows from which a mixture is fitted, ``judged_windows`` those from which the gate has enough to judge it.
    ``prior_events`` are the prior's pseudo-events for the twenty rates together, ``partner_events`` and ``curve_events`` those for each of
    those features, 0 where the structure has none.
    ``is_spread`` says that sizes grow with the mean and levels drift, ``may_fall`` that a mixture which lost lately is left.
    """

    version: int
    min_windows: int
    judged_windows: int
    prior_events: float = 30.0
    partner_events: float = 0.0
    curve_events: float = 0.0
    is_spread: bool = False
    may_fall: bool = False

    def partners(self, past: Past, origins: NDArray[np.int64]) -> tuple[str, ...]:
        """The partners that a model fitted on the windows from ``origins`` on, newest first, looks at."""
        return choose_partners(past, origins) if self.partner_events else ()

    def features(self, partners: Sequence[str]) -> tuple[Feature, ...]:
        """Every feature in the order of the weights; the district's mean is the last."""
        return (*map(partner_feature, partners), *(CURVES if self.curve_events else ()), *FEATURES)

    def prior(self, partners: Sequence[str]) -> Array:
        """Pseudo-events per feature, shape (features,)."""
        extra = [self.partner_events] * len(partners) + [self.curve_events] * (len(CURVES) if self.curve_events else 0)
        return np.concatenate([extra, prior_events(self.prior_events)])

    def kept(self, partners: Sequence[str]) -> tuple[int, ...]:
        """The places of the features that every fit keeps: the shrunk rate and the district's mean."""
        features = self.features(partners)
        return features.index(SHRUNK), len(features) - 1

    def shrunk_alone(self, partners: Sequence[str]) -> Array:
        """The weights of the shrunk rate alone."""
        return np.array([float(f is SHRUNK) for f in self.features(partners)])


FORMER: Final = Structure(version=1, min_windows=9, judged_windows=9)
CURRENT: Final = Structure(
    version=2, min_windows=2, judged_windows=9, prior_events=5.0, partner_events=1.0, curve_events=0.1, is_spread=True, may_fall=True
)
STRUCTURES: Final = {s.version: s for s in (FORMER, CURRENT)}


def make_all(
    structures: Sequence[Structure],
    partners: Sequence[Sequence[str]],
    pasts: Sequence[Past],
    seasons: Sequence[Array],
    origins: NDArray[np.int64],
    neighbours: Neighbours,
    *,
    single: bool = False,
) -> list[Rates]:
    """The features of several series of one feed, each as its own structure and partners ask, shape (features, cells, origins) each."""
    base = make_features_of(pasts, seasons, origins, neighbours, single=single)
    return [
        _with_extras(structure, with_, past, season, origins, of_series)
        for structure, with_, past, season, of_series in zip(structures, partners, pasts, seasons, base, strict=True)
    ]


def _with_extras(
    structure: Structure, partners: Sequence[str], past: Past, season: Array, origins: NDArray[np.int64], base: Rates
) -> Rates:
    extra = len(structure.features(partners)) - len(FEATURES)
    if not extra:
        return base
    made = np.empty((extra + len(base), *base.shape[1:]), dtype=base.dtype)
    made[extra:] = base
    shrunk = base[FEATURES.index(SHRUNK)]
    if partners:
        exposed = decayed_sums(past.exposure.share * season, origins, (LONG_RUN,))[0][past.exposure.pattern].astype(base.dtype)
        for k, sums in enumerate(partner_sums(past, origins, partners)):
            made[k] = completed(sums.astype(base.dtype), exposed, LONG_RUN, shrunk)
    if structure.curve_events:
        made[len(partners) : extra] = curves(shrunk, base[-1], base[FEATURES.index(_OTHER_LONG_RUN)])
    return made
