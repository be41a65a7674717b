"""Codelists: a source's own words in a file, a district's departments.

Belongs here: CSV files of words and codes, and what stands in ``district.toml`` laid over them. Does not: kinds and series, which ship with
the product (``transforms.district.standard``), words that no codelist may hold (``infra.districts.closed``).
"""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path

from infra.districts.problems import Problems
from transforms.district.standard import Row


def rows_by(file: Path, key: str) -> dict[str, Row]:
    """The rows of a CSV file by one of its columns, without what is empty.

    Raises:
        ValueError: it lacks the column, a row is uneven, or a code stands twice.
    """
    with file.open(encoding="utf-8-sig", newline="") as lines:
        read = csv.DictReader(lines)
        # An empty file has none.
        columns = read.fieldnames or ()
        table = list(read)
    # Also where no row follows: a file whose only line was meant as one would say nothing, and nobody would hear of it.
    if key not in columns:
        raise ValueError(f"has no column {key!r}; its first line must name the columns")
    if uneven := [str(n) for n, row in enumerate(table, start=1) if None in row or row[key] is None]:
        raise ValueError(f"has more or fewer values than columns in row {', '.join(uneven)}; put texts with a comma into quotes")
    codes = [row[key] for row in table]
    if twice := sorted({c for c in codes if codes.count(c) > 1}):
        raise ValueError(f"names twice: {', '.join(twice)}")
    return {row[key]: {k: v for k, v in row.items() if v not in (None, "")} for row in table}


def codelist(folder: Path, name: str, problems: Problems) -> dict[str, Row]:
    """Rows of a district's own codelist, by code; none where it has no such file."""
    file = folder / name
    own = problems.attempt(name, partial(rows_by, file, "code")) if file.is_file() else None
    return own or {}


def source_words(file: Path, code: str) -> Row:
    """A source's own words and what each stands for: the columns ``text`` and ``code`` (``kind``, ``department``)."""
    return {text: row.get(code, "") for text, row in rows_by(file, "text").items()}


def over(base: Row, changes: object) -> object:
    """A table with another one over it. What is no table stays as it is, for the validation to name."""
    return {**base, **changes} if isinstance(changes, dict) else changes


def merged(listed: dict[str, Row], declared: object) -> object:
    """The codes of a codelist, each with what ``district.toml`` changes about it, and the codes that stand only there.

    In the order of their codes, as the canonical text keeps them: a night must come out the same from a stored version.
    """
    if not isinstance(declared, dict):
        return declared
    return {code: over(listed.get(code, {"code": code}), declared.get(code, {})) for code in sorted({*listed, *declared})}
