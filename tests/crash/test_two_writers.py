"""Two writers that meet over the same nights: no error, nothing lost, nothing doubled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from infra.lake.lake import Lake
from infra.warehouse import tables
from infra.warehouse.database.engine import Warehouse, connect
from infra.warehouse.intake.ledger import ledger
from tests.helpers import nine
from tests.helpers.nursery import ROOT, Nursery


def start(root: Path, url: str, name: str, rounds: int) -> subprocess.Popen[str]:
    order = json.dumps({"root": str(root), "name": name, "rounds": rounds})
    # One thread each: the two share the machine with each other, and with whoever else tests.
    env = os.environ | nine.environment(root, url) | {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "error", "-m", "tests.crash.writer", order]
    return subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [4, pytest.param(20, marks=pytest.mark.lengthy)])
def test_two_writers_lose_and_double_nothing(warehouse_url: str, tmp_path: Path, rounds: int) -> None:
    root = tmp_path / "root"
    root.mkdir()
    nine.write(root)
    with Nursery(tmp_path / "log") as nursery:
        assert nursery.run(nine.environment(root, warehouse_url), {"root": str(root), "first": 0, "last": 1}) == 0, nursery.said()
    writers = [start(root, warehouse_url, name, rounds) for name in ("one", "two")]
    said = [writer.communicate(timeout=600)[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], said

    lake = Lake(str(root / "home" / "lake" / nine.CODE)).read()
    assert not lake.select("report_id", "version_hash", "known_at").is_duplicated().any()
    engine = connect(warehouse_url)
    try:
        batches = ledger(Warehouse(engine, nine.CODE))
        _require_balance(batches, lake)
        _require_whole_nights(engine)
        _require_every_run(engine, rounds)
        with engine.connect() as connection:
            told = set(connection.scalars(sa.select(tables.outbox.c.message_id)))
            assert connection.scalar(sa.select(sa.func.count()).where(tables.outbox.c.delivered_at.is_(None))) == 0
            assert connection.scalar(sa.select(tables.locks.c.held)) is False
    finally:
        engine.dispose()
    assert {f.stem for f in (root / "home" / "outbox" / nine.CODE).glob("*.json")} == told
    assert told


def _require_balance(batches: pl.DataFrame, lake: pl.DataFrame) -> None:
    assert dict(batches.group_by("state").len().rows()) == {"stored": 12, "refused": 1}
    stored = batches.filter(pl.col("state") == "stored")
    parts = stored.select(pl.sum_horizontal("accepted", "merged", "duplicate", "quarantined", "out_of_scope"))
    assert parts.to_series().to_list() == stored["delivered"].to_list()
    entered = dict(lake.group_by("batch_id").len().rows())
    assert {b: n for b, n in stored.select("batch_id", "accepted").rows() if n} == entered


def _require_whole_nights(engine: sa.Engine) -> None:
    """One latest revision per night, revisions without a gap, and the full grid in each of them."""
    n, s = tables.nights.c, tables.scores.c
    with engine.connect() as connection:
        nights = connection.execute(sa.select(n.night, n.revision, n.is_latest).order_by(n.night, n.revision)).all()
        rows = sa.select(s.night, s.revision, s.category, sa.func.count()).group_by(s.night, s.revision, s.category)
        grid = {(night, revision, category): count for night, revision, category, count in connection.execute(rows)}
    for night in nine.NIGHTS:
        revisions = [(revision, bool(latest)) for of, revision, latest in nights if of == night]
        assert revisions == [(k, k == len(revisions)) for k in range(1, len(revisions) + 1)]
        assert revisions
    categories = ("political", "public_order", "safety", "stability")
    assert grid == {(night, revision, c): nine.CELLS for night, revision, _ in nights for c in categories}
    # The backfills found something to restate, or they would prove nothing.
    assert len(nights) > len(nine.NIGHTS)


def _require_every_run(engine: sa.Engine, rounds: int) -> None:
    r = tables.runs.c
    with engine.connect() as connection:
        found = {(run_id, night): status for run_id, night, status in connection.execute(sa.select(r.run_id, r.night, r.status))}
    writers = [f"{name}-{number}" for name in ("one", "two") for number in range(rounds)]
    expected = {(w, nine.NIGHTS[-1]) for w in writers} | {(f"{w}-again", night) for w in writers for night in nine.NIGHTS[:-1]}
    assert expected <= set(found)
    assert set(found.values()) <= {"ok", "unchanged"}
