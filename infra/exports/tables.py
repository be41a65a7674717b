"""A frame as CSV.

Belongs here: how values are written so that a spreadsheet runs none of them. Does not: maps (``infra.exports.maps``).

A text that a spreadsheet would take for a formula gets an apostrophe in front, by which it shows it as it is. Texts stand in quotes and
numbers do not, so that a code of fifteen digits is told from a number by whoever looks.
"""

from __future__ import annotations

from typing import Final

import polars as pl

# What begins a formula in one program or another, in full width as well.
_FORMULA: Final = r"^[=+\-@\t\r\n＝＋－＠]"


def as_csv(frame: pl.DataFrame) -> bytes:
    """The frame with a header, in UTF-8 with the mark by which a spreadsheet takes it for Chinese; moments in UTC."""
    texts = pl.col(pl.String)
    harmless = frame.with_columns(pl.when(texts.str.contains(_FORMULA)).then("'" + texts).otherwise(texts).name.keep())
    written = harmless.write_csv(
        include_bom=True, line_terminator="\r\n", quote_style="non_numeric", date_format="%Y-%m-%d", datetime_format="%Y-%m-%dT%H:%M:%SZ"
    )
    return written.encode()
