"""A clock that cannot be right: every verb that writes names it and writes nothing, and who only reads goes on."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from infra import clock
from tests.helpers.command import Sifang, digests, plain
from tests.helpers.tiny import CODE, NIGHT

DAY = dt.timedelta(days=1)


def step(patch: pytest.MonkeyPatch, by: dt.timedelta) -> None:
    """Set the clock of this process."""
    now = clock.now
    patch.setattr(clock, "now", lambda: now() + by)


WRITERS: tuple[tuple[str, ...], ...] = (
    ("nightly",),
    ("backfill", "--from", str(NIGHT), "--to", str(NIGHT), "--reason", "late-data"),
    ("quarantine", "retry"),
    ("db", "purge"),
    ("db", "compact"),
)
READERS: tuple[tuple[str, ...], ...] = (
    ("status",),
    ("quarantine", "list"),
    ("db", "purge", "--dry-run"),
    ("backfill", "--from", str(NIGHT), "--to", str(NIGHT), "--reason", "late-data", "--dry-run"),
)


@pytest.mark.parametrize(
    ("by", "says"), [(-365 * DAY, "days behind, or was ahead then"), (200 * DAY, "--clock-is-right")], ids=["behind", "ahead"]
)
def test_every_verb_that_writes_names_the_clock_and_readers_go_on(
    district_root: Path, sifang: Sifang, monkeypatch: pytest.MonkeyPatch, by: dt.timedelta, says: str
) -> None:
    step(monkeypatch, by)
    before = digests(district_root)
    for verb in WRITERS:
        assert says in plain(sifang(*verb, "-d", CODE)), verb
    for verb in READERS:
        assert sifang(*verb, "-d", CODE).code == 0, verb
    # What SQLite keeps beside the file while somebody looks at it, and which files of the lake were proved, is none of it.
    kept = {n: d for n, d in digests(district_root).items() if not n.endswith(("-wal", "-shm", "lake_whole.json"))}
    assert kept == {n: d for n, d in before.items() if not n.endswith("lake_whole.json")}


def test_it_is_said_once_that_the_clock_is_right(district_root: Path, sifang: Sifang, monkeypatch: pytest.MonkeyPatch) -> None:
    step(monkeypatch, 200 * DAY)
    assert "--clock-is-right" in plain(sifang("db", "compact", "-d", CODE))
    assert sifang("db", "compact", "-d", CODE, "--clock-is-right").code == 0
    assert sifang("db", "compact", "-d", CODE).code == 0
    assert sifang("quarantine", "retry", "-d", CODE).code == 0
