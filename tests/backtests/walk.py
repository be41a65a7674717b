"""Forecasts of an open city at past origins, as rows of ``FORECASTS``: production's fit, calendar and history, without a lake.

    python -m tests.backtests.walk CITY --data FOLDER --from 2014-07-07 --to 2015-12-21 --every 7 --horizon 7 --out FILE.parquet

At the end it prints how often the 80 % intervals of the whole city held.

Belongs here: going through origins. Does not: the cities (``cities``), grading (``table``).
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from threadpoolctl import threadpool_limits

from tests.backtests.cities import CITIES, Open
from transforms.backtest.rows import FORECASTS, Came, Origin, forecast_rows
from transforms.backtest.totals import DISTRICT, TOTALS, coverage, total_rows
from transforms.panel.panel import Exposure
from transforms.scoring.features import Past, Together
from transforms.scoring.fitting import fit_model
from transforms.scoring.model import SeriesModel
from transforms.scoring.structure import CURRENT, STRUCTURES, Structure

HISTORY_DAYS = 1460


def pasts(city: Open, column: int, born: int = 0) -> tuple[list[dt.date], dict[str, Past]]:
    """The days from column ``born`` to before a column, as many as production keeps, and what was observed of each series on them."""
    first = max(born, column - HISTORY_DAYS)
    exposure = Exposure(city.exposure.pattern, city.exposure.share[:, first:column])
    cut = {code: counts[:, first:column] for code, counts in city.counts.items()}
    together = Together(cut)
    return city.days[first:column], {code: Past(counts, together, exposure, code) for code, counts in cut.items()}


def rows(
    city: Open, day: dt.date, horizon: int, only: Sequence[str] = (), born: int = 0, structure: Structure = CURRENT
) -> tuple[pl.DataFrame, dict[str, SeriesModel]]:
    """Rows of ``FORECASTS`` of one origin, and the models they were made by."""
    column = city.column(day)
    days, known = pasts(city, column, born)
    window = slice(column, column + horizon)
    frames, models = [FORECASTS.to_frame()], {}
    for code in only or sorted(known):
        models[code] = fit_model(known[code], days, city.holidays, horizon, city.neighbours, structure)
        came = Came(city.counts[code][:, window].toarray(), city.exposure.at(window))
        origin = Origin(day, days, city.holidays, city.cells, city.neighbours)
        levels = pl.Series("level", [None] * len(city.cells), dtype=pl.String)
        frames.append(forecast_rows(code, origin, models[code], known[code], came, levels)[0])
    return pl.concat(frames), models


def main() -> None:
    """Walk and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("city", choices=sorted(CITIES))
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds those of the cities")
    parser.add_argument("--from", dest="first", type=dt.date.fromisoformat, required=True)
    parser.add_argument("--to", dest="last", type=dt.date.fromisoformat, required=True)
    parser.add_argument("--every", type=int, default=7)
    parser.add_argument("--horizon", type=int, default=7)
    parser.add_argument("--born", type=dt.date.fromisoformat, help="as if nothing had been delivered of the days before")
    parser.add_argument("--structure", type=int, choices=sorted(STRUCTURES), default=CURRENT.version)
    parser.add_argument("--series", nargs="*", default=())
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    city = CITIES[asked.city](asked.data)
    frames, sums, born = [], [TOTALS.to_frame()], city.column(asked.born) if asked.born else 0
    with threadpool_limits(limits=1, user_api="blas"):
        for k in range(0, (asked.last - asked.first).days + 1, asked.every):
            day, begun = asked.first + dt.timedelta(days=k), time.perf_counter()
            frame, models = rows(city, day, asked.horizon, asked.series, born, STRUCTURES[asked.structure])
            frames.append(
                frame.with_columns(
                    structure=pl.col("series").replace_strict({c: m.structure for c, m in models.items()}, return_dtype=pl.String)
                )
            )
            sums += [total_rows(frame.filter(series=code), model.sizes) for code, model in models.items()]
            print(f"{city.name} {day}: {len(frame)} rows, {time.perf_counter() - begun:.1f} s", file=sys.stderr, flush=True)
    pl.concat(frames).sort("series", "origin", "cell_id").write_parquet(asked.out)
    print(f"{city.name}: {coverage(pl.concat(sums).filter(area=DISTRICT), asked.every)}")


if __name__ == "__main__":
    main()
