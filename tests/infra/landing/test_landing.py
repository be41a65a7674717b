from __future__ import annotations

import gzip
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from infra.errors import Fault, StoreError
from infra.landing.identity import identify
from infra.landing.landing import land
from infra.landing.scanning import Scanned, scan
from infra.sources.table import UnusableFile
from infra.sources.unpack import unpack
from tests.helpers.candidates import LANDED, district
from tests.helpers.district_folders import COLUMNS, source
from transforms.district.source import Source
from transforms.reports.checked import Notice
from transforms.reports.keys import derived
from transforms.reports.mapping import to_candidates
from transforms.schema import CANDIDATES

KEY = b"k" * 32
# Assembled, so that no text here is a number that somebody has.
MOBILE = "138" + "00001111"


def declared(**changes: Any) -> Source:
    return Source.model_validate(source(**changes))


def table(*rows: str, header: str = "id,time,kind,x,y") -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def plain(rows: int, **replaced: str) -> bytes:
    """So many ordinary rows, some of them replaced: ``row3="…"``."""
    return table(*(replaced.get(f"row{n}", f"no{n},2025-03-01 12:00:00,theft,113.81,35.31") for n in range(1, rows + 1)))


def take(content: bytes, folder: Path, name: str = "police_1.csv", secret: bytes = KEY, **changes: Any) -> Scanned:
    one = declared(**changes)
    batch = scan(content, name, one, identify(content, derived(secret, one.code)), secret)
    place = district(source(**changes))
    land(folder, one.code, batch.identity.batch_id, to_candidates(batch.rows, one, place, LANDED))
    return batch


def files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file())


def stored(folder: Path) -> pl.DataFrame:
    (file,) = files(folder)
    return pl.read_parquet(file)


def test_the_landed_file_holds_only_typed_values(tmp_path: Path) -> None:
    content = table("planted-key,2025-03-01 12:00:00,theft,113.81,35.31,planted-note,planted-street", header="id,time,kind,x,y,note,street")
    landed = take(content, tmp_path, row_key=["street"])
    kept = stored(tmp_path)
    assert kept.schema == CANDIDATES
    assert landed.rows.columns == ["_row", "_key_hash", "time", "kind", "x", "y"]
    assert kept.select("row", "kind", "lon", "lat").rows() == [(1, "theft", 113.81, 35.31)]
    assert landed.notices == (Notice("column_undeclared", "1 column"),)
    # Neither as text nor in the statistics of the file; uncompressed columns of one value would show them.
    held = files(tmp_path)[0].read_bytes() + kept.write_csv().encode()
    assert b"theft" in held
    assert b"planted" not in held


def test_the_name_of_an_undeclared_personal_column_is_not_repeated(tmp_path: Path) -> None:
    content = table("1,2025-03-01 12:00:00,theft,113.81,35.31,x,y", header="id,time,kind,x,y,报警人,note")
    assert take(content, tmp_path).notices == (Notice("column_undeclared", "2 columns"),)
    assert take(content, tmp_path, undeclared="ignore").notices == ()


def test_the_key_is_hashed_under_the_secret_and_the_source(tmp_path: Path) -> None:
    one = take(plain(2), tmp_path / "1").rows
    again = take(plain(2), tmp_path / "2").rows
    assert one.equals(again)
    hashes = set(one["_key_hash"])
    assert len(hashes) == 2
    assert hashes.isdisjoint(take(plain(2), tmp_path / "3", secret=b"other").rows["_key_hash"])
    assert hashes.isdisjoint(take(plain(2), tmp_path / "4", code="other").rows["_key_hash"])


def test_a_key_of_several_columns_tells_them_apart(tmp_path: Path) -> None:
    rows = ("a,b,theft,113.8,35.3", "ab,,theft,113.8,35.3", ",,theft,113.8,35.3", " a , b,fight,113.8,35.3", "NA,null,theft,113.8,35.3")
    hashes = take(table(*rows), tmp_path, key=["id", "time"]).rows["_key_hash"].to_list()
    assert hashes[0] == hashes[3] != hashes[1]
    assert [h is None for h in hashes] == [False, False, True, False, True]


