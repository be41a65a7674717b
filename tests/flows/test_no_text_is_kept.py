"""No store holds a text that is not of the set which derives from what ships and from the stored district."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import polars as pl
import pytest

from flows.intake.ingest import ingest
from flows.intake.retry import retry
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.stores import open_context
from flows.upkeep import purge
from infra.settings import Settings
from tests.helpers import tiny
from tests.helpers.kept import strangers
from tests.helpers.tiny import CODE, NIGHT, Tiny

# What Delta's log, Parquet and Alembic call things, and where the district was made that each test copies.
LIBRARIES = (
    "add remove path partitionValues size modificationTime dataChange stats txn appId lastUpdated commitInfo timestamp "
    "operation operationParameters mode partitionBy predicate clientVersion engineInfo delta rs metaData id name description "
    "format provider options schemaString configuration createdTime protocol minReaderVersion minWriterVersion readerFeatures "
    "writerFeatures type struct fields nullable metadata string long integer short byte boolean date double numRecords "
    "minValues maxValues nullCount deletionTimestamp extendedFileMetadata tags baseRowId defaultRowCommitVersion "
    "clusteringProvider deletionVector parquet interval tiny0 partitionColumns logRetentionDuration CREATE TABLE WRITE Append "
    "ErrorIfExists location version alembic version_num sizeInBytes numOfAddFiles checkpointMetadata operationMetrics "
    "timestampNtz timestamp_ntz"
)
PLANTED = "Plantagenet"


def declared(district: Tiny) -> str:
    return district.context.folder.canonical


def test_every_text_in_every_store_is_one_that_ships_or_is_declared(district: Tiny) -> None:
    """Also with a name in every column of a file, in its header, its name, its key."""
    context, later = district.context, tiny.moment(NIGHT, 9)
    sound = tiny.reports("order", NIGHT - tiny.NIGHT.resolution, NIGHT - tiny.NIGHT.resolution, seed=5)
    for number, column in enumerate(sound.columns):
        spoilt = sound.head(30).with_columns(
            pl.when(pl.int_range(pl.len()) == 7).then(pl.lit(f"{PLANTED} {number}")).otherwise(column).alias(column),
        )
        if column != "number":
            spoilt = spoilt.with_columns(number=pl.format("n{}-{}", pl.lit(number), pl.int_range(pl.len())))
        tiny.deliver(district.inbox, "order", spoilt.with_columns(pl.lit(PLANTED).alias(f"{PLANTED}{number}")), f"{number:02d}")
    records = ingest(context, later)
    assert len(records) == len(sound.columns)
    run_night(context, nightly_run(context, NIGHT, later, "first"))
    retry(context, later)
    purge(context, later, dry_run=False)
    assert strangers(district.home, declared(district), LIBRARIES, str(district.home)) == []


@pytest.mark.parametrize("where", ["lake", "landing", "warehouse", "log"])
def test_one_planted_word_is_found(district: Tiny, where: str) -> None:
    assert strangers(district.home, declared(district), LIBRARIES, str(district.home)) == []
    district.context.stores.close()
    if where == "warehouse":
        with sqlite3.connect(district.home / "warehouse.db") as connection:
            connection.execute("UPDATE batches SET checked = ?", (f'{{"found": [{{"reason": "{PLANTED}"}}]}}',))
    elif where == "log":
        file = next((district.home / "lake" / CODE / "_delta_log").glob("*.json"))
        file.write_text(f'{{"commitInfo": {{"note": "{PLANTED}"}}}}', "utf-8")
    else:
        file = next((district.home / where).rglob("*.parquet"))
        frame = pl.read_parquet(file, hive_partitioning=False)
        frame.with_columns(kind=pl.lit(PLANTED)).write_parquet(file)
    found = strangers(district.home, declared(district), LIBRARIES, str(district.home))
    assert found
    assert all(PLANTED in text for _, text in found)
    district.context = open_context(CODE, Settings())


def test_what_a_stranger_is_called_is_no_word_of_ours(tmp_path: Path) -> None:
    shutil.copy(Path(__file__), tmp_path / "a.json")
    assert strangers(tmp_path, "{}")
