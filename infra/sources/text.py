"""Text formats: the declared encoding is held against the bytes, and what comes out is UTF-8 without a mark.

Belongs here: encodings. Does not: what stands in the text.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from infra.sources.table import UnusableFile

_BOM = codecs.BOM_UTF8
_WIDE_BOMS = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# So many characters of two bytes or more that all read as UTF-8 are UTF-8: by chance it happens once in a hundred million.
_PROOF_OF_UTF8 = 10
# So few bytes that are not UTF-8, in a text that is full of it, were pasted in from somewhere else.
_PASTED = 0.1
_PIECE = 1 << 22


@dataclass(frozen=True)
class Utf8:
    """A text as UTF-8 bytes, and whether a byte order mark was skipped."""

    body: bytes
    byte_order_mark: bool


def to_utf8(content: bytes, encoding: str) -> Utf8:
    """The text of a file. Encodings that accept any bytes are not believed when the bytes prove to be UTF-8.

    Raises:
        UnusableFile: another encoding than declared, a NUL character, or nothing but white space.
    """
    if not content:
        raise UnusableFile("file_empty", "the file has no bytes")
    declared = codecs.lookup(encoding).name
    mark = content.startswith(_BOM)
    wide = next((name for bom, name in _WIDE_BOMS.items() if content.startswith(bom)), None)
    if wide is not None and not declared.startswith(wide):
        raise UnusableFile("file_encoding", f"the file is {wide.upper()}, not {encoding}; write encoding = {wide!r}")
    body = content.removeprefix(_BOM)
    wide_declared = declared.startswith(("utf-16", "utf-32"))
    if not wide_declared:
        _require_no_nul(body)
    if declared in {"utf-8", "utf-8-sig"}:
        _require(body, "utf-8", "gb18030")
    elif mark or (not wide_declared and _proves_utf8(body)):
        raise UnusableFile("file_encoding", f"the file is UTF-8, not {encoding}; write encoding = 'utf-8'")
    elif not body.isascii() or wide_declared:
        body = _recoded(body, encoding)
        _require_no_nul(body)
    if not body or body.isspace():
        raise UnusableFile("file_empty", "the file holds only white space")
    return Utf8(body, mark)


def _require_no_nul(body: bytes) -> None:
    if (nul := body.find(b"\x00")) >= 0:
        raise UnusableFile("file_unreadable", f"byte {nul} is NUL, as in a file that was only half written or is UTF-16 without its mark")


def _require(body: bytes, encoding: str, other: str) -> None:
    """Decode piece by piece and keep nothing: the whole text beside its bytes would double the memory.

    Polars says several times as fast that all is UTF-8; Python says where it is not.
    """
    if body.isascii() or (encoding == "utf-8" and _is_utf8(body)):
        return
    for _ in _decoded(body, encoding, other):
        pass


def _is_utf8(body: bytes) -> bool:
    try:
        for piece in _whole_lines(body):
            pl.Series([piece], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:
        return False
    return True


def _whole_lines(body: bytes) -> Iterator[bytes]:
    """A text in pieces that end with a line, for no character goes beyond one; a line that is longer than a piece brings all the rest."""
    start = 0
    while start < len(body):
        end = body.rfind(b"\n", start, start + _PIECE) + 1 if start + _PIECE < len(body) else 0
        yield body[start : end or len(body)]
        start = end or len(body)


def _recoded(body: bytes, encoding: str) -> bytes:
    return b"".join(text.encode() for text in _decoded(body, encoding, "utf-8")).removeprefix(_BOM)


def _decoded(body: bytes, encoding: str, other: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(body)
    for start in range(0, len(body), _PIECE):
        # What the decoder holds back of the piece before counts from where that began.
        held = len(decoder.getstate()[0])
        try:
            yield decoder.decode(view[start : start + _PIECE], final=start + _PIECE >= len(body))
        except UnicodeDecodeError as error:
            position = start - held + error.start
            if encoding == "utf-8" and (pasted := other_bytes(body)):
                said = f"{pasted} bytes, the first at {position}, are not UTF-8 as the rest is, as where Windows-1252 was pasted in"
                raise UnusableFile("file_encoding", f"{said}; have the file exported anew as one of them") from None
            raise UnusableFile("file_encoding", f"byte {position} is not {encoding}; try encoding = {other!r}") from None


def _proves_utf8(body: bytes) -> bool:
    if body.isascii():
        return False
    try:
        return sum(len(text) - len(text.encode("ascii", "ignore")) for text in _decoded(body, "utf-8", "")) >= _PROOF_OF_UTF8
    except UnusableFile:
        return False


def other_bytes(content: bytes) -> int:
    """How many bytes of a text are not UTF-8 though it is full of it; 0 where it is something else altogether."""
    text = content.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    proof = sum(character > "\x7f" for character in text) - wrong
    return wrong if proof >= _PROOF_OF_UTF8 and wrong <= _PASTED * proof else 0
