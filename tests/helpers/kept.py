"""Every text that a home keeps, decoded from whatever holds it, and whether it may be there.

Belongs here: reading stores as a stranger would, and the set that their texts must be of. Does not: filling a home (the tests).

The set derives from what ships and from the stored district: codes, names of columns and fields, the texts of the declaration, digests,
numbers, dates. Sentences stand in few places, which are listed; there, and on pages, a text is made of words that the product's sentences,
vocabularies and templates say. What docstrings and comments say is in no set.
"""

from __future__ import annotations

import ast
import calendar
import html
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl
import sqlalchemy as sa

from tests.helpers.source import HOUSE, ROOT, modules, tree

WORD = re.compile(r"[^\W_]+")
# Digests and what is made of them, numbers, moments: nothing that a person is called.
HARMLESS = re.compile(
    r"[0-9a-f]{8,64}|[0-9a-f]{4}|[0-9a-f]{6}|[0-9]{1,20}|[0-9]+[TZ][0-9]*Z?|[a-z]{0,2}[0-9]{1,15}[a-z]?|E[0-9]{3}N[0-9]{3}", re.ASCII
)

# What Delta's log, Parquet and Alembic call things.
LIBRARIES: Final = (
    "add remove path partitionValues size modificationTime dataChange stats txn appId lastUpdated commitInfo timestamp "
    "operation operationParameters mode partitionBy predicate clientVersion engineInfo delta rs metaData id name description "
    "format provider options schemaString configuration createdTime protocol minReaderVersion minWriterVersion readerFeatures "
    "writerFeatures type struct fields nullable metadata string long integer short byte boolean date double numRecords "
    "minValues maxValues nullCount deletionTimestamp extendedFileMetadata tags baseRowId defaultRowCommitVersion "
    "clusteringProvider deletionVector parquet interval partitionColumns logRetentionDuration CREATE TABLE WRITE Append "
    "ErrorIfExists version alembic version_num sizeInBytes numOfAddFiles checkpointMetadata operationMetrics "
    "timestampNtz timestamp_ntz domainMetadata sidecar"
)
# What a simulated city delivers, and what other programs keep of a run, which is compared (``tests.flows.test_prefect_keeps_nothing``).
NOT_OURS: Final = ("prefect", "inbox", "docs")
# The columns in which a sentence of the product's own stands; in all others a text is a code, or made of such.
SENTENCES: Final = ("refusals.detail", "batches.warnings", "batches.checked", "runs.summary", "adoptions.standing")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_CALENDAR: Final = (*calendar.month_abbr, *calendar.day_name, "年 月 日 星期一 星期二 星期三 星期四 星期五 星期六 星期日")
_MARKUP: Final = re.compile(r"<(?:style|script).*?</(?:style|script)>|<[^>]*>", re.DOTALL)


def texts(home: Path) -> Iterator[tuple[str, str]]:
    """Where and what: every text in every Parquet file, database, log and other file of a home, keys of JSON included."""
    for file in sorted(p for p in home.rglob("*") if p.is_file()):
        where = str(file.relative_to(home))
        # The place itself is a text too.
        yield where, where.removesuffix("-wal").removesuffix("-shm")
        if file.suffix == ".parquet":
            yield from _of_frame(where, pl.read_parquet(file, hive_partitioning=False))
        elif file.suffix == ".db":
            yield from of_database(where, file)
        elif file.suffix in {".json", ".draft", ""}:
            yield from ((where, text) for text in _of_lines(file.read_text("utf-8")))
        elif file.suffix == ".html" and "briefs" in file.parts:
            yield from ((where, html.unescape(text)) for text in _MARKUP.split(file.read_text("utf-8")) if text.strip())


def _of_lines(content: str) -> Iterator[str]:
    """The texts of a file of JSON, or of one that holds one value a line."""
    try:
        yield from _within(json.loads(content))
    except ValueError:
        for line in content.splitlines():
            yield from _of_json(line)


def _of_frame(where: str, frame: pl.DataFrame) -> Iterator[tuple[str, str]]:
    for column in frame.columns:
        yield where, column
        if frame[column].dtype == pl.String:
            yield from ((f"{where} {column}", text) for text in frame[column].drop_nulls().unique())


def of_database(where: str, file: Path) -> Iterator[tuple[str, str]]:
    # Opened as others open it, so that what only its log holds is seen.
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            held = connection.execute(f'SELECT * FROM "{table}"')
            names = [f"{where} {table}.{column[0]}" for column in held.description]
            for row in held:
                yield from _of_row(names, row)


def of_warehouse(engine: sa.Engine) -> Iterator[tuple[str, str]]:
    """The same of a warehouse on any server: every text of every table."""
    with engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            held = connection.exec_driver_sql(f'SELECT * FROM "{table}"')
            names = [f"warehouse {table}.{column}" for column in list(held.keys())]
            for row in held:
                yield from _of_row(names, row)


