"""One small district in the time of one test, and what a sender puts into its inbox.

Belongs here: the town, its rows, its ledger looked at from outside. Does not: a district whose nights are scored (``tests.helpers.tiny``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa
from pydantic import SecretStr

from flows.intake.ingest import ingest
from flows.stores import Context, open_context
from infra.settings import Settings
from infra.warehouse import tables
from infra.warehouse.intake.batches import BatchRecord
from infra.warehouse.intake.ledger import ledger
from tests.helpers.district_folders import write_district
from tests.helpers.keys import KEY

NOW = dt.datetime(2025, 6, 1, 2, 0, tzinfo=dt.UTC)
HEADER = "id,time,kind,x,y"
COUNTS = ("accepted", "merged", "duplicate", "quarantined", "out_of_scope")


class Town:
    """One small district, opened, and what a sender puts into its inbox."""

    def __init__(self, root: Path, warehouse: str, *sources: dict[str, Any], **changes: Any) -> None:
        self.folder = write_district(root, "town", *sources, **changes)
        home = root / "home"
        self.context: Context = open_context(
            "town",
            Settings(home=home, districts=str(root), warehouse_url=warehouse, lake_url=None, key=SecretStr(KEY)),
        )

    def deliver(self, content: bytes | str, name: str = "police_1.csv") -> Path:
        file = self.folder / "in" / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def take(self, content: bytes | str, name: str = "police_1.csv", now: dt.datetime = NOW) -> BatchRecord:
        """Deliver one file and take it in."""
        self.deliver(content, name)
        (record,) = ingest(self.context, now)
        return record

    def lake(self) -> pl.DataFrame:
        return self.context.lake.versions().collect().sort("known_at", "recorded_seq", "report_id")

    def set_aside(self) -> list[tuple[int, str, str]]:
        q = tables.quarantine.c
        with self.context.warehouse.engine.connect() as connection:
            return sorted((r, reason, column) for r, reason, column in connection.execute(sa.select(q.row, q.reason, q.column)))

    def balance(self) -> None:
        """The ledger loses nothing, and the lake holds exactly what it says was accepted."""
        stored = ledger(self.context.warehouse).filter(pl.col("state") == "stored")
        assert (stored["delivered"] == stored.select(pl.sum_horizontal(COUNTS)).to_series()).all()
        held = {b: (n, s) for b, n, s in self.lake().group_by("batch_id").agg(pl.len(), pl.col("recorded_seq").first()).iter_rows()}
        for row in stored.iter_rows(named=True):
            assert held.pop(row["batch_id"], (0, None)) == (row["accepted"] + row["withdrawn"], row["recorded_seq"])
        assert held == {}


Build = Callable[..., Town]


def row(number: int | str, kind: str = "theft", time: str = "2025-03-01 12:00:00", x: str = "113.81", y: str = "35.31") -> str:
    return f"{number},{time},{kind},{x},{y}"


def table(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows, ""])


def counts(record: BatchRecord) -> dict[str, int]:
    return {name: n for name in ("delivered", *COUNTS) if (n := getattr(record, name))}
