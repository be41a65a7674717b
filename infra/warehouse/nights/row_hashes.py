"""The hash of a row of scores: what a replay compares, and what tells a new revision from the one before.

Belongs here: the hash. Does not: comparing (``publish``, ``flows.nights.replay``), storing it (``scores``).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from infra.warehouse.database.bulk import zero_unsigned
from transforms.reports.hashes import blake2b
from transforms.schema import SCORES


def row_hashes(scores: pl.DataFrame) -> pl.Series:
    """One hash per row over every column of ``SCORES``, the same in every process, version and on every machine.

    The hash is BLAKE2b-128 of the row's texts and whole numbers in the order of ``SCORES``, each as its length in bytes, a colon and
    UTF-8, ``-`` where it is null; then its fractions in that order as little-endian doubles, NaN where one is null. -0.0 counts as 0.0,
    because SQLite stores it so.

    Args:
        scores: ``SCORES``; further columns are ignored.

    Returns:
        A series ``row_hash`` of 32 hexadecimal digits each.

    Raises:
        ValueError: a number is NaN or infinite.
    """
    names = [name for name, kind in SCORES.items() if kind.is_float()]
    if not scores.select((pl.col(names).is_finite() | pl.col(names).is_null()).all()).row(0) == (True,) * len(names):
        raise ValueError("scores: a number is NaN or infinite")
    numbers = scores.select(zero_unsigned(name) for name in names).to_numpy().astype("<f8", order="C")
    numbers[np.isnan(numbers)] = np.nan
    others = {c: pl.col(c).cast(pl.String) for c in SCORES if c not in names}
    texts = [pl.format("{}:{}", text.str.len_bytes(), text).fill_null("-") for text in others.values()]
    said = scores.select(pl.concat_str(texts).cast(pl.Binary)).to_series().to_list()
    width, bits = numbers.itemsize * numbers.shape[1], numbers.tobytes()
    rows = [text + bits[k * width : (k + 1) * width] for k, text in enumerate(said)]
    return blake2b(pl.Series("row_hash", rows, dtype=pl.Binary), 16)
