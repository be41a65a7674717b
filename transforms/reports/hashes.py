"""Hashes of texts, and of what whole rows say; the same in every process and release.

Belongs here: hashing a million values quickly. Does not: which values, and under which key (``transforms.reports.mapping``, ``versions``,
``transforms.panel.digests``). A library's own hash function is never used for anything that is stored: it may differ tomorrow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.schema import UTC

Words = NDArray[np.uint64]

# So many texts are Python objects at one time.
_SLICE = 1 << 11
_BLOCK = 1 << 15
_NULL = np.uint64(0x9E3779B97F4A7C15)


def blake2b(texts: pl.Series, digest_size: int, key: bytes = b"") -> pl.Series:
    """The BLAKE2b hash of each text, or of each row of bytes, in hexadecimal, under ``key`` if there is one; null stays null.

    A million texts are a million calls, so everything that can be done once is: starting the hash, which takes in the key, encoding the
    texts, writing the digits (0.6 µs a text instead of 1.3).
    """
    started = hashlib.blake2b(key=key, digest_size=digest_size).copy
    slices = [texts.slice(start, _SLICE) for start in range(0, len(texts), _SLICE)]
    hashed = [pl.Series(_digests(part, started), dtype=pl.Binary).bin.encode("hex") for part in slices]
    return (pl.concat(hashed) if hashed else pl.Series(dtype=pl.String)).alias(texts.name)


def _digests(texts: pl.Series, started: Callable[[], hashlib.blake2b]) -> list[bytes | None]:
    digests: list[bytes | None] = []
    for text in texts.cast(pl.Binary).to_list():
        if text is None:
            digests.append(None)
        else:
            state = started()
            state.update(text)
            digests.append(state.digest())
    return digests


def all_differ(values: pl.Series) -> bool:
    """Whether no two values are the same, which most keys of most files can be shown to be in little time: numbers are compared several
    times as fast as texts, and sorted several times as fast as counted. False also where two of them merely share a hash."""
    hashes = np.sort(values.hash().to_numpy())
    return not (hashes[1:] == hashes[:-1]).any()


def row_words(rows: pl.DataFrame, columns: Sequence[str], start: Words | None = None) -> Words:
    """One 64-bit word per row from what it says in ``columns``, in their order; times count to the second.

    Not for secrets: each distinct text becomes a word by BLAKE2b, numbers and times are their own, and SplitMix64's finaliser mixes them
    column by column. Rows that differ in one column differ; others share a word once in 2^64.

    Args:
        rows: columns of text, whole numbers and times of schema type ``UTC``; values may be null.
        columns: which of them enter.
        start: a word per row that enters first.
    """
    words = np.zeros(len(rows), dtype=np.uint64) if start is None else start
    for place, name in enumerate(columns, start=1):
        words = _mixed(words ^ _of_column(rows[name], np.uint64(place)))
    return words


def named_words(rows: pl.DataFrame, columns: Sequence[str]) -> Words:
    """One 64-bit word per row from what it says by name: a column where it says nothing changes no word, now or when it is added."""
    words = np.zeros(len(rows), dtype=np.uint64)
    for name in columns:
        column = rows[name]
        if column.null_count() < len(column):
            said = partial(_said, place=word_of(name))
            words += _by_distinct(column, said) if column.dtype == pl.String else said(column)
    return _mixed(words)


def _said(column: pl.Series, place: np.uint64) -> Words:
    """What a column adds to the word of each row; zero where it says nothing."""
    own = _mixed(_of_column(column, place))
    return np.where(column.is_null().to_numpy(), np.uint64(0), own) if column.null_count() else own


def word_of(text: str, key: bytes = b"") -> np.uint64:
    """A word for a text, under ``key`` if there is one."""
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), key=key, digest_size=8).digest(), "big"))


def stirred(words: Words, *more: NDArray[np.int64]) -> Words:
    """Words with further numbers mixed into them, one after the other."""
    for numbers in more:
        words = _mixed(words ^ numbers.view(np.uint64))
    return words


def _mixed(words: Words) -> Words:
    """SplitMix64's finaliser: spreads every input bit over the whole word."""
    mixed = words.copy()
    # In blocks that stay in the processor's cache: a million words at once take twice as long.
    for start in range(0, len(mixed), _BLOCK):
        block = mixed[start : start + _BLOCK]
        block ^= block >> np.uint64(30)
        block *= np.uint64(0xBF58476D1CE4E5B9)
        block ^= block >> np.uint64(27)
        block *= np.uint64(0x94D049BB133111EB)
        block ^= block >> np.uint64(31)
    return mixed


def _of_column(column: pl.Series, place: np.uint64) -> Words:
    """A word per row for the value at this place, mixed once for each distinct one where telling them apart costs less than mixing."""
    if column.dtype == pl.String:
        return _by_distinct(column, lambda texts: _mixed(_of_texts(texts) + place))
    numbers = column.dt.epoch("s") if column.dtype == UTC else column.cast(pl.Int64)
    filled = numbers.fill_null(0).to_numpy().view(np.uint64)
    return _mixed((np.where(numbers.is_null().to_numpy(), _NULL, filled) if numbers.null_count() else filled) + place)


def _by_distinct(column: pl.Series, words: Callable[[pl.Series], Words]) -> Words:
    """The ``words`` of a column's values, asked of each distinct one once."""
    distinct = column.unique()
    found = pl.Series(words(distinct))
    if len(distinct) == 1:
        return found.new_from_index(0, len(column)).to_numpy()
    # A column without rows comes back without a type.
    return column.replace_strict(distinct, found).cast(pl.UInt64).to_numpy()


def _of_texts(texts: pl.Series) -> Words:
    """The word of each text."""
    digests = (None if t is None else hashlib.blake2b(t.encode(), digest_size=8).digest() for t in texts)
    return np.array([_NULL if d is None else int.from_bytes(d, "big") for d in digests], dtype=np.uint64)
