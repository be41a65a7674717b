"""Lake and warehouse as a pair, on both databases: begun together, killed at every point, completed by the next."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from infra import clock
from infra.accord import pair as pair_module
from infra.accord.adopting import adopt
from infra.accord.pair import Pair
from infra.accord.verdict import DisagreementError, Standing
from infra.lake.lake import Lake
from infra.lake.table import Table
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.keeping.identities import STALE, identities, lake_intents, lake_marks, remembered
from infra.warehouse.keeping.locks import Lease, LockLostError, held
from tests.helpers.appended import KNOWN, versions

KEY = "f00d"
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


@pytest.fixture
def pair(tmp_path: Path, warehouse: Warehouse) -> Pair:
    return Pair(Lake(str(tmp_path / "lake")), warehouse)


def again(pair: Pair, tmp_path: Path, folder: str = "lake") -> Pair:
    """As a further process opens them."""
    return Pair(Lake(str(tmp_path / folder)), pair.warehouse)


def standing(pair: Pair) -> Standing:
    return pair.look(KEY).standing


def filled(pair: Pair, *batches: str) -> None:
    with held(pair.warehouse) as lease:
        pair.agree(KEY, NOW)
        for number, batch in enumerate(batches):
            pair.append(versions(batch, 2, first=2 * number), batch, lease)


def die(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, *, after: bool) -> None:
    real: Callable[..., object] = getattr(owner, name)

    def last(*given: object, **how: object) -> None:
        if after:
            real(*given, **how)
        raise Killed

    monkeypatch.setattr(owner, name, last)


def test_a_district_that_exists_nowhere_is_begun_in_both(pair: Pair, tmp_path: Path) -> None:
    assert standing(pair) is Standing.NEW
    assert not (tmp_path / "lake").exists(), "looking begins nothing"
    filled(pair, "a", "b")
    assert standing(again(pair, tmp_path)) is Standing.SAME
    told = remembered(pair.warehouse)
    marked = pair.lake.table.marked()
    assert marked is not None
    assert told.identity == marked.identity
    assert told.identity is not None
    assert (told.identity.district, told.identity.fingerprint, told.identity.created_at) == ("weibin", KEY, NOW)
    assert told.newest == marked.mark
    assert (told.newest and (told.newest.sequence, told.newest.deed, told.newest.token, told.newest.rows)) == (2, "append", "b", 4)
    assert told.intents == frozenset()


def test_without_a_key_nothing_is_begun(pair: Pair, tmp_path: Path) -> None:
    pair.agree(None, NOW)
    assert standing(pair) is Standing.NEW
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("place", ["claim", "create", "settle"])
def test_a_beginning_that_is_killed_is_completed(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, after: bool
) -> None:
    with monkeypatch.context() as patch:
        die(patch, Table if place == "create" else pair_module, place, after=after)
        with pytest.raises(Killed), held(pair.warehouse):
            pair.agree(KEY, NOW)
    next_one = again(pair, tmp_path)
    assert standing(next_one) in {Standing.NEW, Standing.LEFTOVERS, Standing.SAME}
    filled(next_one, "a")
    assert standing(again(pair, tmp_path)) is Standing.SAME
    with pair.warehouse.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(identities)) == 1


def test_an_empty_table_of_nobodys_becomes_the_districts(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        die(patch, Table, "create", after=False)
        with pytest.raises(Killed), held(pair.warehouse):
            pair.agree(KEY, NOW)
    Lake(str(tmp_path / "lake")).create()
    filled(again(pair, tmp_path), "a")
    assert standing(again(pair, tmp_path)) is Standing.SAME


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("deed", ["append", "compact", "purge"])
@pytest.mark.parametrize("place", ["intend", "commit", "settle"])
def test_a_deed_that_is_killed_is_settled_by_the_next_writer(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, deed: str, after: bool
) -> None:
    filled(pair, "a", "b", "c")
    deeds: dict[str, Callable[[Lease], object]] = {
        "append": lambda lease: pair.append(versions("d", 2, first=8), "d", lease),
        "compact": pair.compact,
        "purge": lambda lease: pair.purge(KNOWN + dt.timedelta(days=2), lease),
    }
    with monkeypatch.context() as patch:
        die(patch, Table if place == "commit" else pair_module, place, after=after)
        with pytest.raises(Killed), held(pair.warehouse) as lease:
            deeds[deed](lease)
    next_one = again(pair, tmp_path)
    assert standing(next_one) in {Standing.LEFTOVERS, Standing.SAME}
    assert next_one.look().line == ""
    with held(pair.warehouse) as lease:
        next_one.agree(KEY, NOW)
        next_one.append(versions("e", 1, first=30), "e", lease)
    told, marked = remembered(pair.warehouse), next_one.lake.newest_mark()
    assert told.newest == marked
    # What never came to be is forgotten when nobody can be about to do it any more.
    later = clock.now() + STALE + dt.timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    next_one.agree(KEY, NOW)
    assert standing(again(pair, tmp_path)) is Standing.SAME
    with pair.warehouse.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(lake_intents)) == 0


def test_who_lost_the_district_commits_nothing(pair: Pair) -> None:
    filled(pair, "a")
    with held(pair.warehouse) as lease, pytest.raises(LockLostError):
        pair.append(versions("b", 1), "b", Lease(lease.district, lease.token - 1))
    assert pair.lake.sequence() == 1
    assert standing(pair) is Standing.SAME


def test_a_writer_that_wakes_up_late_is_no_stranger(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(pair, "a")
    sleeper, real = again(pair, tmp_path), Lake.append
    with held(pair.warehouse) as lease:

        def asleep(lake: Lake, rows: object, token: str) -> int:
            monkeypatch.setattr(Lake, "append", real)
            # Another one takes over meanwhile, settles what it finds, and commits.
            pair.agree(KEY, NOW)
            pair.append(versions("c", 1, first=7), "c", lease)
            return real(lake, rows, token)  # type: ignore[arg-type]

        monkeypatch.setattr(Lake, "append", asleep)
        sleeper.append(versions("b", 1, first=5), "b", lease)
    assert standing(again(pair, tmp_path)) is Standing.SAME
    assert sorted(pair.lake.read()["report_id"]) == ["r0", "r1", "r5", "r7"]


def test_a_lake_and_a_warehouse_of_before_are_marked_once(pair: Pair, tmp_path: Path) -> None:
    pair.lake.append(versions("a", 2), "a")
    with pair.warehouse.engine.begin() as connection:
        _record(connection, pair.warehouse.district, recorded_seq=1)
    assert standing(pair) is Standing.UNMARKED
    pair.agree(KEY, NOW)
    assert standing(again(pair, tmp_path)) is Standing.SAME
    sequence = pair.lake.sequence()
    pair.agree(KEY, NOW)
    assert pair.lake.sequence() == sequence == 2
    assert len(pair.lake.read()) == 2


def _record(connection: sa.Connection, district: str, recorded_seq: int) -> None:
    from infra.warehouse.intake.batches import batches

    counts = dict.fromkeys(("merged", "duplicate", "quarantined", "out_of_scope", "withdrawn", "order_key"), 0)
    named = {"source": "s", "feed": "stability", "file_name": "f", "district_version": "v", "warnings": []}
    values = {"district": district, "batch_id": "a", "landed_at": NOW, "recorded_seq": recorded_seq, "state": "stored"}
    connection.execute(sa.insert(batches).values(**values, **named, **counts, delivered=2, accepted=2))


def _copy(tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "lake", tmp_path / "older")


def _put_back(tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "lake")
    shutil.copytree(tmp_path / "older", tmp_path / "lake")


def test_a_lake_that_is_gone_or_older_or_another_s_stops_writers(pair: Pair, tmp_path: Path) -> None:
    filled(pair, "a")
    _copy(tmp_path)
    filled(pair, "b", "c")
    _put_back(tmp_path)
    found = again(pair, tmp_path)
    assert standing(found) is Standing.LAKE_BEHIND
    with pytest.raises(DisagreementError, match=r"The lake lacks the newest 2 commits with 4 rows"), held(pair.warehouse):
        found.agree(KEY, NOW)
    # Whoever goes on from the older one all the same is found out.
    found.lake.append(versions("x", 1), "x")
    found.lake.append(versions("y", 1), "y")
    found.lake.append(versions("z", 1), "z")
    assert standing(again(pair, tmp_path)) is Standing.LAKE_FORKED
    shutil.rmtree(tmp_path / "lake")
    assert standing(again(pair, tmp_path)) is Standing.LAKE_GONE
    assert not (tmp_path / "lake").exists()


def test_a_warehouse_that_is_older_stops_writers(pair: Pair, tmp_path: Path) -> None:
    filled(pair, "a", "b")
    with pair.warehouse.engine.begin() as connection:
        connection.execute(sa.delete(lake_marks).where(lake_marks.c.sequence > 1))
    assert standing(again(pair, tmp_path)) is Standing.WAREHOUSE_BEHIND
    with pair.warehouse.engine.begin() as connection:
        connection.execute(sa.delete(identities))
        connection.execute(sa.delete(lake_marks))
    assert standing(again(pair, tmp_path)) is Standing.WAREHOUSE_EMPTY


def test_a_commit_of_something_else_stops_writers(pair: Pair, tmp_path: Path) -> None:
    from deltalake import DeltaTable

    filled(pair, "a")
    table = DeltaTable(str(tmp_path / "lake"))
    table.create_write_transaction([], "append", table.schema(), ["feed", "known_month"])
    assert standing(again(pair, tmp_path)) is Standing.LAKE_AHEAD


def test_adopting_makes_one_pair_of_what_is_there(pair: Pair, tmp_path: Path) -> None:
    filled(pair, "a", "b")
    shutil.rmtree(tmp_path / "lake")
    lost = again(pair, tmp_path)
    with held(pair.warehouse) as lease:
        adopt(lost, lease, KEY, "disk-lost", NOW, set())
        # Numbers go on: what nights and batches recorded of the lost one is never taken for something of the new one.
        assert lost.append(versions("c", 1), "c", lease) == 4
        assert lost.append(versions("d", 1, first=1), "d", lease) == 5
    assert standing(again(pair, tmp_path)) is Standing.SAME
    assert lost.lake.read()["recorded_seq"].sort().to_list() == [4, 5]
    lost.lake.append(versions("x", 1), "nobody told the warehouse")
    assert standing(again(pair, tmp_path)) is Standing.WAREHOUSE_BEHIND
    with held(pair.warehouse) as lease:
        adopt(lost, lease, KEY, "found-again", NOW + dt.timedelta(days=1), set())
    assert standing(again(pair, tmp_path)) is Standing.SAME
    assert lost.lake.sequence() == 7
