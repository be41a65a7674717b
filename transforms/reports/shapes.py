"""How the values of a column look: what may be shown of them where they themselves may not.

Belongs here: telling values that say something from words for nothing, and their common shape. Does not: which words may be shown
(``kind_words``), what looks like a person (``privacy``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

NULL_WORDS: Final = ("", "NA", "N/A", "n/a", "NULL", "null", "None", "nan", "NaN", "-", "--", "无", "不详", "未知", "空", "\\N", "(null)")


def present(column: pl.Series) -> pl.Series:
    """The values that say something, without blanks around them."""
    trimmed = column.drop_nulls().str.strip_chars()
    return trimmed.filter(~trimmed.is_in(list(NULL_WORDS)))


def shape(column: pl.Series) -> str:
    """How the commonest values look, letters and digits made alike."""
    texts = present(column)
    alike = texts.str.replace_all(r"\p{Han}+", "汉").str.replace_all(r"[A-Za-z]+", "A").str.replace_all(r"\d+", "9").str.slice(0, 40)
    return str(alike.value_counts(sort=True)[alike.name][0]) if len(alike) else "empty"
