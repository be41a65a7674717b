"""A backtest told: its page and its files.

Belongs here: where they go. Does not: going through origins (``flows.nights.backtest``), the page (``infra.pages.backtest``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.stores import Context
from infra.errors import SifangError
from infra.pages.backtest.predictions import export
from infra.pages.backtest.write import PAGE_FILE, write
from transforms.backtest.grade import HEADLINE_AREA as HEADLINE_AREA
from transforms.backtest.report import Report as Report
from transforms.scoring.baselines import BASELINES as BASELINES
from transforms.words.backtests import Chance

OURS = Chance.FORECAST.value


@dataclass(frozen=True)
class Backtested:
    """A backtest's report and the files it was written to, the page among them."""

    report: Report
    page: Path
    files: tuple[Path, ...]


def require_folders(*folders: Path | None) -> None:
    """Pass when files can be written into each folder, before anything is computed for them.

    Raises:
        SifangError: one is a file, or cannot be made.
    """
    for folder in folders:
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise SifangError(f"Nothing can be written into {folder}.", "Name a folder, or one that can be made.") from None


def write_report(
    context: Context, forecasts: pl.DataFrame, report: Report, folder: Path | None = None, exported: Path | None = None
) -> Backtested:
    """Write a backtest's files, by default into the home folder, and its forecasts for others to grade into ``exported``."""
    chosen = folder or context.settings.home.resolve() / "backtests" / context.code / f"{report.first}_{report.last}"
    files = write(chosen, forecasts, report)
    if exported is not None:
        files += export(exported, forecasts)
    return Backtested(report, chosen / PAGE_FILE, tuple(files))
