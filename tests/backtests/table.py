"""The tables of ``transforms/scoring/README.md``: one structure beside another, series by series, from files that ``walk`` wrote.

    python -m tests.backtests.table AFTER.parquet BEFORE.parquet

Belongs here: gains, calibration and slope of two files. Does not: making them (``walk``).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.backtest.metrics import LEAST_MEAN, log_score, pit, standard_error
from transforms.scoring.negbin import fit_size

Array = NDArray[np.float64]

HEAD = "| series | events | over shrunk EWMA | over the first structure | PIT | top 1 % | top 5 % | slope |"


class Graded:
    """One series of a file, by origin."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame.sort("origin", "cell_id")
        self.mean = np.maximum(self._frame["mean"].to_numpy(), 1e-9)
        self.size, self.count = self._frame["size"].to_numpy(), self._frame["observed"].to_numpy()
        self.origin = self._frame["origin"].rank("dense").to_numpy().astype(np.int64) - 1
        self.origins, self.events = int(self.origin.max()) + 1, float(self.count.sum())
        days = self._frame["origin"].unique().sort()
        self.every = int((days[1] - days[0]).days) if len(days) > 1 else 7
        self.horizon = int(self._frame["horizon_days"][0])

    @property
    def score(self) -> Array:
        """Log score of every row."""
        return log_score(self.mean, self.size, self.count)

    def baseline(self, name: str) -> Array:
        """Log score of a baseline, with the size that suits it best in hindsight."""
        mean = np.maximum(self._frame[f"baseline_{name}"].to_numpy(), LEAST_MEAN)
        return log_score(mean, np.full(len(mean), fit_size(mean, self.count)), self.count)

    def gain(self, scores: Array, other: Array) -> str:
        """Gain in nats per event, with its standard error over origins."""
        by_origin = np.bincount(self.origin, scores - other, self.origins) * self.origins / self.events
        return f"{by_origin.mean():+.4f} ± {standard_error(by_origin, self.every, self.horizon) or 0:.4f}"

    def hottest(self, share: float) -> str:
        """Expected over observed in the cells ranked highest at each origin, with its standard error."""
        sums = []
        for k in range(self.origins):
            own = np.flatnonzero(self.origin == k)
            top = own[np.argsort(-self.mean[own], kind="stable")[: max(1, round(share * len(own)))]]
            sums.append((self.mean[top].sum(), self.count[top].sum()))
        expected, came = np.array(sums).T
        se = (standard_error(came - expected, self.every, self.horizon) or 0) * self.origins / max(came.sum(), 1)
        return f"{expected.sum() / max(came.sum(), 1):.2f} ± {se:.2f}"

    def slope(self) -> float:
        """Of the log of what came on the log of what was expected, by Poisson regression; 1 where forecasts are neither flat nor steep."""
        design = np.column_stack([np.ones(len(self.mean)), np.log(self.mean)])
        beta = np.array([0.0, 1.0])
        for _ in range(30):
            due = np.exp(np.clip(design @ beta, -30, 10))
            step = np.linalg.solve((design * due[:, None]).T @ design, design.T @ (self.count - due))
            beta += step
            if np.abs(step).max() < 1e-8:
                break
        return float(beta[1])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("after", type=Path)
    parser.add_argument("before", type=Path)
    asked = parser.parse_args()
    after, before = pl.read_parquet(asked.after), pl.read_parquet(asked.before)
    print(HEAD, "|" + "---|" * 8, sep="\n")
    for series in after["series"].unique().sort():
        new, old = (Graded(f.filter(pl.col("series") == series)) for f in (after, before))
        deviation = [100 * float(np.abs(pit(g.mean, g.size, g.count) - 0.1).max()) for g in (old, new)]
        gains = new.gain(new.score, new.baseline("shrunk_ewma")), new.gain(new.score, old.score)
        tails = [f"{old.hottest(share)} → {new.hottest(share)}" for share in (0.01, 0.05)]
        calibrated = f"{deviation[0]:.2f} → {deviation[1]:.2f}", *tails, f"{old.slope():.2f} → {new.slope():.2f}"
        print("|", " | ".join([str(series), f"{new.events:,.0f}", *gains, *calibrated]), "|")


if __name__ == "__main__":
    main()
