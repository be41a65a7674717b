"""Forecasts in and out of files: a challenger's to be graded, ours for others to grade.

Belongs here: the layouts of those files. Does not: comparing (``transforms.backtest.challenge``), a backtest's own files (``write``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from infra.errors import SifangError
from transforms.backtest.challenge import KEYS, hub_quantiles, predictions

PREDICTIONS_FILE, HUB_FILE = "predictions.parquet", "hub_quantiles.parquet"
# The hubs' names of our columns.
_HUB_NAMES: Final = {"origin_date": "origin", "horizon": "horizon_days", "target": "series", "location": "cell_id"}


def read_predictions(file: Path) -> pl.DataFrame:
    """A challenger's forecasts: ``KEYS`` with ``mean`` and perhaps ``size``, or a column per quantile, as which the hubs' layout is read.

    Raises:
        SifangError: no such file, no Parquet, columns missing, a key twice, empty values.
    """
    if not file.is_file():
        raise SifangError(f"{file} is {'a folder' if file.is_dir() else 'not there'}.", "Name a Parquet file of predictions.")
    try:
        frame = pl.read_parquet(file)
    except pl.exceptions.PolarsError:
        raise SifangError(f"{file.name} is no Parquet file.", "Predictions are read from Parquet alone: write them as such.") from None
    if "output_type_id" in frame.columns:
        frame = frame.rename({k: v for k, v in _HUB_NAMES.items() if k in frame.columns}).filter(pl.col("output_type") == "quantile")
        told = pl.col("output_type_id").cast(pl.Float64).cast(pl.String)
        frame = frame.with_columns(output_type_id=told).pivot("output_type_id", index=list(KEYS), values="value")
    if lacking := [c for c in KEYS if c not in frame.columns]:
        raise SifangError(f"{file.name} has no column {', '.join(lacking)}.", f"It needs {', '.join(KEYS)} and mean, or quantiles.")
    if len(frame.columns) == len(KEYS):
        raise SifangError(f"{file.name} says nothing beside its keys.", "Give it a column mean, or one per quantile, such as 0.5.")
    if frame.null_count().sum_horizontal().item():
        raise SifangError(f"{file.name} has empty values.", "Leave out the rows that nothing is forecast for.")
    if frame.select(KEYS).is_duplicated().any():
        raise SifangError(f"{file.name} forecasts the same cell, origin and series twice.", "Keep one of them.")
    return frame.with_columns(pl.col("origin").cast(pl.Date), pl.col("horizon_days").cast(pl.Int64))


def export(folder: Path, forecasts: pl.DataFrame) -> list[Path]:
    """Write ours into a folder, in a challenger's form and in the hubs' quantile layout, and return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / PREDICTIONS_FILE, folder / HUB_FILE]
    predictions(forecasts).write_parquet(files[0])
    hub_quantiles(forecasts).write_parquet(files[1])
    return files
