"""Beginning again where a store is lost, on both databases: what is counted before, what is forgotten and learned, killed half way."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from infra.accord.adopting import adopt, count
from infra.accord.pair import Pair
from infra.accord.verdict import Standing
from infra.errors import SifangError
from infra.lake.lake import Lake
from infra.marks import Identity
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.intake.batches import batches
from infra.warehouse.keeping.adoptions import adoptions, lost_since
from infra.warehouse.keeping.identities import identities, lake_marks, remembered
from infra.warehouse.keeping.locks import held
from tests.helpers.appended import KNOWN, versions

KEY = "f00d"
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


@pytest.fixture
def pair(tmp_path: Path, warehouse: Warehouse) -> Pair:
    """Four batches, of which the last brought nothing new."""
    made = Pair(Lake(str(tmp_path / "lake")), warehouse)
    with held(warehouse) as lease:
        made.agree(KEY, NOW)
        for number, batch in enumerate(("a", "b", "c")):
            _record(warehouse, batch, made.append(versions(batch, 2, first=2 * number), batch, lease), 2)
            if batch == "a":
                shutil.copytree(tmp_path / "lake", tmp_path / "older")
    _record(warehouse, "d", None, 0)
    return made


def _record(warehouse: Warehouse, batch: str, sequence: int | None, rows: int) -> None:
    counts = dict.fromkeys(("merged", "quarantined", "out_of_scope", "withdrawn", "order_key"), 0) | {
        "duplicate": 2 - rows,
        "delivered": 2,
        "accepted": rows,
    }
    named = {"source": "", "feed": "stability", "file_name": "f", "district_version": "v", "warnings": []}
    moment = {"landed_at": NOW + dt.timedelta(minutes=sequence or 9), "recorded_seq": sequence, "state": "stored"}
    with warehouse.engine.begin() as connection:
        connection.execute(sa.insert(batches).values(district=warehouse.district, batch_id=batch, **counts, **named, **moment))


def again(pair: Pair, tmp_path: Path) -> Pair:
    return Pair(Lake(str(tmp_path / "lake")), pair.warehouse)


def ledger(pair: Pair) -> dict[str, tuple[int | None, int]]:
    b = batches.c
    with pair.warehouse.engine.connect() as connection:
        return {i: (s, n) for i, s, n in connection.execute(sa.select(b.batch_id, b.recorded_seq, b.accepted).order_by(b.batch_id))}


def empty_warehouse(pair: Pair) -> None:
    with pair.warehouse.engine.begin() as connection:
        for table in (batches, identities, lake_marks):
            connection.execute(sa.delete(table))


def test_a_lake_that_is_gone_is_begun_again_and_its_batches_are_forgotten(pair: Pair, tmp_path: Path) -> None:
    before = remembered(pair.warehouse).identity
    assert before is not None
    shutil.rmtree(tmp_path / "lake")
    lost = again(pair, tmp_path)
    losses = count(lost, KEY)
    assert (losses.lost, losses.repeats, losses.strange) == ({"a": 2, "b": 2, "c": 2}, ("d",), ())
    assert (losses.kept_to, losses.lost_to, losses.instead_of) == (0, 3, before.identity)
    assert ledger(pair).keys() == {"a", "b", "c", "d"}, "counting changes nothing"
    with held(pair.warehouse) as lease:
        owner = adopt(lost, lease, KEY, "disk-lost", NOW, set())
    assert owner.instead_of == before.identity
    assert ledger(pair) == {}
    marked = lost.lake.table.marked()
    assert marked is not None
    assert remembered(pair.warehouse).identity == marked.identity == owner
    assert again(pair, tmp_path).look(KEY).standing is Standing.SAME
    # What nights and batches said of the lost one is never taken for something of this one.
    assert lost.lake.sequence() == 4
    told = lost_since(pair.warehouse, 2)
    assert told is not None
    assert (told.reason, told.batches, told.rows, told.standing) == ("disk-lost", 3, 6, "the lake is gone")
    assert lost_since(pair.warehouse, 4) is None


def test_an_older_lake_keeps_what_it_has(pair: Pair, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "lake")
    shutil.copytree(tmp_path / "older", tmp_path / "lake")
    lost = again(pair, tmp_path)
    losses = count(lost, KEY)
    assert (losses.kept_to, losses.lost, losses.repeats) == (1, {"b": 2, "c": 2}, ("d",))
    with held(pair.warehouse) as lease:
        adopt(lost, lease, KEY, "disk-lost", NOW, set())
    assert ledger(pair) == {"a": (1, 2)}
    assert (lost_since(pair.warehouse, 1), again(pair, tmp_path).look(KEY).standing) == (None, Standing.SAME)
    assert lost.lake.read()["batch_id"].unique().to_list() == ["a"]


def test_a_new_warehouse_learns_of_what_lies_nowhere_any_more(pair: Pair, tmp_path: Path) -> None:
    empty_warehouse(pair)
    found = again(pair, tmp_path)
    losses = count(found, KEY)
    assert losses.warehouse_is_new
    assert ([b.batch_id for b in losses.strange], losses.lost) == (["a", "b", "c"], {})
    with held(pair.warehouse) as lease:
        adopt(found, lease, KEY, "database-lost", NOW, {"b"})
    # The file of b is taken in again, and brings its own counts.
    assert ledger(pair) == {"a": (1, 2), "c": (3, 2)}
    with pair.warehouse.engine.connect() as connection:
        landed = connection.execute(sa.select(batches.c.landed_at).order_by(batches.c.batch_id)).scalars().all()
    assert landed == [KNOWN, KNOWN + dt.timedelta(days=4)]
    with held(pair.warehouse) as lease:
        assert found.append(versions("b", 2, first=2), "b", lease) == 2
    assert again(pair, tmp_path).look(KEY).standing is Standing.SAME


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("lose", ["lake", "warehouse"])
def test_an_adoption_that_is_killed_is_completed(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lose: str, after: bool
) -> None:
    if lose == "lake":
        shutil.rmtree(tmp_path / "lake")
    else:
        empty_warehouse(pair)
    real = Pair.begin

    def last(this: Pair, owner: Identity, first: int) -> None:
        if after:
            this.lake.begin(owner, first)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Pair, "begin", last)
        with held(pair.warehouse) as lease, pytest.raises(Killed):
            adopt(again(pair, tmp_path), lease, KEY, "disk-lost", NOW, set())
    assert real is Pair.begin
    next_one = again(pair, tmp_path)
    # The next writer completes it, and what it cost is recorded once.
    assert next_one.look(KEY).goes_on
    with held(pair.warehouse) as lease:
        next_one.agree(KEY, NOW)
        sequence = next_one.append(versions("e", 1, first=50), "e", lease)
    assert sequence > 3
    assert again(pair, tmp_path).look(KEY).standing is Standing.SAME
    with pair.warehouse.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(adoptions)) == 1


def test_what_must_not_be_adopted_is_refused(pair: Pair, tmp_path: Path) -> None:
    with pytest.raises(SifangError, match="belong together; there is nothing to adopt"):
        count(pair, KEY)
    with pytest.raises(SifangError, match="was filled under the key f00d"):
        count(pair, "beef")
    empty_warehouse(pair)
    with pytest.raises(SifangError, match="was filled under the key f00d"):
        count(again(pair, tmp_path), "beef")
    other = Pair(Lake(str(tmp_path / "lake")), Warehouse(pair.warehouse.engine, "elsewhere"))
    with pytest.raises(SifangError, match="The lake is of weibin"):
        count(other, KEY)
    with pair.warehouse.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(adoptions)) == 0


def test_a_writer_that_lost_the_district_adopts_nothing(pair: Pair, tmp_path: Path) -> None:
    from infra.warehouse.keeping.locks import Lease, LockLostError

    shutil.rmtree(tmp_path / "lake")
    with held(pair.warehouse) as lease, pytest.raises(LockLostError):
        adopt(again(pair, tmp_path), Lease(lease.district, lease.token - 1), KEY, "disk-lost", NOW, set())
    assert len(ledger(pair)) == 4
    assert not (tmp_path / "lake").exists()
