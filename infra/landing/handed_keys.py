"""Keys of reports that a person hands over in a file, to have those reports erased.

Belongs here: reading such a file. Does not: what a key is hashed to (``scanning``), erasing (``infra.accord.erasing``).

What stands in the file is personal by what it is for: nothing of it is kept, and no error repeats any of it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from infra.addresses import shown
from infra.errors import SifangError
from infra.landing.scanning import report_ids
from infra.sources.table import UnusableFile
from infra.sources.text import to_utf8
from transforms.district.source import Source


def handed_reports(file: Path, source: Source, key: bytes) -> pl.Series:
    """The ids of the reports whose keys stand in a file, each once: a CSV with the columns of the source's key, or a key per line where the
    key is one column. ``key`` is the district's.

    Raises:
        SifangError: it cannot be read, or holds no key.
    """
    ids = report_ids(_keys(_text(file, source), file, source), source, key).drop_nulls().unique()
    if ids.is_empty():
        raise SifangError(f"{shown(file)} holds no key.", f"Write one per line, or a CSV with {_columns(source)}.")
    return ids


def _text(file: Path, source: Source) -> str:
    try:
        content = file.expanduser().read_bytes()
    except OSError as error:
        raise SifangError(f"{shown(file)} cannot be read ({error.strerror}).", "Check its path and your rights.") from error
    for encoding in dict.fromkeys(("utf-8", source.encoding, "gb18030")):
        try:
            return to_utf8(content, encoding).body.decode()
        except (UnusableFile, UnicodeDecodeError):
            continue
    raise SifangError(f"{shown(file)} is no text, or an empty one.", "Write the keys as a text file in UTF-8.")


def _keys(text: str, file: Path, source: Source) -> pl.DataFrame:
    """The columns of the source's key, a row per key."""
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=_delimiter(text)) if any(row)]
    named = [list(names) for names in source.names_of(source.told_by)]
    if rows and (places := _places(rows[0], named)) is not None:
        width = len(rows[0])
        cells = [row for row in rows[1:] if len(row) == width]
        if len(cells) < len(rows) - 1:
            raise SifangError(f"{len(rows) - 1 - len(cells)} lines of {shown(file)} have other columns than its first.", "Mend them.")
        return pl.DataFrame({names[0]: [row[at] for row in cells] for names, at in zip(named, places, strict=True)}, _schema(named))
    if len(named) > 1:
        raise SifangError(
            f"The first line of {shown(file)} does not name {_columns(source)}, which together are the key of {source.code}.",
            "Write a CSV with these columns.",
        )
    return pl.DataFrame({named[0][0]: [line.strip().strip('"') for line in text.splitlines() if line.strip()]}, _schema(named))


def _places(header: Sequence[str], named: Sequence[Sequence[str]]) -> list[int] | None:
    """Where the columns of the key stand, under any of their names; None where one is missing."""
    found = [next((header.index(name) for name in names if name in header), None) for names in named]
    places = [at for at in found if at is not None]
    return places if len(places) == len(found) else None


def _schema(named: Sequence[Sequence[str]]) -> dict[str, pl.DataType]:
    return {names[0]: pl.String() for names in named}


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max((",", ";", "\t"), key=first.count)


def _columns(source: Source) -> str:
    return f"the column{'s' if len(source.told_by) > 1 else ''} {', '.join(source.told_by)}"
