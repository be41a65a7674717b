"""What of some reports is left anywhere below a folder, once everything is decoded.

Belongs here: Parquet by its rows, databases by their tables and their bytes, anything else by its bytes. Does not: expectations of any
test.
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Collection, Iterator
from pathlib import Path

import polars as pl

# Where ids of erased reports may stand, and nothing beside them.
LISTS = ("_tombstones.json", "erased.json")


def residue(root: Path, ids: Collection[str], keys: Collection[str]) -> list[str]:
    """Every file below ``root`` that holds an id of a report outside the lists of erased ones, or a key in plain."""
    found = []
    for file in sorted(f for f in root.rglob("*") if f.is_file()):
        content = file.read_bytes()
        texts = set(_decoded(file, content))
        if any(key.encode() in content or any(key in text for text in texts) for key in keys):
            found.append(f"{file.relative_to(root)}: a key")
        if file.name in LISTS or _is_list_of_backup(file):
            continue
        raw = content if file.suffix != ".db" and not file.name.endswith(("-wal", "-shm")) else b""
        if any(one.encode() in raw or any(one in text for text in texts) for one in ids):
            found.append(f"{file.relative_to(root)}: an id")
    return found


def _is_list_of_backup(file: Path) -> bool:
    return file.parts[-2] == "warehouse" and file.name.startswith("tombstones.")


def _decoded(file: Path, content: bytes) -> Iterator[str]:
    if file.suffix == ".parquet":
        frame = pl.read_parquet(io.BytesIO(content), hive_partitioning=False)
        for name, kind in frame.schema.items():
            if kind == pl.String:
                yield from (text for text in frame[name].unique() if text is not None)
    elif file.suffix == ".db":
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                if table != "tombstones":
                    yield from (str(cell) for row in connection.execute(f"SELECT * FROM {table}") for cell in row)
