"""Batches of plausible candidates, one way to spoil a row, and one import of the slow engine for all tests here."""

from __future__ import annotations

import polars as pl
import pytest

from expectations.verdict import Verdict
from tests.helpers.batches import NOW, ZONES, Judge, make_district, make_source
from transforms.district.source import Source


@pytest.fixture(scope="session")
def judge() -> Judge:
    """``judge`` for a source, with a district and a time that suit it."""
    from expectations.judge import judge

    def judged(frame: pl.DataFrame, source: Source | None = None, known_zones: tuple[str, ...] | None = ZONES) -> Verdict:
        source = source or make_source()
        return judge(frame, source, make_district(source), known_zones=known_zones, now=NOW)

    return judged
