"""A hazard logistic regression of open clocks: the plain model that a statistician would try first.

In each twelfth b of a clock, of those still open at its beginning, logit h_b = α_b + β_department + γ_kind is met within it. A ridge
penalty of one half keeps departments and kinds of few clocks near the others (Singer and Willett 1993 for the model).

Belongs here: that challenger. Does not: our own chances (``transforms.duty.survival``).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import optimize, sparse

Array = NDArray[np.float64]

TWELFTHS: Final = 12
_RIDGE: Final = 0.5


def missed(lives: pl.DataFrame, asked: pl.DataFrame) -> Array:
    """The chance that each open clock is missed.

    Args:
        lives: clocks of the past, schema ``LIVES``.
        asked: open clocks, schema ``LIVES``; departments and kinds that were never seen count as any other.
    """
    chances = _hazards(lives, asked.select("department", "kind"))
    place = np.clip(asked["lived"].to_numpy(), 0.0, 1.0) * TWELFTHS
    part = np.minimum(place.astype(np.int64), TWELFTHS - 1)
    logs = np.log1p(-np.clip(chances, 0.0, 1 - 1e-12))
    left = np.concatenate([np.cumsum(logs[:, ::-1], axis=1)[:, ::-1], np.zeros((len(logs), 1))], axis=1)
    rows = np.arange(len(place))
    return np.asarray(np.exp(left[rows, part + 1] + logs[rows, part] * (1 - (place - part))))


def _hazards(lives: pl.DataFrame, asked: pl.DataFrame) -> Array:
    """The hazard of each clock asked about in each twelfth, shape (clocks, 12)."""
    ended = pl.col("lived").clip(0, 1) * TWELFTHS
    last = pl.when("met").then(ended.ceil().clip(1, TWELFTHS)).otherwise(ended.floor()).cast(pl.Int64)
    counts = lives.group_by("department", "kind", last=last).agg(met=pl.col("met").sum(), all=pl.len()).sort("department", "kind", "last")
    departments, kinds = (sorted(counts[c].unique().to_list()) for c in ("department", "kind"))
    groups = counts.select("department", "kind").unique(maintain_order=True).with_row_index("group")
    row = counts.join(groups, on=["department", "kind"], how="left", maintain_order="left")["group"].to_numpy()
    met, seen = (np.zeros((len(groups), TWELFTHS)) for _ in range(2))
    lasted, came, number = (counts[c].to_numpy() for c in ("last", "met", "all"))
    for part in range(TWELFTHS):
        # Open all through this twelfth, or met in it.
        here = lasted > part
        np.add.at(seen[:, part], row[here], number[here])
        ending = lasted == part + 1
        np.add.at(met[:, part], row[ending], came[ending])
    design = _design(groups, departments, kinds)
    found = _fitted(design, met.ravel(), seen.ravel())
    base = found[:TWELFTHS]
    effects = [dict(zip(departments, found[TWELFTHS:], strict=False)), dict(zip(kinds, found[TWELFTHS + len(departments) :], strict=True))]
    own = asked["department"].replace_strict(effects[0], default=0.0) + asked["kind"].replace_strict(effects[1], default=0.0)
    return _chance(base[None, :] + own.to_numpy()[:, None])


def _design(groups: pl.DataFrame, departments: list[str], kinds: list[str]) -> sparse.csr_matrix:
    """Which coefficients each group has a part in, in each twelfth."""
    n, parts = len(groups), np.arange(TWELFTHS)
    first, second = (
        groups[c].replace_strict(dict(zip(known, range(len(known)), strict=True))).to_numpy()
        for c, known in (("department", departments), ("kind", kinds))
    )
    columns = np.stack(
        [
            np.tile(parts, n),
            np.repeat(TWELFTHS + first, TWELFTHS),
            np.repeat(TWELFTHS + len(departments) + second, TWELFTHS),
        ],
        axis=1,
    )
    rows = np.repeat(np.arange(n * TWELFTHS), 3)
    shape = (n * TWELFTHS, TWELFTHS + len(departments) + len(kinds))
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns.ravel())), shape=shape)


def _fitted(design: sparse.csr_matrix, met: Array, seen: Array) -> Array:
    """The coefficients of least penalised loss."""

    def loss(at: Array) -> tuple[float, Array]:
        linear = design @ at
        value = (seen * np.logaddexp(0.0, linear) - met * linear).sum() + _RIDGE * (at[TWELFTHS:] ** 2).sum()
        slope = design.T @ (seen * _chance(linear) - met)
        slope[TWELFTHS:] += 2 * _RIDGE * at[TWELFTHS:]
        return float(value), slope

    return np.asarray(optimize.minimize(loss, np.full(design.shape[1], 0.0), jac=True, method="L-BFGS-B").x)


def _chance(linear: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(linear, -30, 30))))
