"""Which encoding a text is in that nobody has declared.

Belongs here: guessing, with how sure the guess is. Does not: holding a declared encoding against the bytes (``text``).
"""

from __future__ import annotations

from transforms.workshop.proposal.draft import Encoding

# The characters that Chinese texts are made of, as GB 2312 orders them by use.
_COMMON_ROWS = range(0xB0, 0xD8)
_PUNCTUATION_ROWS = range(0xA1, 0xAA)
_MOSTLY = 0.8
# Texts of one of these languages read as something in nearly every other's encoding: none is more than a likely one.
_OTHERS = "cp1252 is of western Europe, cp1250 and iso8859-2 are of central Europe, cp1251 is Cyrillic; or big5, euc-kr, shift_jis"


def encoding_of(content: bytes) -> Encoding:
    """The encoding of a text, how sure that is, and why."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Encoding("utf-16", 0.95, "it begins with the mark of UTF-16")
    if _reads(content, "utf-8"):
        return Encoding("utf-8", 0.95, "every byte of it is UTF-8")
    if _reads(content, "gb18030") and (share := _common_chinese(content)) >= _MOSTLY:
        return Encoding("gb18030", 0.95, f"it is not UTF-8, and read as GB 18030 {share:.0%} of it are common Chinese characters")
    return Encoding("cp1252", 0.3, f"neither UTF-8 nor Chinese in GB 18030, so ask the sender: {_OTHERS}")


def _reads(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _common_chinese(content: bytes) -> float:
    """Of the characters of two bytes the share that Chinese texts are made of.

    Letters of other alphabets pair up into characters too, with their neighbours or with each other, but into rare ones.
    """
    pairs = [c.encode("gb18030") for c in content.decode("gb18030") if not c.isascii()]
    common = sum(len(p) == 2 and p[1] >= 0xA1 and (p[0] in _COMMON_ROWS or p[0] in _PUNCTUATION_ROWS) for p in pairs)
    return common / len(pairs) if pairs else 0.0
