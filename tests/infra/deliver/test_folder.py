"""Deliveries to a folder: whole or not at all, and what a killed one leaves is swept."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from infra.deliver.folder import sweep

NOW = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)


def test_drafts_of_killed_deliveries_are_swept_and_nothing_else(tmp_path: Path) -> None:
    ages = {"a.json": 40, "a.1.draft": 40, "b.2.draft": 0}
    for name, days in ages.items():
        (tmp_path / name).write_text("{}")
        moment = (NOW - dt.timedelta(days=days)).timestamp()
        os.utime(tmp_path / name, (moment, moment))
    older_than = NOW - dt.timedelta(days=1)
    assert sweep(tmp_path, older_than, dry_run=True) == 1
    assert len(list(tmp_path.iterdir())) == 3
    assert sweep(tmp_path, older_than, dry_run=False) == 1
    assert sorted(f.name for f in tmp_path.iterdir()) == ["a.json", "b.2.draft"]
    assert sweep(tmp_path / "none", older_than, dry_run=False) == 0
