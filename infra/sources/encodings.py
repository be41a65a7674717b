"""Which encoding a text is in that nobody has declared.

Belongs here: guessing, with how sure the guess is. Does not: holding a declared encoding against the bytes (``text``).

What is plausible as a text in some language a library tells. Between encodings that are equally plausible, as those of western and central
Europe often are, the words of files of cities decide.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from infra.sources.text import other_bytes
from transforms.words.languages import LANGUAGES, searchable
from transforms.workshop.proposal.draft import Encoding

# What portals use, the more frequent first; the library knows ninety more, which are never meant.
_USED: Final = (
    *("cp1252", "gb18030", "cp949", "cp932", "big5", "cp1251", "cp1250", "cp1254", "cp1253", "cp874", "cp1257", "cp1255", "cp1256"),
    *("euc_jp", "koi8_r", "iso8859_2", "cp852", "cp850", "cp866", "mac_roman"),
)
_SAMPLE: Final = 100_000
# Texts less disorderly than the best by this are as plausible.
_AS_PLAUSIBLE: Final = 0.012
_MOST_WORDS: Final = 400
# Nobody writes so: half-width syllables, as bytes of Chinese and Korean read, and control characters, as letters of other code pages do.
_UNWRITTEN: Final = re.compile("[\uff61-\uff9f\x80-\x9f]")


def encoding_of(content: bytes) -> Encoding:
    """The encoding of a text, how sure that is, and why."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Encoding("utf-16", 0.95, "it begins with the mark of UTF-16")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        if pasted := other_bytes(content):
            said = f"it is UTF-8 but for {pasted} bytes, the first at {error.start}, as where Windows-1252 was pasted in"
            return Encoding("utf-8", 0.3, f"{said}: have it exported anew")
        return _likeliest(content)
    return Encoding("utf-8", 0.95, "every byte of it is UTF-8")


def _likeliest(content: bytes) -> Encoding:
    from charset_normalizer import from_bytes

    telling = _telling(content)
    found = from_bytes(telling, cp_isolation=list(_USED))
    # The library gives several that read alike as one, the most plausible first.
    written = [(m.chaos, e) for m in found for e in m.could_be_from_charset if e in _USED and _is_written(telling, e)]
    plausible = [e for chaos, e in written if chaos <= written[0][0] + _AS_PLAUSIBLE]
    if not plausible:
        return Encoding("cp1252", 0.2, "neither UTF-8 nor a plausible text in any encoding in use: ask the sender")
    words = {e: _words_known(telling.decode(e, "ignore"), e) for e in plausible}
    best = max(plausible, key=lambda e: (words[e], -_USED.index(e)))
    rivals = [e for e in words if e != best and words[e] == words[best] and telling.decode(e, "ignore") != telling.decode(best, "ignore")]
    why = f"it is not UTF-8, and reads plausibly in {best}"
    if words[best]:
        return Encoding(best, 0.8 if not rivals else 0.6, f"{why}, with {words[best]} words of a language that is written so")
    said = f"; {' and '.join(rivals)} would read as well: ask the sender" if rivals else ""
    # Chinese has no words here, and no rival that reads as plausibly.
    return Encoding(best, 0.8 if best == "gb18030" and not rivals else 0.4, why + said)


def _is_written(content: bytes, encoding: str) -> bool:
    """Whether a text reads in an encoding, as what people write."""
    try:
        # The last character may be cut.
        return _UNWRITTEN.search(codecs.getincrementaldecoder(encoding)().decode(content)) is None
    except UnicodeDecodeError:
        return False


def _telling(content: bytes) -> bytes:
    """The header and the lines that hold more than ASCII: the rest reads alike in nearly every encoding."""
    lines = content[: _SAMPLE * 20].split(b"\n")
    telling = [line for line in lines[1:] if not line.isascii()]
    return b"\n".join([*lines[:1], *telling])[:_SAMPLE]


def _words_known(text: str, encoding: str) -> int:
    """How many different words of a text are those of a language for columns, states and kinds that is written in an encoding."""
    # What is mostly digits is a time with a letter for its year, and differs from row to row.
    phrases = {part for part in re.split(r"[,;|\t\r\n\"]", text) if not part.isascii() and len(part) <= 60 and _is_worded(part)}
    words = {searchable(phrase) for phrase in sorted(phrases)[:_MOST_WORDS]}
    written = [language for language in LANGUAGES if encoding in language.encodings.split()]
    return sum(any(language.speaks(word) for language in written) for word in words)


def _is_worded(text: str) -> bool:
    return 2 * sum(c.isalpha() for c in text) > len(text)
