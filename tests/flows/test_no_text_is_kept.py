"""No store holds a text that is not of the set which derives from what ships and from the stored district."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from flows.alerts.deliver import deliver
from flows.intake.ingest import ingest
from flows.intake.retry import retry
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.tell.brief import write_brief
from flows.upkeep import purge
from tests.helpers import tiny
from tests.helpers.kept import strange, strangers, texts
from tests.helpers.tiny import CODE, NIGHT, Tiny

PLANTED = "Plantagenet"


def kept_of(district: Tiny) -> list[tuple[str, str]]:
    return strangers(district.home, district.context.warehouse.engine)


def test_every_text_in_every_store_is_one_that_ships_or_is_declared(on_both: Tiny) -> None:
    """Also with a name in every column of a file, in its header, its name, its key; on SQLite and PostgreSQL."""
    context, later = on_both.context, tiny.moment(NIGHT, 9)
    sound = tiny.reports("order", NIGHT - tiny.NIGHT.resolution, NIGHT - tiny.NIGHT.resolution, seed=5)
    for number, column in enumerate(sound.columns):
        spoilt = sound.head(30).with_columns(
            pl.when(pl.int_range(pl.len()) == 7).then(pl.lit(f"{PLANTED} {number}")).otherwise(column).alias(column),
        )
        if column != "number":
            spoilt = spoilt.with_columns(number=pl.format("n{}-{}", pl.lit(number), pl.int_range(pl.len())))
        tiny.deliver(on_both.inbox, "order", spoilt.with_columns(pl.lit(PLANTED).alias(f"{PLANTED}{number}")), f"{number:02d}")
    (on_both.inbox / f"order_{PLANTED}.csv").write_text(f"{PLANTED},x\n1,2\n", "utf-8")
    records = ingest(context, later)
    assert len(records) == len(sound.columns) + 1
    run_night(context, nightly_run(context, NIGHT, later, "first"))
    retry(context, later)
    deliver(context)
    write_brief(context, NIGHT)
    purge(context, later, dry_run=False)
    assert kept_of(on_both) == []
    # Neither whose machine it is nor where on it the home lies.
    log = b"".join(f.read_bytes() for f in (on_both.home / "lake" / CODE / "_delta_log").iterdir() if f.is_file())
    assert str(on_both.root).encode() not in log
    assert socket.gethostname().encode() not in log


@pytest.mark.parametrize("where", ["lake", "landing", "warehouse", "log", "brief", "message"])
def test_one_planted_word_is_found(on_both: Tiny, where: str) -> None:
    context, home = on_both.context, on_both.home
    assert kept_of(on_both) == []
    if where == "warehouse":
        with context.warehouse.engine.begin() as connection:
            said = f'{{"found": [{{"reason": "{PLANTED}"}}]}}'
            connection.execute(sa.text("UPDATE batches SET checked = :said"), {"said": said})
    elif where == "log":
        file = next((home / "lake" / CODE / "_delta_log").glob("*.json"))
        file.write_text(f'{{"commitInfo": {{"note": "{PLANTED}"}}}}', "utf-8")
    elif where in ("brief", "message"):
        file = home / ("briefs/a.html" if where == "brief" else "outbox/a.json")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"<b>{PLANTED}</b>" if where == "brief" else f'{{\n "subject": "{PLANTED}"\n}}', "utf-8")
    else:
        file = next((home / where).rglob("*.parquet"))
        frame = pl.read_parquet(file, hive_partitioning=False)
        frame.with_columns(kind=pl.lit(PLANTED)).write_parquet(file)
    found = kept_of(on_both)
    assert found
    assert all(PLANTED in text for _, text in found)


def test_what_a_stranger_is_called_is_no_word_of_ours(tmp_path: Path) -> None:
    shutil.copy(Path(__file__), tmp_path / "a.json")
    assert strange(texts(tmp_path), [])


@pytest.mark.parametrize("word", ["Ada", "Zhang", "张伟", "Winterbourne", "mildly"])
def test_words_of_comments_and_sentences_are_no_codes(word: str) -> None:
    """Only where a sentence stands may a word of one stand: a set of all that a program says would hold half the names there are."""
    assert strange([("warehouse.db batches.state", word)], [])
