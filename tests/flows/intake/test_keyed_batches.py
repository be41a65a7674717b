"""What a small file held cannot be tried out on what is stored of it."""

from __future__ import annotations

import hashlib

import polars as pl

from flows.tell.status import status
from infra.warehouse.intake.ledger import ledger
from tests.helpers.tiny import NIGHT, Tiny, deliver, moment, reports


def test_no_digest_of_a_file_is_one_that_anybody_can_make(district: Tiny) -> None:
    one = reports("fire", NIGHT, NIGHT, seed=9).head(1)
    content = deliver(district.inbox, "fire", one, "single").read_bytes()
    district.ingest(moment(NIGHT, 6))
    row = ledger(district.context.warehouse).filter(pl.col("file_name").str.contains("fire")).tail(1)
    told = " ".join(map(str, row.row(0)))
    for length in (8, 12, 16, 20, 32, 64):
        assert hashlib.blake2b(content, digest_size=length).hexdigest() not in told
    assert hashlib.sha256(content).hexdigest() not in told
    assert row["batch_id"][0] in {f.stem.partition("-")[0] for f in (district.home / "landing").rglob("*.parquet")}


def test_without_the_key_nobody_says_how_many_files_wait(district: Tiny) -> None:
    deliver(district.inbox, "fire", reports("fire", NIGHT, NIGHT, seed=9), "new")
    assert status(district.context).waiting_files == 1
    district.context.settings.key = None
    assert status(district.context).waiting_files is None
