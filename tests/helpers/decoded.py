"""Everything that lies in folders, decoded from whatever packs or encodes it, and which of some texts are in it.

Belongs here: reading as somebody would who wants to know: archives within archives, databases with their logs, columns of Parquet, base64,
pickles, escapes. Does not: whether a text may be there (``tests.helpers.kept``), inventing texts (``tests.helpers.identities``).
"""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import html
import io
import json
import lzma
import pickletools
import re
import shutil
import sqlite3
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

import numpy as np
import polars as pl

# What is packed in something packed in something; nobody packs deeper.
_DEPTH = 5
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_ESCAPED = re.compile(rb"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\"'/nt])")
_PERCENT = re.compile(rb"%[0-9a-fA-F]{2}")
_ENTITY = re.compile(rb"&(?:#[0-9]+|#x[0-9a-fA-F]+|[a-z]+);")
_SHORTEST = 6


@dataclass(frozen=True)
class Trace:
    """Some bytes, and where they were."""

    where: str
    content: bytes


def lying_in(*folders: Path) -> Iterator[Trace]:
    """Every file of some folders as it lies there and decoded, with the names of files and folders."""
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            where = str(file.relative_to(folder))
            yield from decoded(f"name {where}", where.encode("utf-8", "surrogateescape"))
            if file.is_symlink():
                yield Trace(f"link {where}", str(file.readlink()).encode("utf-8", "surrogateescape"))
            elif file.is_file():
                content = file.read_bytes()
                yield from decoded(where, content)
                if content.startswith(b"SQLite format 3"):
                    yield from of_database(where, file)


def decoded(where: str, content: bytes, depth: int = 0) -> Iterator[Trace]:
    """Some bytes, and all that can be made of them."""
    yield Trace(where, content)
    if depth == _DEPTH:
        return
    for name, unpack in _PACKED.items():
        if content.startswith(_MAGIC[name]):
            # Whatever only looks as if it were packed stays as it is.
            held: list[tuple[str, bytes]] = []
            with suppress(Exception):
                held = list(unpack(content))
            for inner, unpacked in held:
                yield from decoded(f"{where} > {name} {inner}".rstrip(), unpacked, depth + 1)
            if held:
                return
    if (plainer := _plainer(content)) != content:
        yield from decoded(f"{where} > escapes", plainer, depth + 1)
    joined = [piece for found in _BASE64.finditer(content) if (piece := _from_base64(found.group()))]
    if joined:
        for number, piece in enumerate(p for p in joined if p.startswith(tuple(_MAGIC.values()))):
            yield from decoded(f"{where} > base64 {number}", piece, depth + 1)
        yield from decoded(f"{where} > base64", b"\n".join(joined), depth + 1)


