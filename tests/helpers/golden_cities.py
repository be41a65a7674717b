"""The cases of ``tests/golden/cities``: what real cities deliver, rebuilt small, each opened in a home of its own.

Belongs here: opening one, and what stands in it. Does not: what is right (``tests.flows.intake.test_golden_cities`` and its neighbours).
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from flows.stores import Context, open_context
from tests.helpers.homes import settle
from transforms.reports.versions import standing

CASES = Path(__file__).parents[1] / "golden" / "cities"
NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)


@contextmanager
def opened(case: str, root: Path, patch: pytest.MonkeyPatch, changes: dict[str, str] | None = None) -> Iterator[Context]:
    """A copy of a case, its declaration changed where ``changes`` says so (old to new), opened."""
    settle(patch, root)
    folder = shutil.copytree(CASES / case, root / "districts" / case)
    file = folder / "district.toml"
    told = file.read_text("utf-8")
    for old, new in (changes or {}).items():
        assert old in told
        told = told.replace(old, new)
    file.write_text(told, "utf-8")
    context = open_context(case)
    try:
        yield context
    finally:
        context.stores.close()


def stands(context: Context) -> pl.DataFrame:
    (source,) = context.district.sources
    return standing(context.lake.versions().collect(), source.released)
