from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from infra.sources.connectors import cuts, retries
from infra.sources.unpack import Delivered
from tests.helpers.far.asking import Asked


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "PATIENCE", retries.Patience(4, 0.01, 1.0))
    monkeypatch.setattr(cuts, "ROWS", 500)


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    """Asks a source."""
    return Asked(tmp_path / "memory")


@pytest.fixture
def rows_of() -> Callable[[list[Delivered]], pl.DataFrame]:
    """The rows of what was delivered, none of it refused."""

    def rows(files: list[Delivered]) -> pl.DataFrame:
        assert [str(f.refusal) for f in files if f.refusal] == []
        return pl.concat([f.table.rows for f in files if f.table])

    return rows
