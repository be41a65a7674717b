"""A table of outcomes that somebody hands over.

Belongs here: reading it. Does not: what a row means (``transforms.worklist.returns``), deliveries of sources (``deliveries``).

Nothing of it is kept but what the rows say by codes, and no error repeats any of it.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

from infra.addresses import shown
from infra.errors import SifangError
from infra.sources.table import UnusableFile
from infra.sources.text import to_utf8

_MOST_BYTES: Final = 10 << 20
_READ: Final = ("day", "cell", "alert", "outcome", "turn")
# What its columns are called in a table that somebody made in Chinese.
_ALSO_CALLED: Final = {"日期": "day", "网格": "cell", "网格编码": "cell", "预警": "alert", "预警编号": "alert", "结果": "outcome"}


def handed_outcomes(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV by its first line, which names ``outcome`` and ``cell`` or ``alert``, in Chinese or not; in UTF-8, or as Chinese
    spreadsheets write.

    Raises:
        SifangError: it cannot be read, or has no such columns.
    """
    lines = _lines(file)
    names = [_ALSO_CALLED.get(name.strip(), name.strip().lower()) for name in lines[0]] if lines else []
    if "outcome" not in names or not {"cell", "alert"} & set(names):
        remedy = "Fill in the table that `sifang worklist --out` writes."
        raise SifangError(f"{shown(file)} has no columns outcome and cell, or outcome and alert.", remedy)
    twice = next((name for name in _READ if names.count(name) > 1), None)
    if twice:
        raise SifangError(
            f"{shown(file)} has more than one column {twice}.", "Leave the one that is meant; nothing of the table was taken."
        )
    while not any(lines[-1]):
        lines.pop()
    for number, line in enumerate(lines, start=1):
        if len(line) > len(names):
            raise SifangError(
                f"Line {number} of {shown(file)} has more values than the first line has names.", "Look for a comma too many in it."
            )
    # Empty lines stay, so that a row is told by the number of its line.
    return [dict(zip(names, line, strict=False)) for line in lines[1:]]


def _lines(file: Path) -> list[list[str]]:
    text = _text(file)
    # Spreadsheets write what stands between values by where they run: a comma, a semicolon, a tabulator.
    names = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), strict=True, delimiter=max(",;\t", key=names.count))
    found: list[list[str]] = []
    try:
        found.extend(reader)
    except csv.Error as error:
        # Where a quotation mark opens and nothing closes it, all that follows is one value.
        raise SifangError(
            f"{shown(file)} is no table from line {len(found) + 1} on: a quotation mark there is not closed, or stands in the middle.",
            "Mend that line; nothing of the table was taken.",
        ) from error
    return found


def _text(file: Path) -> str:
    try:
        content = file.expanduser().read_bytes()
    except OSError as error:
        raise SifangError(f"{shown(file)} cannot be read ({error.strerror}).", "Check its path and your rights.") from error
    if len(content) > _MOST_BYTES:
        raise SifangError(f"{shown(file)} is larger than {_MOST_BYTES >> 20} MiB.", "Hand over the outcomes of fewer days.")
    for encoding in ("utf-8", "gb18030"):
        try:
            return to_utf8(content, encoding).body.decode()
        except (UnusableFile, UnicodeDecodeError):
            continue
    raise SifangError(f"{shown(file)} is no text, or an empty one.", "Write it as a CSV in UTF-8.")
