"""A challenger's file that cannot be read is refused in words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from infra.errors import SifangError
from infra.pages.backtest.predictions import read_predictions


@pytest.mark.parametrize("content", [b"", b"origin,mean\n2025-01-06,1\n", bytes(range(256))], ids=["empty", "csv", "bytes"])
def test_what_is_no_parquet_is_refused_and_says_what_to_write(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "theirs.csv"
    file.write_bytes(content)
    with pytest.raises(SifangError, match=r"theirs\.csv is no Parquet file\. Predictions are read from Parquet alone"):
        read_predictions(file)


def test_a_folder_and_a_file_that_is_not_there_are_told_apart_by_their_whole_path(tmp_path: Path) -> None:
    with pytest.raises(SifangError, match=rf"{tmp_path} is a folder"):
        read_predictions(tmp_path)
    with pytest.raises(SifangError, match=rf"{tmp_path}/nowhere is not there"):
        read_predictions(tmp_path / "nowhere")


GOOD: dict[str, list[Any]] = {
    "origin": [dt.date(2025, 5, 19)] * 2,
    "horizon_days": [7, 7],
    "series": ["theft"] * 2,
    "cell_id": ["a", "b"],
    "mean": [0.5, 0.0],
    "size": [1.0, 2.0],
}


def written(folder: Path, **columns: list[Any]) -> Path:
    file = folder / "theirs.parquet"
    pl.DataFrame({name: values for name, values in {**GOOD, **columns}.items() if values}).write_parquet(file)
    return file


def test_days_may_be_texts_and_a_mean_nothing(tmp_path: Path) -> None:
    assert read_predictions(written(tmp_path, origin=["2025-05-19"] * 2))["origin"].dtype == pl.Date


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"mean": [0.5, -0.1]}, "Row 2 of theirs.parquet, and 0 others, is no forecast"),
        ({"mean": [float("nan"), 0.1]}, "Row 1"),
        ({"mean": [float("inf"), 1e300]}, "Row 1 of theirs.parquet, and 1 other, is"),
        ({"size": [1.0, 0.0]}, "Row 2"),
        ({"size": [float("nan"), 1.0]}, "Row 1"),
        ({"mean": [], "size": [], "0.1": [2.0, 0.0], "0.9": [1.0, 3.0]}, "Row 1"),
        ({"mean": ["a", "b"]}, "holds no numbers"),
        ({"cell_id": [410703001001001, 2]}, "is no text"),
        ({"origin": ["yesterday", "today"]}, "no days as origin"),
        ({"horizon_days": ["a", "b"]}, "no whole number as horizon_days"),
        ({"mean": [], "size": [], "note": [1, 2]}, "nothing beside its keys"),
        ({"mean": [0.5, None]}, "empty values"),
        ({"cell_id": ["a", "a"]}, "twice"),
        ({"series": []}, "has no column series"),
    ],
)
def test_what_is_no_forecast_is_refused_and_the_first_row_named(columns: dict[str, list[Any]], says: str, tmp_path: Path) -> None:
    with pytest.raises(SifangError, match=says):
        read_predictions(written(tmp_path, **columns))
