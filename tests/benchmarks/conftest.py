"""Benchmarks run with `make bench` alone: elsewhere a busy machine would make them fail, or they would cost time and prove nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

# The fixtures of the tiny district.
from tests.flows.conftest import district, district_root, filled

__all__ = ["district", "district_root", "filled"]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark everything here lengthy, and skip it unless only benchmarks were asked for."""
    asked = bool(config.getoption("benchmark_only", default=False))
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.lengthy)
            if not asked:
                item.add_marker(pytest.mark.skip(reason="a benchmark: run `make bench`"))
