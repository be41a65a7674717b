"""Which model may be used: a mixture must beat what it would replace, and a refit must not be worse than the one before.

Judged only on windows held out, which no compared model has seen; paired by window, in nats per event. Every rule is a function of
the past alone and holds no memory, so that a model fitted again from what was known comes out the same.

*Mixture or shrunk rate.* A mixture is promoted when, over 26 origins, it gains more than 0 over the shrunk EWMA and over the shrunk rate
that would be used instead, and loses no more than 0.005 nats per event to any other baseline. The other three do not enter the first
condition: the last period loses by whole nats and would outvote every other. With fewer origins a mixture is *provisional*, and must gain
more than one standard error over both.

*Refit.* What the weekly refits of the last quarter brought can be judged on windows that none of them saw: weights that had learned from
all but the 13 newest windows (the refit) against those that had learned from all but the 26 newest (the incumbent), on the 13 newest. Worse
by more than one standard error, and by more than 0.005, the refit is refused and the incumbent's weights go on. Comparing this week's
weights with last week's would say nothing: both have seen the windows they would be judged on.

*Fall.* A promoted mixture whose last 13 windows lost to the shrunk rate by more than one standard error, and by more than may be lost,
falls back to it, and comes back once 13 windows have gained again. Which of the two it is follows from the 26 windows held out, gone
through from the oldest on.

Belongs here: rules over gains. Does not: the forecasts that are compared (``model``, ``baselines``), how a standing is shown
(``standings``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.scoring.negbin import log_probability
from transforms.words import Standing

Array = NDArray[np.float64]

ENOUGH_ORIGINS: Final = 26
REFIT_ORIGINS: Final = 13
HEADLINE: Final = "shrunk_ewma"
# What may be lost, in nats per event, before it counts.
LEAST_GAIN: Final = -0.005


@dataclass(frozen=True)
class Gain:
    """Mean paired gain in nats per event, and its standard error over origins; both 0 where no event came."""

    mean: float
    se: float


def log_scores(mean: Array, size: float, count: Array, seen: NDArray[np.bool_]) -> Array:
    """Log probability that a forecast gave to what came, in nats; 0 where nothing was observed. All arrays (cells, origins)."""
    return np.where(seen, log_probability(mean, size, count), 0.0)


def paired_gain(scores: Array, other: Array, events: Array, overlap: float = 1.0) -> Gain:
    """Gain of one forecast over another.

    Args:
        scores: ``log_scores`` of the forecast, shape (cells, origins), at least two origins.
        other: those of the other.
        events: what came at each origin, shape (origins,).
        overlap: windows that share a day with each; neighbours are then no independent evidence.
    """
    total, origins = float(events.sum()), len(events)
    if not total:
        return Gain(0.0, 0.0)
    by_origin = (scores - other).sum(axis=0) * origins / total
    return Gain(float(by_origin.mean()), float(by_origin.std(ddof=1) * np.sqrt(overlap / origins)))


def standing(gains: Mapping[str, Gain], fallback: str, origins: int) -> Standing:
    """How a mixture stands by its gains over baselines and over the ``fallback`` that would be used instead of it."""
    enough = origins >= ENOUGH_ORIGINS
    least = {name: 0.0 if enough else gain.se for name, gain in gains.items() if name in {HEADLINE, fallback}}
    # Asked for what is wanted: a gain that is no number is none.
    if not (all(gains[name].mean > limit for name, limit in least.items()) and all(gain.mean > LEAST_GAIN for gain in gains.values())):
        return Standing.REFUSED
    return Standing.PROMOTED if enough else Standing.PROVISIONAL


def refit_is_worse(gain: Gain) -> bool:
    """Whether a refit is worse than the incumbent by more than one standard error, and by more than may be lost.

    ``gain`` is the refit's over the incumbent, both with the same size, as they would have in use.
    """
    return not gain.mean >= min(LEAST_GAIN, -gain.se)


def has_fallen(scores: Array, fallback: Array, events: Array, overlap: float = 1.0) -> bool:
    """Whether a mixture has lost lately, and has not earned its place again since.

    Args:
        scores: ``log_scores`` of the mixture, the newest window first, shape (cells, origins).
        fallback: those of the shrunk rate.
        events: what came at each origin, shape (origins,).
        overlap: as in ``paired_gain``.
    """
    fallen = False
    for newest in range(len(events) - REFIT_ORIGINS, -1, -1):
        quarter = slice(newest, newest + REFIT_ORIGINS)
        gain = paired_gain(scores[:, quarter], fallback[:, quarter], events[quarter], overlap)
        fallen = not gain.mean > 0 if fallen else not gain.mean >= min(LEAST_GAIN, -gain.se)
    return fallen