@pytest.mark.parametrize("name", ["joined", "key", "empty"])
def test_an_empty_key_has_no_hash_whatever_its_column_is_called(tmp_path: Path, name: str) -> None:
    content = table(",2025-03-01 12:00:00,theft,113.8,35.3", "1,2025-03-01 12:00:00,theft,113.8,35.3", header=f"{name},time,kind,x,y")
    assert take(content, tmp_path, key=[name]).rows["_key_hash"].is_null().to_list() == [True, False]


def test_every_key_may_be_empty(tmp_path: Path) -> None:
    assert take(table(",2025-03-01 12:00:00,theft,113.8,35.3"), tmp_path).rows["_key_hash"].to_list() == [None]


def test_of_rows_that_are_the_same_in_everything_the_first_lands(tmp_path: Path) -> None:
    rows = [
        "1,t,theft,1,2,a",
        ",t,theft,1,2,a",
        "2,t,theft,1,2,a",
        ",t,theft,1,2,a",
        ",t,fight,1,2,a",
        "2,t,theft,1,2,b",
        "2,t,theft,1,,a",
        "2,t,theft,1,2,a",
    ]
    landed = take(table(*rows, header="id,time,kind,x,y,free"), tmp_path)
    assert landed.rows["_row"].to_list() == [1, 2, 3, 5, 7]
    assert (landed.delivered, landed.duplicate) == (8, 3)


def test_rows_are_the_same_by_what_is_kept_the_key_and_the_row_key(tmp_path: Path) -> None:
    rows = ["1,t,theft,1,2,a,p", "1,t,theft,1,2,a,q", "1,t,theft,1,2,b,p", "1,t,fight,1,2,a,p", "2,t,theft,1,2,a,p", " 1 ,t,theft,1,2,a,p"]
    landed = take(table(*rows, header="id,time,kind,x,y,unit,free"), tmp_path, row_key=["unit"])
    assert (landed.rows["_row"].to_list(), landed.duplicate) == ([1, 3, 4, 5], 2)


def test_a_personal_value_is_counted_with_its_row_and_never_written(tmp_path: Path) -> None:
    columns = {**COLUMNS, "department": "dept"}
    rows = [f"no{n},2025-03-01 12:00:00,theft,113.81,35.31,{'call ' + MOBILE if n == 2 else '消防大队'}" for n in range(1, 5)]
    landed = take(table(*rows, header="id,time,kind,x,y,dept"), tmp_path, columns=columns)
    assert landed.personal.rows() == [(2, "personal_value", "dept")]
    assert landed.rows["_row"].to_list() == [1, 3, 4]
    assert (landed.delivered, landed.out_of_scope) == (4, 0)
    assert MOBILE.encode() not in files(tmp_path)[0].read_bytes() + stored(tmp_path).write_csv().encode()
    assert MOBILE not in repr(landed)


def test_a_row_with_two_personal_values_is_counted_once(tmp_path: Path) -> None:
    columns = {**COLUMNS, "department": "dept"}
    rows = [f"no1,2025-03-01 12:00:00,{MOBILE},113.81,35.31,{MOBILE}", "no2,2025-03-01 12:00:00,theft,113.81,35.31,a"]
    landed = take(table(*rows, header="id,time,kind,x,y,dept"), tmp_path, columns=columns)
    assert landed.personal["row"].to_list() == [1]


@pytest.mark.parametrize(("rows", "personal", "stops"), [(200, 2, False), (200, 3, True), (99, 1, False), (3, 1, False), (3, 2, True)])
def test_a_column_with_more_than_one_percent_personal_values_stops(tmp_path: Path, rows: int, personal: int, stops: bool) -> None:
    spoilt = {f"row{n}": f"no{n},2025-03-01 12:00:00,{MOBILE},113.81,35.31" for n in range(1, personal + 1)}
    if not stops:
        assert len(take(plain(rows, **spoilt), tmp_path).personal) == personal
        return
    with pytest.raises(UnusableFile) as caught:
        take(plain(rows, **spoilt), tmp_path)
    assert (caught.value.reason, caught.value.detail) == ("personal_values", "kind")
    assert files(tmp_path) == []


