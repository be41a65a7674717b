"""Lines of a separated text that are no rows: too long, too short, or swallowed by a quotation mark that nothing closes.

Belongs here: telling a value that holds line ends from one that holds rows, and setting single lines aside. Does not: reading the table
(``separated``), what is done about lines set aside (``infra.landing.scanning``).

Two stray quotation marks some rows apart read like one long value, and no count of separators tells: a comment may hold as many. What does
is how the lines within it look. A line that begins as the rows of the file begin, with a number, a time and a place of their shape, is one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from infra.sources.table import UnusableFile

# Columns with few shapes tell a row; so many rows show them.
_FEW_SHAPES: Final = 6
_SHOWN: Final = 300
_LOOKED_AT: Final = 80
_ALIKE: Final = 0.6
# A larger share of lines is no slip, but another table.
MOST: Final = 0.02
_SAID: Final = 8
_SHAPES: Final = ((re.compile(r"[^\W\d_]+"), "A"), (re.compile(r"\d+"), "9"))


def shape(text: str) -> str:
    """How a text looks, its letters and digits made alike."""
    text = text[:_LOOKED_AT]
    for pattern, sign in _SHAPES:
        text = pattern.sub(sign, text)
    return text


@dataclass(frozen=True)
class Look:
    """How the rows of a table look: of each column that tells something the shapes that it holds."""

    shapes: dict[int, frozenset[str]]

    @classmethod
    def of(cls, rows: Sequence[Sequence[str]]) -> Look:
        """From some rows that are sound."""
        width = max(map(len, rows), default=0)
        found = {c: frozenset(shape(row[c].strip()) for row in rows if c < len(row)) for c in range(width)}
        return cls({c: shapes for c, shapes in found.items() if len(shapes) <= _FEW_SHAPES and any("9" in s for s in shapes)})

    def is_row(self, line: str, separator: str) -> bool:
        """Whether a line looks like one of them, or like the beginning of one."""
        fields = line.split(separator)
        told = [c for c in self.shapes if c < len(fields)]
        alike = sum(shape(fields[c].strip().strip('"')) in self.shapes[c] for c in told)
        return bool(told) and len(fields) > 1 and alike >= max(1, _ALIKE * len(told))


@dataclass
class Mended:
    """A text of which every row has the right number of values, and where the others were: their lines, counted in the text, and their
    places among the rows, which stay as rows without a value."""

    body: bytes = b""
    lines: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    @property
    def said(self) -> str:
        """The lines, the first of many."""
        more = len(self.lines) - _SAID
        return f"line{'s' if len(self.lines) > 1 else ''} {', '.join(map(str, self.lines[:_SAID]))}" + (
            f" and {more} more" if more > 0 else ""
        )


def mended(body: bytes, separator: str, width: int, first_line: int) -> Mended:
    """A text without the lines that are no rows of it.

    Args:
        body: UTF-8, from its header on.
        separator: between its columns.
        width: how many there are.
        first_line: the number of the header's line in the file.

    Raises:
        UnusableFile: so many are none that it is another table than it says.
    """
    lines = body.decode().split("\n")
    look = Look.of([parts for line in lines[1:] if len(parts := line.split(separator)) == width and '"' not in line][:_SHOWN])
    rows = [(at, values) for at, values in _records(lines, separator, look) if any(v.strip() for v in values)]
    short = sum(len(values) < width for _, values in rows)
    # Where many end early, their last values were empty, and the system leaves the separators of those out.
    least = 1 if short > max(1, MOST * len(rows)) else width
    out, wrong = io.StringIO(), Mended()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    for number, (at, values) in enumerate(rows):
        # Separators that spreadsheets leave at the end stand for nothing.
        longest = width if not any(v.strip() for v in values[width:]) else len(values)
        if least <= len(values) and longest == width:
            writer.writerow((values + [""] * width)[:width])
            continue
        wrong.lines.append(at + first_line)
        wrong.rows.append(number)
        # A blank is no empty line, and is taken for nothing later.
        writer.writerow([" "] * width)
    if len(wrong.lines) > max(1, MOST * len(rows)) or len(wrong.lines) == len(rows) - 1:
        said = f"{len(wrong.lines)} of {len(rows) - 1} rows have another number of values than the {width} of the header"
        raise UnusableFile("file_unreadable", f"{said} ({wrong.said})")
    wrong.body = out.getvalue().encode()
    return wrong


def _records(lines: Sequence[str], separator: str, look: Look) -> Iterator[tuple[int, list[str]]]:
    """The rows of a text, each with the number of its first line, counted from 0.

    Raises:
        UnusableFile: the text ends within a value.
    """
    at = 0
    while at < len(lines):
        end, quotes = at + 1, lines[at].count('"')
        while quotes % 2 and end < len(lines):
            quotes += lines[end].count('"')
            end += 1
        several = lines[at:end]
        if quotes % 2 and len(several) == 1:
            raise UnusableFile("file_unreadable", "the last line breaks off within quotation marks; the file was only half written")
        if quotes % 2 or any(look.is_row(line, separator) for line in several[1:]):
            # The quotation marks are part of what somebody wrote.
            yield at, lines[at].removesuffix("\r").split(separator)
            at += 1
            continue
        # Among lines that end otherwise some may end with a carriage return alone.
        for values in csv.reader(io.StringIO("\n".join(several), newline=""), delimiter=separator):
            yield at, values
        at = end
