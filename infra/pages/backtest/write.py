"""Writing a backtest to its folder.

Belongs here: the files of one backtest, each whole or not at all. Does not: what they say (``page``), going through origins
(``flows.nights.backtest``).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from infra.pages.backtest.page import render
from transforms.backtest.report import Report
from transforms.schema.plain import as_json

FORECASTS_FILE, PAGE_FILE, SUMMARY_FILE = "forecasts.parquet", "report.html", "summary.json"


def write(folder: Path, forecasts: pl.DataFrame, report: Report) -> list[Path]:
    """Write the three files into a folder, over those of an earlier backtest, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / name for name in (FORECASTS_FILE, PAGE_FILE, SUMMARY_FILE)]
    forecasts.write_parquet(files[0])
    files[1].write_text(render(report), "utf-8")
    files[2].write_text(as_json(report), "utf-8")
    return files
