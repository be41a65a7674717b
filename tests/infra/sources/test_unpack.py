"""Archives: what they hold, and those that are made to do harm. Sizes are small: the limits are lowered instead."""

from __future__ import annotations

import gzip
import struct
import zipfile
from collections.abc import Callable

import pytest

from infra.sources import excel
from infra.sources.archives import Archive, gunzipped
from infra.sources.limits import Limits
from infra.sources.table import Layout, UnusableFile
from infra.sources.unpack import Delivered, unpack
from tests.helpers.packed import packed

CSV = b"id,kind\n1,theft\n"


def named(name: str) -> zipfile.ZipInfo:
    """A member under a name that the library would clean up."""
    info = zipfile.ZipInfo("x")
    info.filename = info.orig_filename = name
    return info


def refusal(content: bytes, name: str = "a.zip", members: str = "*") -> UnusableFile:
    (one,) = unpack(name, content, members)
    assert one.refusal is not None
    return one.refusal


def test_each_member_of_a_zip_is_a_file_of_its_own() -> None:
    content = packed(("b/2.csv", b"2"), ("b/", b""), ("1.csv", b"1"), ("__MACOSX/b/._2.csv", b"x"), (".hidden", b"x"))
    assert list(unpack("in.zip", content)) == [Delivered("in.zip:1.csv", b"1"), Delivered("in.zip:2.csv", b"2")]
    assert [d.name for d in unpack("IN.ZIP", content, "2*")] == ["IN.ZIP:2.csv"]


def test_what_is_not_packed_stays_as_it_is() -> None:
    assert list(unpack("a.csv", CSV)) == [Delivered("a.csv", CSV)]
    assert list(unpack("a.csv.gz", gzip.compress(CSV) + gzip.compress(b"2,x\n"))) == [Delivered("a.csv", CSV + b"2,x\n")]


@pytest.mark.parametrize("name", ["../a.csv", "/etc/a.csv", "b/../../a.csv", "..\\a.csv", "C:\\a.csv", "b\\..\\a.csv"])
def test_a_path_that_leads_out_of_the_archive_refuses_all_of_it(name: str) -> None:
    assert refusal(packed(("good.csv", CSV), (named(name), CSV))).reason == "archive_unsafe"


def test_a_link_refuses_the_archive() -> None:
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = 0o120777 << 16
    assert refusal(packed((link, b"/etc/passwd"))).reason == "archive_unsafe"


@pytest.mark.parametrize("name", ["b.zip", "b.csv.gz", "b.tar", "B.ZIP"])
def test_an_archive_in_an_archive_is_refused(name: str) -> None:
    assert refusal(packed((name, packed(("a.csv", CSV))))).reason == "archive_unsafe"


def test_a_bomb_is_refused_by_what_it_declares() -> None:
    strict = Limits(any_ratio_bytes=1000)
    content = packed(("a.csv", bytes(1_000_000)))
    assert unsafe(lambda: Archive(content, strict)) == ("archive_unsafe", True)
    assert unsafe(lambda: list(gunzipped(gzip.compress(bytes(1_000_000)), strict))) == ("archive_unsafe", True)
    assert unsafe(lambda: excel.read(packed(("xl/workbook.xml", bytes(1_000_000))), Layout([["id"]]), strict)) == ("archive_unsafe", True)


def unsafe(work: Callable[[], object]) -> tuple[str, bool]:
    """Why something is refused, and whether that is its ratio."""
    with pytest.raises(UnusableFile) as caught:
        work()
    return caught.value.reason, "200 times" in caught.value.detail


def test_many_files_that_are_a_bomb_together_are_refused() -> None:
    content = packed(*((f"{n}.csv", bytes(2000)) for n in range(3)))
    assert unsafe(lambda: Archive(content, Limits(bytes=5000))) == ("file_too_large", False)
    assert unsafe(lambda: Archive(content, Limits(members=2))) == ("archive_unsafe", False)


def lying(content: bytes, real: int, declared: int) -> bytes:
    """The same zip with another uncompressed size in its headers."""
    assert content.count(struct.pack("<I", real)) >= 2
    return content.replace(struct.pack("<I", real), struct.pack("<I", declared))


def test_a_bomb_that_declares_less_is_found_out() -> None:
    strict = Limits(any_ratio_bytes=100_000)
    bomb = lying(packed(("a.csv", bytes(1_234_567))), 1_234_567, 99)
    assert unsafe(lambda: list(Archive(bomb, strict).pieces(0))) == ("archive_unsafe", True)
    assert unsafe(Archive(bomb, strict).require_sane) == ("archive_unsafe", True)
    assert refusal(bomb).detail == "declared as 99 bytes and is another size"


def test_unpacking_stops_at_the_limit_and_not_after() -> None:
    came: list[int] = []
    assert unsafe(lambda: came.extend(map(len, gunzipped(gzip.compress(bytes(50 << 20)), Limits(bytes=4 << 20)))))[0] == "file_too_large"
    assert 0 < sum(came) <= 4 << 20


@pytest.mark.parametrize("cut", [1, 30, 60])
def test_a_half_written_archive_is_refused(cut: int) -> None:
    assert refusal(packed(("a.csv", CSV))[:-cut]).reason == "file_unreadable"
    assert refusal(gzip.compress(CSV * 9)[: -min(cut, 20)], "a.csv.gz").reason == "file_unreadable"


def test_a_damaged_member_is_refused_alone() -> None:
    content = bytearray(packed(("a.csv", CSV * 50), ("b.csv", CSV)))
    content[40] ^= 0xFF
    first, second = unpack("x.zip", bytes(content))
    assert (first.refusal is not None, first.refusal and first.refusal.reason) == (True, "file_unreadable")
    assert (second.content, second.refusal) == (CSV, None)


def test_an_encrypted_or_empty_archive_is_refused() -> None:
    content = bytearray(packed(("a.csv", CSV)))
    for start in (6, content.index(b"PK\x01\x02") + 8):
        content[start] |= 1
    assert "password" in refusal(bytes(content)).detail
    assert refusal(packed()).reason == "file_empty"
    assert refusal(packed(("a.csv", CSV)), members="*.xlsx").reason == "file_empty"
    assert refusal(b"").reason == refusal(b"", "a.csv.gz").reason == "file_empty"


def test_a_refused_file_quotes_nothing_of_it() -> None:
    for content in (packed(("../secret.csv", CSV)), packed(("secret.zip", CSV)), b"secret"):
        assert "secret" not in refusal(content).detail
