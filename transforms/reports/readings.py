"""What the texts of a file say of how they are declared: a time that two of the declared formats read as two days.

Belongs here: telling it. Does not: reading times (``values``), checking what was read (``expectations``).
"""

from __future__ import annotations

import polars as pl

from transforms.district.columns import DateAndTime
from transforms.district.source import Source
from transforms.reports import values
from transforms.reports.checked import Notice
from transforms.reports.spellings import spelt

_SWAPPED = str.maketrans("md", "dm")


def two_days(rows: pl.DataFrame, source: Source) -> tuple[Notice, ...]:
    """A word about times that the declared formats read as two different days; nothing where no two of them could.

    Args:
        rows: the columns of the source as text.
        source: its formats, of which the first that fits is used.
    """
    pairs = [(form, other) for form in source.time_formats if (other := form.translate(_SWAPPED)) in source.time_formats and form < other]
    if not pairs:
        return ()
    declared = source.columns.occurred_at
    text = rows[declared.date if isinstance(declared, DateAndTime) else source.columns.of("occurred_at")[0]]
    frame = spelt(text.str.strip_chars(), source.era).to_frame("t")
    both = pl.any_horizontal([values.time(pl.col("t"), [a], "UTC") != values.time(pl.col("t"), [b], "UTC") for a, b in pairs])
    number = int(frame.select(both.fill_null(value=False).sum()).item())
    said = f"{number} of {len(rows)} times can be read as two days; leave the format out that is not meant"
    return (Notice("time_two_days", said),) if number else ()