def test_the_digits_of_a_key_are_not_scanned(tmp_path: Path) -> None:
    content = table(*(f"{int(MOBILE) + n},2025-03-01 12:00:00,theft,113.81,35.31" for n in range(5)))
    assert len(take(content, tmp_path).rows) == 5
    assert MOBILE not in stored(tmp_path).write_csv()


@pytest.mark.parametrize(
    "changes",
    [
        {"columns": {**COLUMNS, "department": "报警人电话"}},
        {"columns": {**COLUMNS, "department": "team"}, "other_names": {"team": ["CallerPhone"]}},
        {"where": [{"column": "ethnicity", "equals": "x"}]},
        {"known_at": {"rule": "column", "column": "victim birth"}},
    ],
)
def test_a_personal_column_may_not_be_declared(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(UnusableFile) as caught:
        take(plain(2), tmp_path, **changes)
    assert caught.value.reason == "column_personal"
    assert files(tmp_path) == []


def test_a_column_of_places_may_be_the_key(tmp_path: Path) -> None:
    content = table("x1,2025-03-01 12:00:00,theft,113.8,35.3,y", header="address,time,kind,x,y,address_2")
    landed = take(content, tmp_path, key=["address"], row_key=["address_2"])
    assert landed.rows.columns == ["_row", "_key_hash", "time", "kind", "x", "y"]


def test_an_undeclared_column_stops_where_the_source_says_so(tmp_path: Path) -> None:
    content = table("1,2025-03-01 12:00:00,theft,113.8,35.3,y", header="id,time,kind,x,y,note")
    with pytest.raises(UnusableFile) as caught:
        take(content, tmp_path, undeclared="stop")
    assert (caught.value.reason, caught.value.detail) == ("column_undeclared_stop", "1 column")
    assert files(tmp_path) == []


def test_rows_of_others_are_out_of_scope_and_not_scanned(tmp_path: Path) -> None:
    rows = [
        "1,2025-03-01 12:00:00,theft,113.8,35.3,ours",
        f"2,2025-03-01 12:00:00,{MOBILE},113.8,35.3,theirs",
        "3,2025-03-01 12:00:00,theft,113.8,35.3,",
    ]
    landed = take(table(*rows, header="id,time,kind,x,y,desk"), tmp_path, where=[{"column": "desk", "equals": "ours"}])
    assert (landed.delivered, landed.out_of_scope, landed.rows["_row"].to_list(), len(landed.personal)) == (3, 2, [1], 0)
    assert "desk" not in stored(tmp_path).columns
    assert landed.notices == ()


def test_a_byte_order_mark_warns(tmp_path: Path) -> None:
    assert take(b"\xef\xbb\xbf" + plain(1), tmp_path).notices == (Notice("byte_order_mark", "skipped"),)


def test_the_same_content_is_the_same_batch_for_one_source_only() -> None:
    police, fire, elsewhere = (derived(b"k" * 32, *place) for place in (("d", "police"), ("d", "fire"), ("e", "police")))
    one = identify(b"abc", police)
    assert one == identify(b"abc", police)
    others = [identify(b"abc", fire), identify(b"abc", elsewhere), identify(b"abd", police)]
    assert len({one.batch_id, *(o.batch_id for o in others)}) == 4


def test_one_file_may_feed_two_sources(tmp_path: Path) -> None:
    first, second = take(plain(2), tmp_path), take(plain(2), tmp_path, code="fire")
    assert first.identity != second.identity
    assert [f.parent.name for f in files(tmp_path)] == ["fire", "police"]


def test_landing_twice_leaves_one_file(tmp_path: Path) -> None:
    take(plain(3), tmp_path)
    before = files(tmp_path)[0].read_bytes()
    take(plain(3), tmp_path, name="police_again.csv")
    assert [f.read_bytes() for f in files(tmp_path)] == [before]


def test_a_write_that_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(self: pl.DataFrame, file: Path, **how: Any) -> None:
        file.write_bytes(b"PAR1 and no more")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(pl.DataFrame, "write_parquet", half)
        with pytest.raises(StoreError, match="No space"):
            take(plain(1), tmp_path)
    assert files(tmp_path) == []
    take(plain(1), tmp_path)
    assert len(stored(tmp_path)) == 1


def test_packed_and_plain_files_land_alike(tmp_path: Path) -> None:
    (packed,) = unpack("police_1.csv.gz", gzip.compress(plain(2)))
    assert identify(packed.content, b"k") == identify(plain(2), b"k")
    assert take(packed.content, tmp_path / "1", packed.name).rows.equals(take(plain(2), tmp_path / "2").rows)


# --- the columns of a source come and go between deliveries

DRIFTING: dict[str, Any] = {
    "columns": {**COLUMNS, "closed_at": "closed"},
    "row_key": ["note"],
    "where": [{"column": "area", "none_of": ["north"]}],
    "undeclared": "stop",
    "other_names": {"id": ["number", "No."], "kind": ["class"], "area": ["region"]},
    "optional": ["closed", "note"],
}


def test_renamed_reordered_and_absent_columns_land_as_the_source_declares_them(tmp_path: Path) -> None:
    old = table("2025-03-01 12:00:00,1,2,theft,no1,south", header="time,x,y,class,No.,region")
    new = table("no1,2025-03-01 12:00:00,theft,1,2,south,,n", header="id,time,kind,x,y,area,closed,note")
    one, other = take(old, tmp_path / "old", **DRIFTING).rows, take(new, tmp_path / "new", **DRIFTING).rows
    assert one.columns == ["_row", "_key_hash", "time", "kind", "x", "y"]
    assert other.columns == [*one.columns, "closed"]
    assert one["_key_hash"].item() == other["_key_hash"].item()


def test_a_column_under_two_of_its_names_is_read_from_the_first(tmp_path: Path) -> None:
    content = table("a,b,2025-03-01 12:00:00,theft,1,2,south", header="number,id,time,kind,x,y,area")
    plain_one = table("b,2025-03-01 12:00:00,theft,1,2,south", header="id,time,kind,x,y,area")
    one, other = (take(c, tmp_path / str(n), **DRIFTING).rows for n, c in enumerate((content, plain_one)))
    assert one.equals(other)


def test_a_column_that_is_not_optional_is_missed_under_all_of_its_names(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile) as caught:
        take(table("no1,theft", header="id,kind"), tmp_path, **DRIFTING)
    assert (caught.value.reason, caught.value.detail) == ("column_missing", "time, x, y, area or region")


def test_a_filter_on_an_absent_optional_column_keeps_nothing(tmp_path: Path) -> None:
    how = {**DRIFTING, "optional": ["closed", "note", "area"]}
    landed = take(table("no1,2025-03-01 12:00:00,theft,1,2", header="id,time,kind,x,y"), tmp_path, **how)
    assert (landed.delivered, landed.out_of_scope) == (1, 1)


def test_a_file_may_hold_a_column_named_like_one_of_ours(tmp_path: Path) -> None:
    content = table("1,2025-03-01 12:00:00,theft,1,2,a", header="_row,time,_key_hash,x,y,_withdrawn")
    landed = take(content, tmp_path, other_names={"id": ["_row"], "kind": ["_key_hash"]})
    assert landed.rows.select("_row", "kind").rows() == [(1, "theft")]
    assert landed.notices == (Notice("column_undeclared", "1 column"),)


@pytest.mark.parametrize(("free", "fault"), [(0, Fault.FULL), (1 << 30, Fault.DAMAGED)])
def test_a_disk_that_is_full_at_the_end_of_a_file_is_named_as_full(
    free: int, fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What Polars says where the last bytes find no room, word for word; of all bytes before it names the system's error.
    def write(*_: object, **__: object) -> None:
        raise pl.exceptions.ComputeError("parquet: File out of specification: Invalid thrift: transport error")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", write)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    with pytest.raises(StoreError) as raised:
        land(tmp_path, "order", "batch", CANDIDATES.to_frame())
    assert raised.value.fault is fault
