"""Writes small district folders for tests.

Belongs here: a square-grid district with any sources, as text on disk. Does not: what a test delivers to it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tomlkit

# The south-west corner, and a side of about 2 km: 5 by 5 cells of 500 m.
WEST, SOUTH, EAST, NORTH = 113.80, 35.30, 113.82, 35.32

COLUMNS = {"occurred_at": "time", "kind": "kind", "lon": "x", "lat": "y"}


def source(code: str = "police", **changes: Any) -> dict[str, Any]:
    """One source that reads ``<code>_*.csv`` beside its district.toml; ``changes`` replace its keys, None removes one."""
    table: dict[str, Any] = {
        "code": code,
        "feed": "public_order",
        "files": [f"in/{code}_*"],
        "key": ["id"],
        "max_quarantined": 1.0,
        "kinds": {"theft": "theft", "robbery": "robbery", "fight": "fight"},
        "columns": COLUMNS,
    }
    return {k: v for k, v in (table | changes).items() if v is not None}


def declaration(district: str, *sources: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A whole district.toml as a table; ``changes`` replace its keys, None removes one."""
    table: dict[str, Any] = {
        "code": district,
        "name_zh": "测试区",
        "name_en": "Test district",
        "timezone": "Asia/Shanghai",
        "calendar": "CN",
        "synthetic": True,
        "grid": {"kind": "square", "size_m": 500, "outline": [[[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH]]]},
        "sources": list(sources) or [source()],
    }
    return {k: v for k, v in (table | changes).items() if v is not None}


def write_district(root: Path, district: str, *sources: dict[str, Any], **changes: Any) -> Path:
    """Write the folder ``root/district`` with its ``in`` folder for deliveries; return it."""
    folder = root / district
    (folder / "in").mkdir(parents=True, exist_ok=True)
    (folder / "district.toml").write_text(tomlkit.dumps(declaration(district, *sources, **changes)), "utf-8")
    return folder
