"""Real open data, which is no part of the project: where it lies, and the skip of a test where it does not.

Belongs here: finding it. Does not: what a test makes of it; the fixture ``real_data`` (``tests/conftest.py``) hands the folder out.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SETTING = "SIFANG_TEST_DATA"


def folder() -> Path:
    """The folder of real data, one folder per city; the test is skipped where there is none."""
    return held(Path(os.environ.get(SETTING) or Path(__file__).parents[3] / "shared" / "data"))


def held(path: Path) -> Path:
    """A file or folder of real data; the test is skipped where it is absent."""
    if not path.exists():
        pytest.skip(f"there is no {path}: set {SETTING} to the folder that holds one folder of real data per city")
    return path
