"""What share of an oracle's gain the forecast reaches in the workshop's invented districts, where the truth is known.

    python -m tests.backtests.oracle --weeks 4 8 26 104 --seeds 3

The oracle knows the rate of every cell and day, and gains over the shrunk EWMA all that there is to gain. Places are those of the
simulator, counts are drawn from them without its dirt; young pasts are the last weeks of it.

Belongs here: that comparison. Does not: real cities (``walk``).
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from infra.districts import folder as district_folder
from transforms.backtest.metrics import LEAST_MEAN, log_score
from transforms.grids.neighbours import Neighbours
from transforms.panel.panel import Exposure
from transforms.scoring.baselines import baseline_rates
from transforms.scoring.features import Past, Together
from transforms.scoring.fitting import fit_model
from transforms.scoring.forecast import Setting, forecast
from transforms.scoring.negbin import fit_size
from transforms.scoring.structure import STRUCTURES
from transforms.workshop.simulator import events
from transforms.workshop.simulator.world import KINDS, SOURCES

Array = NDArray[np.float64]

ORIGIN, TEST_WEEKS, WEEK = dt.date(2023, 1, 2), 8, 7
POISSON = 1e7


def drawn(seed: int, days: int) -> tuple[dict[str, dict[str, Array]], dict[str, dict[str, Array]], Neighbours]:
    """Expected and drawn events per source, series, cell and day, and the neighbours of the cells."""
    cells = district_folder.load(Path(district_folder.__file__).parent / "weibin").cells
    rng = np.random.default_rng(seed)
    ground = events.survey(cells, rng)
    risk, rates = events._place_risk(ground, rng), events._daily_rates(ORIGIN, days, 1.0, rng)
    means: dict[str, dict[str, Array]] = {source: {} for source in SOURCES}
    for k, kind in enumerate(KINDS):
        if kind.series:
            own = means[kind.source]
            own[kind.series] = own.get(kind.series, 0.0) + risk[k][:, None] * rates[k][None, :]
    counts = {source: {series: rng.poisson(m).astype(float) for series, m in own.items()} for source, own in means.items()}
    return means, counts, Neighbours(ground.xy_m[:, 0], ground.xy_m[:, 1])


def scores(weeks: int, seed: int) -> dict[str, tuple[float, float]]:
    """Log score over all series, of the oracle, the EWMA and each structure, and the events they are over."""
    known = weeks * WEEK
    days = known + TEST_WEEKS * WEEK
    means, counts, neighbours = drawn(seed, days)
    every = [ORIGIN + dt.timedelta(days=k) for k in range(days)]
    told: dict[str, list[tuple[Array, Array]]] = {}
    total: dict[str, float] = {}
    number = 0.0
    for source, of_source in counts.items():
        for series, count in of_source.items():
            told = {}
            for week in range(TEST_WEEKS):
                first, end = week * WEEK, known + week * WEEK
                cut = {s: c[:, first:end] for s, c in of_source.items()}
                exposure = Exposure(np.zeros(len(count), dtype=np.int64), np.ones((1, known)))
                past = Past(cut[series], Together(cut), exposure, series)
                ahead, came = slice(end, end + WEEK), count[:, end : end + WEEK].sum(axis=1)
                told.setdefault("oracle", []).append((means[source][series][:, ahead].sum(axis=1), came))
                at = np.array([known])
                for version, structure in STRUCTURES.items():
                    model = fit_model(past, every[first:end], {}, WEEK, neighbours, structure)
                    made = forecast(model, past, Setting(every[first:end], {}, neighbours), at, WEEK)
                    told.setdefault(f"structure {version}", []).append((made.mean[:, 0], came))
                    total[f"structure {version}"] = total.get(f"structure {version}", 0.0) + float(
                        log_score(np.maximum(made.mean[:, 0], 1e-9), made.size[:, 0], came).sum()
                    )
                season = model.season.factor(every[first:end], {})
                rate = baseline_rates(past, season, at, WEEK, neighbours)["shrunk_ewma"][:, 0]
                told.setdefault("ewma", []).append((rate * made.offset[0], came))
            for name in ("oracle", "ewma"):
                mean, came = (np.concatenate(v) for v in zip(*told[name], strict=True))
                mean = np.maximum(mean, LEAST_MEAN)
                size = POISSON if name == "oracle" else fit_size(mean, came)
                total[name] = total.get(name, 0.0) + float(log_score(mean, np.full(len(mean), size), came).sum())
            number += float(came.sum())
    return {name: (value, number) for name, value in total.items()}


def main() -> None:
    """Print a line per length of history."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weeks", type=int, nargs="+", default=[4, 8, 26, 104])
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    with threadpool_limits(limits=1, user_api="blas"):
        for weeks in asked.weeks:
            found = [scores(weeks, seed) for seed in range(asked.seeds)]
            of = {name: sum(f[name][0] for f in found) for name in found[0]}
            number = sum(f["oracle"][1] for f in found)
            whole = of["oracle"] - of["ewma"]
            shares = ", ".join(f"structure {v} {(of[f'structure {v}'] - of['ewma']) / whole:.3f}" for v in STRUCTURES)
            print(f"{weeks} weeks: {shares} of the oracle's {whole / number:.3f} nats per event", flush=True)


if __name__ == "__main__":
    main()
