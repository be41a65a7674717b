"""Texts of others as they may stand before people: nothing in them that a terminal, a log or a page would obey, hide or turn around.

Belongs here: the one function for that, where texts lie deeper, and whether a wrong name is repeated at all. Does not: the borders at which
it is asked (``infra.errors``, ``flows.cli.saying``, ``flows.cli.draw.table``, ``infra.pages``), what may be kept of a name
(``transforms.reports.names``).

Files, sheets, columns, zones and folders bear any name: bytes that are no UTF-8, escape sequences, marks that turn the direction of
writing, characters that nobody sees. None of these stops anything; each is shown for what it is.
"""

from __future__ import annotations

import re
from typing import Final

# Controls, marks of direction, joiners and other invisible ones, ends of lines and paragraphs, halves of characters.
_ODD: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000110bd\U000110cd\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
_ODD_BUT_LINES: Final = re.compile(_ODD.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))

_LIKE_A_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:=@-]{0,31}", re.ASCII)
# A date has eight digits, four of them together; papers and telephones have more, the latter however they are cut up.
_SOMEBODYS: Final = re.compile(r"[0-9]{5}|(?:[0-9][_.:=@-]?){9}|@.*[.]", re.ASCII)


def harmless(text: str, *, lines: bool = False) -> str:
    r"""A text with what is odd in it shown as an escape: ``\x1b``, ``\u202e``, a byte of another encoding as ``\xff``.

    Args:
        text: any text.
        lines: line feeds and tabs stay; without it the text comes on one line.
    """
    if text.isprintable():
        return text
    return (_ODD_BUT_LINES if lines else _ODD).sub(_escaped, text)


def quoted(text: str) -> str:
    """A name that somebody wrote and nothing bears, for the sentence that says so: repeated where it looks like a code, and else not.

    Whoever mistypes a code sees it again; a name, a number of somebody's or a sentence stands in no log because it was written in the wrong
    place.
    """
    return f"'{text}'" if _LIKE_A_CODE.fullmatch(text) and not _SOMEBODYS.search(text) else "what was written"


def harmless_json(text: str) -> str:
    """A document of JSON in which what is odd stands as JSON's own escapes: whoever reads it back finds the same."""
    return _ODD_BUT_LINES.sub(lambda found: "".join(f"\\u{unit:04x}" for unit in _units(found.group())), text)


def harmless_within(value: object) -> object:
    """A text of whatever class, lists and mappings of such, everything in them harmless; any other value as it is."""
    if isinstance(value, str):
        clean = harmless(value, lines=True)
        # What a template has escaped already bears a class of its own.
        return value if clean == value else type(value)(clean)
    if isinstance(value, dict):
        return {harmless_within(name): harmless_within(held) for name, held in value.items()}
    return [harmless_within(one) for one in value] if isinstance(value, list | tuple) else value


def _escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    if 0xDC80 <= code <= 0xDCFF:
        # Bytes that are no UTF-8 stand in a path as these.
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _units(character: str) -> list[int]:
    """A character as JSON escapes it: in one unit of 16 bits or two."""
    code = ord(character)
    return [code] if code < 0x10000 else [0xD7C0 + (code >> 10), 0xDC00 + (code & 0x3FF)]