def _of_row(names: list[str], row: Iterable[object]) -> Iterator[tuple[str, str]]:
    for name, value in zip(names, row, strict=True):
        if isinstance(value, str):
            yield from ((name, text) for text in _of_json(value))
        elif isinstance(value, bytes):
            yield name, value.decode("utf-8", "replace")
        elif isinstance(value, dict | list):
            yield from ((name, text) for text in _within(value))


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


@dataclass(frozen=True)
class Shipped:
    """Words of what ships: of its codes and names, and of all that it says to people."""

    codes: frozenset[str]
    sentences: frozenset[str]


@cache
def shipped() -> Shipped:
    """The words of the four packages: a text without blanks is a code, another one a sentence; names of fields and columns are codes."""
    codes: set[str] = set()
    said: set[str] = set()
    for package in HOUSE:
        for file in modules(package):
            whole = tree(file)
            docstrings = {id(node.value) for node in ast.walk(whole) if isinstance(node, ast.Expr)}
            for node in ast.walk(whole):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                    words = WORD.findall(node.value)
                    said.update(words)
                    codes.update(words if not re.search(r"\s", node.value) else ())
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    codes.update(WORD.findall(node.target.id))
                elif isinstance(node, ast.arg | ast.keyword) and node.arg is not None:
                    codes.update(WORD.findall(node.arg))
                elif isinstance(node, ast.ClassDef):
                    # An error is recorded by its class.
                    codes.add(node.name)
    for file in [*(ROOT / "infra").rglob("*.sql"), *(ROOT / "infra").rglob("*.j2")]:
        words = WORD.findall(file.read_text("utf-8"))
        said.update(words)
        codes.update(words if file.suffix == ".sql" else ())
    return Shipped(frozenset(codes), frozenset(said))


def declared_by(engine: sa.Engine) -> list[str]:
    """What the stored district says: its versions as canonical JSON, codes and names of its cells."""
    with engine.connect() as connection:
        versions = connection.scalars(sa.text("SELECT canonical FROM district_versions")).all()
        cells = connection.execute(sa.text("SELECT cell_id, name, subdistrict, tags FROM cells")).all()
    return [*versions, *(text for row in cells for text in row if text)]


def strangers(home: Path, engine: sa.Engine, *more: str) -> list[tuple[str, str]]:
    """The texts of a home and its warehouse that hold a word which neither the product nor the stored district says.

    Args:
        home: the folder.
        engine: the warehouse, in the home or on a server.
        more: further words that may be there.
    """
    found = (text for text in (*texts(home), *of_warehouse(engine)) if not text[0].startswith(NOT_OURS))
    return strange(found, declared_by(engine), *more)


def strange(found: Iterable[tuple[str, str]], declared: Iterable[str], *more: str) -> list[tuple[str, str]]:
    """The same of some texts, each with where it stands.

    Args:
        found: where and what.
        declared: what the stored district says; JSON is taken apart.
        more: further words that may be there.
    """
    given = {w for text in (*(t for d in declared for t in _of_json(d)), *more, LIBRARIES) for w in WORD.findall(text)}
    known = given | shipped().codes
    anything = known | shipped().sentences
    seen = _letters(anything) | _letters(_CALENDAR)
    strange_: set[tuple[str, str]] = set()
    for where, text in found:
        # On a page a sentence begins with a capital, and numbers stand among Chinese characters.
        on_a_page = where.endswith(".html")
        is_known = _is_written_of(text, seen) if on_a_page else _harmless(text, anything if where.endswith(SENTENCES) else known)
        strange_ |= set() if is_known else {(where, text)}
    return sorted(strange_)


def _is_written_of(text: str, seen: set[str]) -> bool:
    """Whether a text of a page is made of words that were seen; Chinese stands without blanks, and is taken apart."""
    runs = _letters(word for word in WORD.findall(text) if not HARMLESS.fullmatch(word))
    return all(run in seen or (not run.isascii() and _falls_apart(run, seen)) for run in runs)


def _falls_apart(run: str, seen: set[str]) -> bool:
    """Whether a run of letters is one word that was seen after another."""
    ends = {0}
    for end in range(1, len(run) + 1):
        ends |= {end} if any(begin in ends and run[begin:end] in seen for begin in range(end)) else set()
    return len(run) in ends


def _letters(texts: Iterable[str]) -> set[str]:
    """The runs of letters in some texts, without regard to capitals."""
    return {run.lower() for text in texts for run in _LETTERS.findall(text)}


def _harmless(text: str, known: set[str] | frozenset[str]) -> bool:
    return all(word in known or HARMLESS.fullmatch(word) for word in WORD.findall(text))
