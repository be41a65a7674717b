"""What Prefect's own server keeps of runs over an inbox full of persons, beside what it keeps of runs over an empty one."""

from __future__ import annotations

import errno
import importlib
import json
import re
import time
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest
import sqlalchemy as sa
import tomlkit

from infra.errors import SifangError
from tests.helpers import tiny
from tests.helpers.identities import of_every_sort
from tests.helpers.kept import of_database, strange
from tests.helpers.prefect_server import Server
from tests.helpers.tiny import CODE, NIGHT, Tiny


def kept(database: Path) -> set[tuple[str, str]]:
    """Every text of a server's database; a run of a task is told from others by three random digits."""
    return {(where, re.sub(r"-[0-9a-f]{3}$", "", text)) for where, text in of_database(database.name, database)}


def fail(district: Tiny, persons: list[str]) -> None:
    """Runs that fail over a file, over something that nobody foresaw, over a folder: each with somebody in its words."""
    from flows.nightly import nightly

    for number, error in enumerate((OSError(errno.ENOENT, "No such file", persons[3]), KeyError(persons[4]), ValueError(persons[5]))):
        broken = patch("flows.steps.tasks.ingest" if number < 2 else "flows.nightly.asked_night", side_effect=error)
        with broken, pytest.raises((SifangError, OSError)):
            nightly(CODE, NIGHT, amend=True)
    toml = district.root / "districts" / CODE / "district.toml"
    before = toml.read_text("utf-8")
    toml.write_text(before + tomlkit.dumps({"sources": [dict.fromkeys(persons[6:20], persons[20])]}), "utf-8")
    with pytest.raises(SifangError, match="problems in the folder of the district"):
        nightly(CODE, NIGHT, amend=True)
    toml.write_text(before, "utf-8")


@pytest.mark.slow
def test_a_server_keeps_no_word_more_of_an_inbox_full_of_persons(prefect_server: Server, district: Tiny) -> None:
    from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL

    from flows.backfill import backfill
    from flows.nightly import nightly

    def run() -> None:
        nightly(CODE, NIGHT, amend=True)
        backfill(CODE, NIGHT, NIGHT, "mended:IT-12")
        with pytest.raises(SifangError):
            nightly(CODE, NIGHT - tiny.NIGHT.resolution)
        # Logs are handed over in the background, and stored there in the background as well.
        time.sleep(5)

    database = Path(str(sa.make_url(str(PREFECT_API_DATABASE_CONNECTION_URL.value())).database))
    run()
    fail(district, [f"word{number}" for number in range(21)])
    time.sleep(5)
    of_nothing = kept(database)
    persons = of_every_sort(1)
    rows = tiny.reports("order", NIGHT - 9 * tiny.NIGHT.resolution, NIGHT - tiny.NIGHT.resolution, seed=5).head(len(persons))
    for number, column in enumerate(rows.columns):
        planted = rows.with_columns(pl.Series(column, persons[: len(rows)])).with_columns(pl.lit("x").alias(persons[number]))
        tiny.deliver(district.inbox, "order", planted, persons[number].replace("/", "_"))
    (district.inbox / f"order_{persons[0]}.csv").write_text(f"{persons[1]},{persons[2]}\n\x00", "utf-8")
    fail(district, persons)
    run()
    of_persons = kept(database)
    assert of_persons - of_nothing
    words = district.context.folder.canonical
    assert strange(of_persons - of_nothing, [words], *(text for _, text in of_nothing), *_names_of_runs()) == []
    # It can fail.
    assert strange([("flow_run.name", persons[0])], [words], *(text for _, text in of_nothing))


def _names_of_runs() -> list[str]:
    """The words of which Prefect makes up a name for a run that has none."""
    return [json.dumps(importlib.import_module("coolname.data").config)]
