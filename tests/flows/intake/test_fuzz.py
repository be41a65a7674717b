"""Twenty thousand random mutations of bytes and cells, spread over two hundred files: never a traceback, and the ledger always balances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from flows.intake.ingest import ingest_file
from flows.intake.new_files import New
from flows.stores import open_context
from infra.errors import SifangError
from infra.landing.identity import identify
from infra.settings import Settings
from infra.sources.unpack import unpack
from infra.warehouse.intake.batches import BatchRecord
from infra.warehouse.intake.ledger import ledger
from infra.warehouse.keeping.locks import held
from tests.helpers import tiny
from tests.helpers.homes import settle
from transforms.reports.delivery import Delivery, order_key
from transforms.words.reasons import REASONS, Tier

FILES = 200
MUTATIONS = 20_000
SEED = 20250609
PARTS = ("accepted", "merged", "duplicate", "quarantined", "out_of_scope")
# What real files hold where a value should be.
ODD = (
    *("", " ", "NULL", "nan", "-inf", "1e400", "0", "-1", "2.5", "99999999999999999999", "True", "\u3000", "\u200b", "\ufeff", "\x00"),
    *("2025-02-30 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59", "24:00:00", "theft\r", "theft\ttheft", '"', '"""', ",", ",,,,"),
    *("=1+1", "'; DROP TABLE reports; --", "../../etc/passwd", "🔥", "𠮷", "e\u0301", "\u202etfeht", "a" * 5000, "１２３"),
    "1990000" + "1234",
)  # fmt: skip

Random = np.random.Generator


def cells(rows: pl.DataFrame, rng: Random, number: int) -> pl.DataFrame:
    """Values of random cells exchanged for odd ones, or for those of another cell."""
    columns = {c: rows[c].to_list() for c in rows.columns}
    for _ in range(number):
        column = str(rng.choice(rows.columns))
        row = int(rng.integers(len(rows)))
        columns[column][row] = str(rng.choice(ODD)) if rng.random() < 0.7 else columns[str(rng.choice(rows.columns))][row]
    return pl.DataFrame(columns, schema=rows.schema)


def change_bytes(content: bytes, rng: Random, number: int) -> bytes:
    """Bytes changed, dropped, doubled, or moved, anywhere in the file."""
    changed = bytearray(content)
    for _ in range(number):
        place = int(rng.integers(len(changed)))
        match int(rng.integers(4)):
            case 0:
                changed[place] = int(rng.integers(256))
            case 1:
                del changed[place]
            case 2:
                changed.insert(place, changed[place])
            case _:
                other = int(rng.integers(len(changed)))
                changed[place], changed[other] = changed[other], changed[place]
    return bytes(changed)


def deliver(rows: pl.DataFrame, ending: str) -> bytes:
    return rows.write_ndjson().encode() if ending == "jsonl" else rows.write_csv(separator="\t" if ending == "tsv" else ",").encode()


def fuzz(take: Callable[[bytes, str], BatchRecord], files: int, mutations: int, seed: int) -> dict[str, int]:
    """Deliver ``files`` files with ``mutations`` mutations in total; what became of them."""
    rng = np.random.default_rng(seed)
    clean = tiny.reports("order", tiny.NIGHT - dt.timedelta(days=8), tiny.NIGHT - dt.timedelta(days=1), seed=3)
    outcome: dict[str, int] = {}
    per_file = mutations // files
    for number in range(files):
        ending = ("csv", "tsv", "jsonl")[number % 3]
        # From a slip in a file to a file that is hardly one any more.
        in_bytes = 0 if number % 2 else int(rng.integers(1, 4)) if number % 4 else per_file
        content = deliver(cells(clean, rng, per_file - in_bytes), ending)
        record = take(change_bytes(content, rng, in_bytes), f"order_{number:03d}.{ending}")
        assert record.state in {"stored", "refused"}
        if record.state == "stored":
            assert record.delivered == sum(getattr(record, part) for part in PARTS)
        else:
            assert record.reason is not None
            assert REASONS[record.reason].tier is Tier.STOP
        outcome[record.state] = outcome.get(record.state, 0) + 1
    return outcome


@pytest.mark.lengthy
def test_no_mutation_is_a_traceback_and_the_ledger_always_balances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(monkeypatch, tmp_path)
    tiny.write_district(tmp_path / "districts")
    context = open_context(tiny.CODE, Settings())
    source = context.district.source("order")

    def take(content: bytes, name: str) -> BatchRecord:
        (file,) = unpack(name, content)
        identity = identify(file.content, context.settings.batch_key(tiny.CODE, source.code))
        now = tiny.moment(tiny.NIGHT)
        delivery = Delivery(source, identity.batch_id, now, order_key(now, 0))
        try:
            with held(context.warehouse) as lease:
                return ingest_file(context, New(source, file, identity), delivery, lease)
        except SifangError as error:
            raise AssertionError(f"{name} stopped the run instead of being refused: {error}") from error

    try:
        outcome = fuzz(take, FILES, MUTATIONS, SEED)
        stored = ledger(context.warehouse).filter(pl.col("state") == "stored")
        assert (stored["delivered"] == stored.select(pl.sum_horizontal(PARTS)).to_series()).all()
        lake = context.lake.read()
        # A row that cannot enter withdraws the report that it would have corrected, by a version of its own.
        assert len(lake) == stored.select(pl.col("accepted", "withdrawn").sum()).sum_horizontal().item()
        # Both ways out were taken, often.
        assert min(outcome.get("stored", 0), outcome.get("refused", 0)) >= 20, outcome
    finally:
        context.stores.close()
