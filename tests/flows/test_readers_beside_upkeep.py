"""A replay beside upkeep: files are joined, dropped and swept up while it reads, and it comes out the same every time."""

from __future__ import annotations

import threading

import pytest

from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.nights.replay import replay
from flows.stores import looking
from flows.upkeep import compact, purge
from infra import clock
from tests.helpers import tiny
from tests.helpers.tiny import CODE, NIGHT, Tiny, moment, reports

ROUNDS = 4


def test_a_replay_beside_upkeep_is_identical_every_time(district: Tiny) -> None:
    run_night(district.context, nightly_run(district.context, NIGHT, None, "first"))
    over, failed = threading.Event(), []

    def keep_up() -> None:
        number = 0
        try:
            while not over.is_set():
                # Each round brings a new file, so that there is always something to join, to drop and to sweep up.
                number += 1
                tiny.deliver(district.inbox, "order", reports("order", NIGHT, NIGHT, seed=number + 1), f"extra{number}")
                district.ingest(moment(NIGHT, 7))
                compact(district.context)
                purge(district.context, clock.now(), dry_run=False)
        except BaseException as error:
            failed.append(error)
            raise

    upkeep = threading.Thread(target=keep_up)
    upkeep.start()
    try:
        for _ in range(ROUNDS):
            with looking(CODE) as reader:
                assert replay(reader, NIGHT).identical
    finally:
        over.set()
        upkeep.join()
    assert failed == []


def test_a_purge_that_is_killed_is_gone_on_with(district: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    run_night(district.context, nightly_run(district.context, NIGHT, None, "first"))
    left = district.home / "lake" / CODE / "feed=stability" / "known_month=2025-06" / "left-by-a-kill.parquet"
    left.write_bytes(b"half")
    with monkeypatch.context() as patch:
        patch.setattr(type(district.context.lake.shelf), "remove", _die)
        with pytest.raises(KeyboardInterrupt):
            purge(district.context, clock.now(), dry_run=False)
    assert left.exists()
    assert purge(district.context, clock.now(), dry_run=False).lake_files == 1
    assert not left.exists()
    assert replay(district.context, NIGHT).identical


def _die(*_: object) -> None:
    raise KeyboardInterrupt
