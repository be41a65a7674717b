"""What tells a report from every other: the text of its key, in one spelling.

Belongs here: spellings of one number, keys that begin anew, rows that are told apart by what they say. Does not: hashing (``mapping``),
whether a key tells reports apart (``reuse``), what people are known by (``privacy``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from transforms.district.source import Source
from transforms.reports import values
from transforms.reports.shapes import NULL_WORDS
from transforms.reports.spellings import spelt

_JOINER: Final = "\x1f"
# Asked first: rewriting costs ten times the question, and hardly any file needs it.
_SPELT: Final = r"^[+0]\d|[,.'’\s０-９]|\d[eE]\+\d"
# Signs that nobody sees or types, as marks of the direction of writing and soft hyphens: they come along when a number is copied.
_UNSEEN: Final = r"\p{Cf}"
_CONTROL: Final = r"\p{Cc}"
_THOUSANDS: Final = r"^\d{1,3}(?:,\d{3})+(?:\.0+)?$|^\d{1,3}(?:['’  ]\d{3})+$|^\d{1,3}(?:\.\d{3}){2,}$"
_EXPONENT: Final = r"^(\d)(?:[.,](\d+))?[eE]\+(\d{1,2})$"
_LETTERS: Final = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


def canonical(text: pl.Series) -> pl.Series:
    """Keys in one spelling: a number as its digits, whatever width, zeros, separators or exponent they were written with; others as they
    are, without signs that nobody sees. A number that was rounded (``1.2E+11``) is null: nobody knows which it was."""
    bare = text.str.strip_chars()
    if bare.str.contains(_UNSEEN).any():
        bare = bare.str.replace_all(_UNSEEN, "").str.strip_chars()
    if not bare.str.contains(_SPELT).any():
        return bare
    wide = values.half_width(pl.col("k"))
    plain = (
        pl.when(wide.str.contains(_THOUSANDS))
        .then(wide.str.replace(r",(\d{3})\.0+$", "$1").str.replace_all(r"[,.'’  ]", ""))
        .otherwise(wide)
    )
    parts = plain.str.extract_groups(_EXPONENT)
    digits = parts.struct[0] + parts.struct[1].fill_null("")
    missing = parts.struct[2].cast(pl.Int64, strict=False) + 1 - digits.str.len_chars().cast(pl.Int64)
    # Beyond the point of a number that large stands nothing.
    known = pl.when(missing <= 0).then(digits.str.slice(0, parts.struct[2].cast(pl.Int64, strict=False) + 1))
    spelt = plain.str.replace(r"^\+?(\d+)(?:\.0*)?$", "$1").str.replace(r"^0+(\d)", "$1")
    number = pl.when(plain.str.contains(r"^\+?\d+(?:\.0*)?$")).then(spelt).otherwise(plain)
    return bare.to_frame("k").select(pl.when(parts.struct[2].is_null()).then(number).otherwise(known)).to_series().alias(text.name)


def rounded(text: pl.Series) -> int:
    """How many keys are numbers of which only the first digits are left, as spreadsheets write long ones."""
    likely = text.filter(text.str.contains(r"^\s*\d(?:[.,]\d+)?[eE]\+\d"))
    return canonical(likely).null_count()


def with_control(rows: pl.DataFrame, source: Source) -> pl.Series:
    """Which rows have a control character (U+0000, a line's end) within their key: damage, of which nobody knows what stood there. Hashed,
    it would be another report, beside the one that is meant."""
    keys = [c for c in dict.fromkeys(source.key) if c in rows.columns]
    if source.rows == "each" or not keys:
        return pl.repeat(value=False, n=len(rows), dtype=pl.Boolean, eager=True)
    found = [rows[c].str.strip_chars().str.contains(_CONTROL).fill_null(value=False) for c in keys]
    return pl.DataFrame(dict(zip(keys, found, strict=True))).select(pl.any_horizontal(pl.all())).to_series()


def key_text(rows: pl.DataFrame, source: Source) -> pl.Series:
    """A report's key as one text; null where every key column is empty, or one was rounded.

    Args:
        rows: the columns of the source as text, under its own names.
        source: what tells its reports apart: its ``key``, within ``key_scope``; or each row is one (``rows``).
    """
    if source.rows == "each":
        return _told_apart(rows, source)
    columns = {c: canonical(rows[c]) for c in dict.fromkeys(source.key)}
    nothing = [*source.nulls, *NULL_WORDS]
    empty = pl.all_horizontal([pl.col(c).is_null() | pl.col(c).is_in(nothing) for c in columns])
    lost = pl.any_horizontal([pl.col(c).is_null() & pl.lit(rows[c]).is_not_null() for c in columns])
    spelt = rows.select([text.alias(c) for c, text in columns.items()])
    parts = [pl.col(c).fill_null("\x00") for c in columns]
    joined = spelt.select(text=pl.concat_str(parts, separator=_JOINER)).to_series()
    if source.key_scope is not None:
        joined = joined + _JOINER + _span(rows, source)
    # The joined text is a literal here, so that no column of the file can take its name.
    return spelt.select(key=pl.when(empty | lost).then(None).otherwise(pl.lit(joined))).to_series()


def _span(rows: pl.DataFrame, source: Source) -> pl.Series:
    """The day, month or year in which a number counts, by the clock of the source; the same word where it cannot be read."""
    assert source.key_scope is not None
    zone = source.timezone or "UTC"
    text = spelt(rows[source.told_by[-1]].str.strip_chars(), source.era)
    local = values.time(pl.col("t"), source.time_formats, zone).dt.convert_time_zone(zone)
    return text.to_frame("t").select(local.dt.to_string(_LETTERS[source.key_scope]).fill_null("?")).to_series()


def _told_apart(rows: pl.DataFrame, source: Source) -> pl.Series:
    """Each row by what it says, and by its position among those that say the same."""
    named = [c for c in source.told_by if c in rows.columns]
    parts = [pl.col(c).str.strip_chars().fill_null("\x00") for c in named]
    said = rows.select(text=pl.concat_str(parts, separator=_JOINER))
    return said.select(pl.col("text") + f"{_JOINER}#" + pl.int_range(pl.len()).over("text").cast(pl.String)).to_series()
