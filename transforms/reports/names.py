"""What may be kept and shown of the name of a delivered file: a name is a text, and texts may hold anybody.

Belongs here: reducing a name to what its source declared, a date, a counter, and a keyed hash of the whole. Does not: finding files
(``infra.sources``), the key (``infra.settings``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Final

# Longer numbers are somebody's: a telephone has eleven digits, an identity card eighteen.
MAX_COUNTER_DIGITS: Final = 6
_ENDING: Final = re.compile(r"(?:\.(?:csv|txt|tsv|tab|jsonl|ndjson|json|geojson|parquet|xlsx|xlsm|xls|ods|zip|gz))+$", re.IGNORECASE)
_PACKED: Final = re.compile(r"(.*?\.zip):(.*)", re.IGNORECASE | re.DOTALL)
_TIME: Final = r"(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?"
_DATE: Final = re.compile(rf"(?<![0-9])20[0-9]{{2}}([-_.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12][0-9]|3[01])(?=(?:{_TIME})?(?![0-9]))")
_DIGIT: Final = re.compile(r"[0-9]")
_JOINS: Final = frozenset("-_.")
# In a name laid out as what is known (k), digits (d), joins (j) and anything else (x): digits and joins from one known thing to the next.
_COUNTERS: Final = re.compile(r"(?:(?<=k)|^)(?=j*d)[dj]+(?=k|$)")
# A class, stars, one character, or what stands for itself.
_CLASS: Final = re.compile(r"\[!?\]?[^\]]*\]")
_PIECE: Final = re.compile(rf"{_CLASS.pattern}|\*+|\?|[^*?\[]+|\[")
_MARK: Final = "~"


def reduced(name: str, patterns: Iterable[str], members: str, key: bytes) -> str:
    """The name of a file, or of a file within an archive (``archive.zip:member.csv``), without what nobody declared.

    Args:
        name: without folders.
        patterns: the globs under which a source finds its files; of each the part behind its last slash counts.
        members: the glob for the files within an archive.
        key: under which the hash is made that tells reduced names apart.

    Returns:
        What the glob says literally, a known ending, dates, and numbers of up to six digits together, both only where they stand alone;
        where anything else was in the name, ``~`` and six digits of its hash stand in for that. It holds no slash, no backslash and
        nothing that a terminal would obey.
    """
    globs = [p.partition("?")[0].rpartition("/")[2] if "://" in p else p.rpartition("/")[2] for p in patterns]
    # What gzip packed is called by what it holds.
    globs += [g[: -len(".gz")] for g in globs if g.lower().endswith(".gz")]
    packed = _PACKED.match(name)
    if packed is None and (":" not in name or any(_spans(g, name) is not None for g in globs)):
        return _reduced(name, globs, key)
    archive, member = packed.groups() if packed else name.split(":", 1)
    return f"{_reduced(archive, globs, key)}:{_reduced(member, [members], key)}"


def _reduced(name: str, globs: Iterable[str], key: bytes) -> str:
    spans = next((found for g in globs if (found := _spans(g, name)) is not None), [])
    kept = {i for first, last in spans for i in range(first, last) if name[i].isprintable() and name[i] not in "/\\"}
    ending = _ENDING.search(name)
    ends_at = ending.start() if ending else len(name)
    kept |= set(range(ends_at, len(name)))
    kept |= set(_digits(name, kept))
    # A dash behind what is kept belongs to it, one behind what is not says where that was.
    for i, character in enumerate(name):
        if i not in kept and character in _JOINS and i - 1 in kept:
            kept.add(i)
    shown = ["".join(name[i] for i in sorted(kept) if (i < ends_at) is before) for before in (True, False)]
    if len(kept) == len(name):
        return "".join(shown)
    digest = hashlib.blake2b(name.encode("utf-8", "backslashreplace"), key=key[:64], digest_size=3).hexdigest()
    return f"{shown[0]}{_MARK}{digest}{shown[1]}"


def _spans(glob: str, name: str) -> list[tuple[int, int]] | None:
    """Where the literal parts of a glob lie in a name; None where it does not fit."""
    pattern, opened = "", False
    pieces = _PIECE.findall(glob)
    last_star = max((i for i, piece in enumerate(pieces) if piece[0] == "*"), default=-1)
    for number, piece in enumerate(pieces):
        if piece[0] == "*":
            # A star takes as little as it can and gives nothing back, so that no name takes long; only the last one must reach the end.
            pattern += ".*" if number == last_star else "(?>.*?"
            opened = number != last_star
            continue
        pattern += "." if piece == "?" else piece.replace("[!", "[^", 1) if _CLASS.fullmatch(piece) else f"({re.escape(piece)})"
        pattern += ")" if opened else ""
        opened = False
    try:
        found = re.fullmatch(pattern, name, re.DOTALL)
    except re.error:
        # A class such as [z-a], which no name fits.
        return None
    return None if found is None else [found.span(i + 1) for i in range(found.re.groups)]


def _digits(name: str, known: set[int]) -> Iterator[int]:
    """Positions of dates, and of the other digits that nobody declared where those are few enough to be a counter or an hour.

    Both stand alone, between what was declared and the ends of the name: the digits of a plate stand beside its letters.
    """
    dates = {i for found in _DATE.finditer(name) if _alone(name, known, *found.span()) for i in range(*found.span())}
    yield from dates
    told = known | dates
    others = [i for i, character in enumerate(name) if i not in told and _DIGIT.match(character)]
    if len(others) <= MAX_COUNTER_DIGITS:
        laid_out = "".join("k" if i in told else "d" if _DIGIT.match(c) else "j" if c in _JOINS else "x" for i, c in enumerate(name))
        yield from (i for found in _COUNTERS.finditer(laid_out) for i in range(*found.span()) if laid_out[i] == "d")


def _alone(name: str, known: set[int], first: int, last: int) -> bool:
    """Whether no letter that nobody declared stands beside a date; an hour may stand behind it."""
    behind = next((i for i in range(last, len(name)) if not _DIGIT.match(name[i])), len(name))
    return all(i in known or not name[i].isalpha() for i in (first - 1, behind) if 0 <= i < len(name))
