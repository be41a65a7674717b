from __future__ import annotations

import gzip
import zlib

import pytest

from infra.sources.connectors.packing import PackedError, unpacked
from infra.sources.limits import LIMITS
from infra.sources.table import UnusableFile

BODY = b"a,b\n" * 5000


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def pieces(body: bytes, size: int) -> list[bytes]:
    return [body[n : n + size] for n in range(0, len(body), size)]


@pytest.mark.parametrize("size", [7, 1000, 1 << 20])
@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("", BODY),
        ("gzip", gzip.compress(BODY)),
        ("GZIP ", gzip.compress(BODY[:3000]) + gzip.compress(BODY[3000:]) + b"\0" * 9),
        ("deflate", zlib.compress(BODY)),
        ("deflate", raw_deflate(BODY)),
    ],
    ids=["plain", "gzip", "two members", "deflate", "bare deflate"],
)
def test_it_comes_out_as_it_went_in_whatever_the_pieces(coding: str, packed: bytes, size: int) -> None:
    assert b"".join(unpacked(pieces(packed, size), coding)) == BODY


def test_nothing_is_nothing_packed_or_not() -> None:
    assert [b"".join(unpacked([body], "gzip")) for body in (b"", gzip.compress(b""))] == [b"", b""]


@pytest.mark.parametrize("size", [7, 1 << 20])
@pytest.mark.parametrize(
    ("coding", "packed", "said"),
    [
        ("gzip", gzip.compress(BODY)[:-9], "breaks off"),
        ("gzip", gzip.compress(BODY)[:30], "breaks off"),
        ("gzip", BODY, "cannot be unpacked"),
        ("deflate", b"\xff" * 400, "cannot be unpacked"),
        ("br", BODY, "not asked for"),
    ],
    ids=["no end", "half", "no gzip", "no deflate", "another packing"],
)
def test_half_a_packed_answer_is_no_answer(coding: str, packed: bytes, said: str, size: int) -> None:
    with pytest.raises(PackedError) as told:
        list(unpacked(pieces(packed, size), coding))
    assert said in told.value.said


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_is_made_to_fill_a_memory_is_refused_before_it_does(coding: str) -> None:
    packer, sizes = zlib.compressobj(9, wbits=31 if coding == "gzip" else 15), list[int]()
    bomb = b"".join([*(packer.compress(b"[" * (1 << 20)) for _ in range(40)), packer.flush()])
    with pytest.raises(UnusableFile) as told:
        sizes.extend(map(len, unpacked([bomb], coding)))
    assert (told.value.reason, "200 times its size" in told.value.detail) == ("archive_unsafe", True)
    assert (sum(sizes), max(sizes)) == (LIMITS.any_ratio_bytes, 1 << 20)


def test_much_that_packs_well_is_no_bomb() -> None:
    rows = b"".join(b'{"n":"%06d","kind":"theft","state":"open"},' % n for n in range(40_000)) * 25
    assert b"".join(unpacked(pieces(gzip.compress(rows, 1), 1 << 16), "gzip")) == rows
