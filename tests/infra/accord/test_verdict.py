"""What follows from what lake and warehouse say, for every way in which they can stand to each other."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from infra.accord.sides import LakeSide, Sides
from infra.accord.verdict import DisagreementError, Standing, Verdict, compare
from infra.lake.log import Commit
from infra.marks import Identity, Mark
from infra.warehouse.keeping.identities import Remembered

BEGUN = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
OURS = Identity("aaaa", "tiny", "f00d", BEGUN)
OTHER = Identity("bbbb", "tiny", "f00d", BEGUN + dt.timedelta(days=9))


def mark(sequence: int, token: str = "", rows: int | None = None) -> Mark:
    return Mark(
        sequence,
        "append" if sequence else "begin",
        token or f"t{sequence}",
        10 * sequence if rows is None else rows,
        sequence,
        f"files{sequence}",
    )


def commit(version: int, identity: Identity | None = OURS, token: str = "", *, marked: bool = True, offset: int = 0) -> Commit:
    return Commit(version, 0, identity if marked else None, mark(version + offset, token) if marked else None, ())


def lake(newest: int | None, known: int | None = None, *, offset: int = 0, identity: Identity | None = OURS) -> LakeSide:
    """A lake whose every commit is ours, beside a warehouse that knows it up to ``known``."""
    if newest is None:
        return LakeSide("/lake", None, None, None, ())
    at = None if known is None or not 0 <= known <= newest else commit(known, identity, offset=offset)
    since = () if at is None or known is None else tuple(commit(n, identity, offset=offset) for n in range(known + 1, newest + 1))
    return LakeSide("/lake", newest, commit(newest, identity, offset=offset), at, since)


def unmarked(newest: int) -> LakeSide:
    return LakeSide("/lake", newest, None, None, ())


def knows(known: int | None, *intents: str, identity: Identity | None = OURS, nights: int = 3) -> Remembered:
    newest = None if known is None else mark(known)
    return Remembered(
        identity, identity.fingerprint if identity else None, newest, frozenset(intents), known or 0, 10 * (known or 0), known, nights
    )


NOTHING = Remembered()
OF_BEFORE = Remembered(filled_under="f00d", batches=4, rows=40, newest_seq=4, nights=3)

CASES: list[tuple[str, LakeSide, Remembered, Standing]] = [
    ("neither is there", lake(None), NOTHING, Standing.NEW),
    ("an empty table of nobody's", unmarked(0), NOTHING, Standing.NEW),
    ("both are as new", lake(5, 5), knows(5), Standing.SAME),
    ("a first run without reports", lake(0, 0), knows(0, nights=0), Standing.SAME),
    ("killed after the claim", lake(None), Remembered(OURS, "f00d"), Standing.LEFTOVERS),
    ("killed after the lake was made", lake(0), Remembered(OURS, "f00d"), Standing.LEFTOVERS),
    ("killed after an append", lake(6, 5), knows(5, "t6"), Standing.LEFTOVERS),
    ("killed before an append", lake(5, 5), knows(5, "t6"), Standing.LEFTOVERS),
    ("killed twice", lake(7, 5), knows(5, "t6", "t7", "t8"), Standing.LEFTOVERS),
    ("both of before", unmarked(4), OF_BEFORE, Standing.UNMARKED),
    ("of before, compacted since", unmarked(9), OF_BEFORE, Standing.UNMARKED),
    ("of before, killed after the claim", unmarked(4), replace(OF_BEFORE, identity=OURS), Standing.UNMARKED),
    ("the lake is gone", lake(None), knows(5), Standing.LAKE_GONE),
    ("the lake of before is gone", lake(None), OF_BEFORE, Standing.LAKE_GONE),
    ("the lake was claimed, and is gone since", lake(None), replace(OF_BEFORE, identity=OURS), Standing.LAKE_GONE),
    ("the lake of before was begun anew", unmarked(0), OF_BEFORE, Standing.LAKE_EMPTY),
    ("the lake was begun anew by nobody", unmarked(0), knows(5), Standing.LAKE_EMPTY),
    ("the lake was put back to its beginning", lake(0, 5), knows(5), Standing.LAKE_EMPTY),
    ("the lake lost its newest commits", lake(3, 5), knows(5), Standing.LAKE_BEHIND),
    ("the lake of before lost its newest commits", unmarked(3), OF_BEFORE, Standing.LAKE_BEHIND),
    ("the lake was written by others", replace(lake(6, 5), since=(commit(6, marked=False),)), knows(5), Standing.LAKE_AHEAD),
    ("the lake went on from an older state", replace(lake(6, 5), at=commit(5, token="else")), knows(5, "t6"), Standing.LAKE_FORKED),
    ("the warehouse is new", lake(5), NOTHING, Standing.WAREHOUSE_EMPTY),
    ("the warehouse is new, the lake of before", unmarked(4), NOTHING, Standing.WAREHOUSE_EMPTY),
    ("the warehouse was put back", lake(7, 5), knows(5), Standing.WAREHOUSE_BEHIND),
    ("the warehouse was put back while it meant something", lake(7, 5), knows(5, "t6"), Standing.WAREHOUSE_BEHIND),
    ("the lake is of another beginning", lake(5), knows(5, identity=OTHER), Standing.ANOTHER),
    ("a lake that was begun again goes on", lake(2, 2, offset=90), replace(knows(2), newest=mark(92)), Standing.SAME),
]


@pytest.mark.parametrize(("beside", "told", "standing"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_every_way_to_stand_has_its_name(beside: LakeSide, told: Remembered, standing: Standing) -> None:
    found = compare(Sides("tiny", beside, told, "/warehouse.db"), "f00d")
    assert found.standing is standing
    if found.goes_on:
        assert found.line == ""
        found.require()
        return
    # Both are named with what they hold, and the way out is no deletion.
    assert {"/lake", "/warehouse.db", "tiny"} <= {w for w in ("/lake", "/warehouse.db", "tiny") if w in found.says}
    assert found.remedy
    assert not any(word in f"{found.says} {found.remedy}" for word in ("delete", "remove", "move it away"))
    with pytest.raises(DisagreementError, match="Nothing was written"):
        found.require()


def test_what_is_untold_is_told_in_its_order() -> None:
    found = compare(Sides("tiny", lake(7, 5), knows(5, "t6", "t7"), "/w"))
    assert [m.sequence for m in found.unsettled] == [6, 7]


@pytest.mark.parametrize(
    ("beside", "told"),
    [(lake(5, 5), knows(5)), (lake(6, 5), knows(5, "t6")), (unmarked(4), OF_BEFORE), (lake(None), Remembered(OURS, "f00d"))],
)
def test_another_key_is_never_accepted(beside: LakeSide, told: Remembered) -> None:
    found = compare(Sides("tiny", beside, told, "/w"), "beef")
    assert found.standing is Standing.OTHER_KEY
    assert "fingerprint beef, but tiny was filled under the key f00d" in found.says
    # Whoever needs none is not asked for it.
    assert compare(Sides("tiny", beside, told, "/w"), None).goes_on


def test_numbers_say_how_much_is_missing() -> None:
    behind = compare(Sides("tiny", lake(3, 5), knows(5), "/w"))
    assert "The lake lacks the newest 2 commits with 20 rows" in behind.says
    assert "has 30 rows as of commit 3" in behind.says
    assert "knows a lake of 50 rows as of commit 5, and 3 nights published" in behind.says
    put_back = compare(Sides("tiny", lake(7, 5), knows(5), "/w"))
    assert "never heard of 2 commits of the lake with +20 rows" in put_back.says
    assert "nights that it published since may be missing" in put_back.says
    assert isinstance(put_back, Verdict)
