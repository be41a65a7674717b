"""Forecasts in and out of files: a challenger's to be graded, ours for others to grade.

Belongs here: the layouts of those files. Does not: comparing (``transforms.backtest.challenge``), a backtest's own files (``write``).
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Final

import polars as pl

from infra.errors import SifangError
from transforms.backtest.challenge import KEYS, hub_quantiles, levels_of, predictions
from transforms.words.counting import many

PREDICTIONS_FILE, HUB_FILE = "predictions.parquet", "hub_quantiles.parquet"
# No cell has more events in a horizon.
MOST: Final = 1e6
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
    except (pl.exceptions.PolarsError, OSError):
        raise SifangError(
            f"{file.name} is no Parquet file.", "Predictions are read from Parquet alone: write them as such, whole."
        ) from None
    if "output_type_id" in frame.columns:
        frame = frame.rename({k: v for k, v in _HUB_NAMES.items() if k in frame.columns}).filter(pl.col("output_type") == "quantile")
        told = pl.col("output_type_id").cast(pl.Float64).cast(pl.String)
        frame = frame.with_columns(output_type_id=told).pivot("output_type_id", index=list(KEYS), values="value")
    if lacking := [c for c in KEYS if c not in frame.columns]:
        raise SifangError(f"{file.name} has no column {', '.join(lacking)}.", f"It needs {', '.join(KEYS)} and mean, or quantiles.")
    if "mean" not in frame.columns and not levels_of(frame):
        raise SifangError(f"{file.name} says nothing beside its keys.", "Give it a column mean, or one per quantile, such as 0.5.")
    if frame.is_empty():
        raise SifangError(f"{file.name} has no rows.", "Write a row for each cell, origin and series.")
    if frame.null_count().sum_horizontal().item():
        raise SifangError(f"{file.name} has empty values.", "Leave out the rows that nothing is forecast for.")
    frame = _typed(file, frame)
    if frame.select(KEYS).is_duplicated().any():
        raise SifangError(f"{file.name} forecasts the same cell, origin and series twice.", "Keep one of them.")
    return _possible(file, frame)


def _typed(file: Path, frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with its keys as they are compared, and numbers where numbers stand."""
    for column in ("series", "cell_id"):
        if frame[column].dtype != pl.String:
            raise SifangError(f"The column {column} of {file.name} is no text.", "Write codes as text: numbers lose zeros in front.")
    for column in ("mean", "size", *levels_of(frame)):
        if column in frame.columns and not frame[column].dtype.is_numeric():
            raise SifangError(f"The column {column} of {file.name} holds no numbers.", "Write forecasts as numbers.")
    try:
        return frame.with_columns(_day(frame), pl.col("horizon_days").cast(pl.Int64))
    except pl.exceptions.PolarsError:
        raise SifangError(f"{file.name} has no days as origin, or no whole number as horizon_days.", "Write days as 2026-03-02.") from None


def _day(frame: pl.DataFrame) -> pl.Expr:
    origin = pl.col("origin")
    return origin.str.to_date("%Y-%m-%d") if frame["origin"].dtype == pl.String else origin.cast(pl.Date)


def _possible(file: Path, frame: pl.DataFrame) -> pl.DataFrame:
    """A frame whose numbers a forecast can have: what has no probability would win or lose by any amount."""
    levels = levels_of(frame)
    numbers = [c for c in ("mean", *levels) if c in frame.columns]
    wrong = ~pl.all_horizontal(pl.col(c).cast(pl.Float64).is_between(0, MOST) for c in numbers)
    if "size" in frame.columns:
        wrong |= ~pl.col("size").cast(pl.Float64).is_between(0, MOST * MOST, closed="right")
    for low, high in pairwise(levels):
        wrong |= pl.col(low) > pl.col(high)
    rows = frame.select(wrong.fill_null(value=True).arg_true()).to_series()
    if len(rows):
        raise SifangError(
            f"Row {rows[0] + 1} of {file.name}, and {many(len(rows) - 1, 'other')}, is no forecast of a count.",
            f"A mean or quantile is a number from 0 to {MOST:,.0f}, a size one above 0, and quantiles rise with their probability.",
        )
    return frame


def export(folder: Path, forecasts: pl.DataFrame) -> list[Path]:
    """Write ours into a folder, in a challenger's form and in the hubs' quantile layout, and return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / PREDICTIONS_FILE, folder / HUB_FILE]
    predictions(forecasts).write_parquet(files[0])
    hub_quantiles(forecasts).write_parquet(files[1])
    return files