def of_database(where: str, file: Path) -> Iterator[Trace]:
    """Every value of every table, as SQLite reads it with its log; a copy is opened, so that reading changes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        for end in ("", "-wal", "-shm"):
            if (part := file.with_name(file.name + end)).is_file():
                shutil.copy(part, copy.with_name(copy.name + end))
        with sqlite3.connect(copy) as connection:
            connection.text_factory = bytes
            for name, sql in connection.execute("SELECT name, sql FROM sqlite_master").fetchall():
                yield Trace(f"{where} {name.decode()} schema", sql or b"")
                with suppress(sqlite3.OperationalError):
                    values = [v for row in connection.execute(f'SELECT * FROM "{name.decode()}"') for v in row]
                    held = [v for v in values if isinstance(v, bytes)]
                    yield from decoded(f"{where} {name.decode()}", b"\n".join(held))
                    for number, value in enumerate(v for v in held if v.startswith(tuple(_MAGIC.values()))):
                        yield from decoded(f"{where} {name.decode()} {number}", value, 1)


def _of_parquet(content: bytes) -> Iterator[tuple[str, bytes]]:
    frame = pl.read_parquet(io.BytesIO(content), hive_partitioning=False)
    for column in frame.columns:
        yield column, "\n".join([column, *(str(v) for v in frame[column].unique().to_list())]).encode()


def _of_zip(content: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            yield f"name {info.filename}", info.filename.encode("utf-8", "surrogateescape") + info.comment
            yield info.filename, archive.read(info)


def _of_tar(content: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for info in archive.getmembers():
            yield f"name {info.name}", info.name.encode("utf-8", "surrogateescape")
            if (file := archive.extractfile(info)) is not None:
                yield info.name, file.read()


def _of_pickle(content: bytes) -> Iterator[tuple[str, bytes]]:
    held = [a for _, a, _ in pickletools.genops(content) if isinstance(a, str | bytes)]
    yield "", b"\n".join(a.encode("utf-8", "surrogatepass") if isinstance(a, str) else a for a in held)


def _alone(unpack: Callable[[bytes], bytes]) -> Callable[[bytes], Iterator[tuple[str, bytes]]]:
    return lambda content: iter([("", unpack(content))])


_PACKED: dict[str, Callable[[bytes], Iterator[tuple[str, bytes]]]] = {
    "parquet": _of_parquet,
    "zip": _of_zip,
    "gzip": _alone(gzip.decompress),
    "zlib": _alone(zlib.decompress),
    "bzip2": _alone(bz2.decompress),
    "xz": _alone(lzma.decompress),
    "pickle": _of_pickle,
}
_MAGIC = {
    "parquet": b"PAR1",
    "zip": b"PK\x03\x04",
    "gzip": b"\x1f\x8b",
    "zlib": b"\x78",
    "bzip2": b"BZh",
    "xz": b"\xfd7zXZ",
    "pickle": b"\x80",
}


def _plainer(content: bytes) -> bytes:
    """Bytes without the escapes of JSON, Python, addresses and HTML."""
    if _ESCAPED.search(content):
        with suppress(ValueError):
            content = _unescaped(content.decode("utf-8", "replace")).encode("utf-8", "replace")
    if _PERCENT.search(content):
        content = unquote_to_bytes(content)
    if _ENTITY.search(content):
        content = html.unescape(content.decode("utf-8", "replace")).encode("utf-8", "replace")
    return content


def _unescaped(text: str) -> str:
    pairs = re.sub(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", lambda m: json.loads(f'"{m.group()}"'), text, flags=re.IGNORECASE)
    letters = re.sub(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))", lambda m: chr(int(m.group(1) or m.group(2), 16)), pairs)
    return re.sub(r"\\([\"'/nt])", lambda m: {"n": "\n", "t": "\t"}.get(m.group(1), m.group(1)), letters)


def _from_base64(text: bytes) -> bytes:
    padded = text.rstrip(b"=") + b"=" * (-len(text.rstrip(b"=")) % 4)
    for alphabet in (None, b"-_"):
        with suppress(binascii.Error, ValueError):
            return base64.b64decode(padded, altchars=alphabet, validate=True)
    return b""


def forms(text: str) -> set[bytes]:
    """The ways in which a text may be written down and still be read: encodings, without what stands between digits, folded."""
    written = {text, text.lower(), text.upper(), unicodedata.normalize("NFKC", text), unicodedata.normalize("NFD", text)}
    bare = re.sub(r"[\s\u200b()+.·:/-]", "", unicodedata.normalize("NFKC", text))
    if len(bare) >= 8 or not bare.isascii():
        written.add(bare)
    every = {f.encode(e, "surrogateescape") for f in written for e in ("utf-8", "utf-16-le")}
    every |= {f.encode("gb18030") for f in written if not f.isascii()}
    return {form for form in every if len(form) >= _SHORTEST}


class Search:
    """Finds many texts in many bytes in one pass: by their first and next three bytes, and what these leave is compared."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = {form: text for text in texts for form in forms(text)}
        self._by_start: dict[bytes, list[bytes]] = {}
        self._first, self._next = (np.zeros(1 << 24, dtype=bool) for _ in range(2))
        for form in self._texts:
            self._by_start.setdefault(form[:_SHORTEST], []).append(form)
            self._first[_as_number(form[:3])] = self._next[_as_number(form[3:6])] = True

    def found(self, traces: Iterable[Trace]) -> set[tuple[str, str]]:
        """Text and place of all that is there."""
        return {(text, trace.where) for trace in traces for text in self.within(trace.content)}

    def within(self, content: bytes) -> set[str]:
        """The texts that some bytes hold."""
        if len(content) < _SHORTEST:
            return set()
        held = np.frombuffer(content, dtype=np.uint8).astype(np.uint32)
        triples = held[:-2] << 16 | held[1:-1] << 8 | held[2:]
        places = np.flatnonzero(self._first[triples[:-3]] & self._next[triples[3:]])
        return {
            self._texts[form]
            for place in places.tolist()
            for form in self._by_start.get(content[place : place + _SHORTEST], ())
            if content.startswith(form, place)
        }


def _as_number(three: bytes) -> int:
    return int.from_bytes(three, "big")
