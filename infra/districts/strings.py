"""Texts that a district folder brings: none may look like a person, and none be as long as a sentence about one.

Belongs here: asking that of everything a folder says, and naming where. Does not: what looks personal (``transforms.reports.privacy``),
what a key may say (``transforms.district``). A folder is stored with every night that it scored, so its texts stay as long as those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import polars as pl

from transforms.reports.privacy import personal_values

# The longest word of a real city's codelist has 93 characters; patterns and addresses are longer.
MAX_CHARACTERS: Final = 160
_LONG: Final = {"files": 1_000, "pattern": 500}


def unfit(value: object, path: str = "") -> Iterator[str]:
    """What is wrong with the texts in a table, one line for each: where it stands, and never the text."""
    found = list(_texts(value, path, ""))
    personal: Iterable[bool] = personal_values(pl.Series([text for _, _, text in found], dtype=pl.String)) if found else []
    for (where, key, text), looks in zip(found, personal, strict=True):
        if looks:
            yield f"{where}: looks like personal data; a folder is stored, so leave persons out of it"
        elif len(text) > (most := _LONG.get(key, _LONG["pattern"] if text.startswith("/") else MAX_CHARACTERS)):
            yield f"{where}: has {len(text)} characters; at most {most} are kept"


def _texts(value: object, path: str, key: str) -> Iterator[tuple[str, str, str]]:
    """Every text with where it stands and the key that it belongs to; keys of tables are texts too, named by their place."""
    if isinstance(value, str):
        yield path, key, value
    elif isinstance(value, dict):
        for number, (name, inner) in enumerate(value.items(), start=1):
            known = str(name).isascii() and str(name).isidentifier()
            where = f"{path}.{name}" if known and path else str(name) if known else f"{path}, entry {number}"
            if not known:
                yield where, key, str(name)
            yield from _texts(inner, where, str(name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{path}.{number}", key)
