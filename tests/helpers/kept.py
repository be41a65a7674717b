"""Every text that a home keeps, decoded from whatever holds it, and whether it may be there.

Belongs here: reading stores as a stranger would, and the set that their texts must be of. Does not: filling a home (the tests).

The set derives from what ships and from the stored district: codes, names of columns and tables, the texts of the declaration, digests,
numbers, dates. A sentence of the product's own is made of words that its source says, and of such texts.
"""

from __future__ import annotations

import ast
import json
import re
import sqlite3
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polars as pl

from tests.helpers.source import HOUSE, ROOT, modules, tree

WORD = re.compile(r"[^\W_]+")
# Digests and what is made of them, numbers, moments: nothing that a person is called.
HARMLESS = re.compile(r"[0-9a-f]{8,64}|[0-9a-f]{4}|[0-9]{1,20}|[0-9]+[TZ][0-9]*Z?|[a-z]{0,2}[0-9]{1,15}[a-z]?|E[0-9]{3}N[0-9]{3}", re.ASCII)


def texts(home: Path) -> Iterator[tuple[str, str]]:
    """Where and what: every text in every Parquet file, database, log and other file of a home, keys of JSON included."""
    for file in sorted(p for p in home.rglob("*") if p.is_file()):
        where = str(file.relative_to(home))
        # The place itself is a text too.
        yield where, where.removesuffix("-wal").removesuffix("-shm")
        if file.suffix == ".parquet":
            yield from _of_frame(where, pl.read_parquet(file, hive_partitioning=False))
        elif file.suffix == ".db":
            yield from _of_database(where, file)
        elif file.suffix in {".json", ".draft"}:
            for line in file.read_text("utf-8").splitlines():
                yield from ((where, text) for text in _of_json(line))


def _of_frame(where: str, frame: pl.DataFrame) -> Iterator[tuple[str, str]]:
    for column in frame.columns:
        yield where, column
        if frame[column].dtype == pl.String:
            yield from ((f"{where} {column}", text) for text in frame[column].drop_nulls().unique())


def _of_database(where: str, file: Path) -> Iterator[tuple[str, str]]:
    # Opened as others open it, so that what only its log holds is seen.
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            held = connection.execute(f'SELECT * FROM "{table}"')
            names = [f"{where} {table}.{column[0]}" for column in held.description]
            for row in held:
                for name, value in zip(names, row, strict=True):
                    if isinstance(value, str):
                        yield from ((name, text) for text in _of_json(value))
                    elif isinstance(value, bytes):
                        yield name, value.decode("utf-8", "replace")


def _of_json(text: str) -> Iterator[str]:
    """The texts in a text: itself, or if it is JSON those within, keys included."""
    try:
        value = json.loads(text)
    except ValueError:
        yield text
        return
    if isinstance(value, str):
        yield value
    else:
        yield from _within(value)


def _within(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _within(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _within(inner)
    elif isinstance(value, str):
        yield from _of_json(value)


@cache
def shipped_words() -> frozenset[str]:
    """Every word in the texts and names of the four packages: what a sentence of theirs can be made of."""
    found: set[str] = set()
    for package in HOUSE:
        for file in modules(package):
            for node in ast.walk(tree(file)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.update(WORD.findall(node.value))
                else:
                    named = (getattr(node, kind, None) for kind in ("id", "attr", "arg", "name"))
                    found.update(word for name in named if isinstance(name, str) for word in WORD.findall(name))
    for file in (ROOT / "infra").rglob("*.sql"):
        found.update(WORD.findall(file.read_text("utf-8")))
    return frozenset(found)


def strangers(home: Path, declared: str, *more: str) -> list[tuple[str, str]]:
    """The texts of a home that hold a word which neither the product nor the stored district says.

    Args:
        home: the folder.
        declared: the district as it is stored, in canonical JSON.
        more: further words that may be there, such as those of libraries' own formats.
    """
    known = {*shipped_words(), *(w for text in (*_of_json(declared), *more) for w in WORD.findall(text))}
    return sorted({(where, text) for where, text in texts(home) if not _harmless(text, known)})


def _harmless(text: str, known: set[str]) -> bool:
    return all(word in known or HARMLESS.fullmatch(word) for word in WORD.findall(text))
