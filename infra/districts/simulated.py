"""Writes a simulation's deliveries as files, in the encodings and formats in which the sending systems would.

Belongs here: bytes and file names. Does not: what the rows say (``transforms.workshop.simulator.simulate``), reading them
(``infra.sources``).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from transforms.workshop.simulator.simulate import Delivery

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def _fire(rows: pl.DataFrame) -> bytes:
    return rows.write_csv(line_terminator="\r\n").encode("gb18030")


def _order(rows: pl.DataFrame) -> bytes:
    return _BYTE_ORDER_MARK + rows.write_csv().encode("utf-8")


def _stability(rows: pl.DataFrame) -> bytes:
    return rows.write_ndjson().encode("utf-8")


_FORMATS = {"fire": ("csv", _fire), "order": ("csv", _order), "stability": ("jsonl", _stability)}


def write_deliveries(deliveries: Iterable[Delivery], folder: Path) -> list[Path]:
    """Write one file per delivery into ``folder``, made when absent, and return their paths in order.

    The same deliveries give the same bytes. A file that exists is replaced whole, never half.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for delivery in deliveries:
        extension, content = _FORMATS[delivery.source]
        path = folder / f"{delivery.source}_{delivery.day:%Y%m%d}.{extension}"
        draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
        draft.write_bytes(content(delivery.rows))
        draft.replace(path)
        written.append(path)
    return written
