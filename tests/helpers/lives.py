"""Clocks whose true chances are known.

Belongs here: making them. Does not: what is asked of them (``transforms.duty.survival`` and its backtest).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.duty.survival import LIVES

Array = NDArray[Any]
CASES, ASKED, DEPARTMENTS, KINDS = 200_000, 40_000, 12, 25


def lives(department: Array, kind: Array, lived: Array, met: Array, ago: Array) -> pl.DataFrame:
    columns = {"department": department.astype(str), "kind": kind.astype(str), "lived": lived, "met": met, "ago": ago, "reopened": False}
    made = pl.DataFrame({c: v for c, v in columns.items() if c != "reopened"}).with_columns(
        reopened=pl.lit(value=False), answered=pl.lit(None, pl.Float64)
    )
    return made.select([pl.col(c).cast(t) for c, t in LIVES.items()])


def world(seed: int) -> tuple[pl.DataFrame, Array, Array, Callable[..., Array], pl.DataFrame]:
    """Clocks of three years as they are known on a day: hazards of department and kind that drift, those that are open censored."""
    pick = np.random.default_rng(seed)
    of_department, of_kind = pick.normal(0, 0.5, DEPARTMENTS), pick.normal(0.6, 0.5, KINDS)
    of_both, bend = pick.normal(0, 0.25, (DEPARTMENTS, KINDS)), pick.uniform(0.7, 2.5, KINDS)
    shares = pick.dirichlet(np.full(KINDS, 2.0))

    def chance(department: Array, kind: Array, age: Array, day: Array) -> Array:
        pace = np.exp(of_department[department] + of_kind[kind] + of_both[department, kind] + 0.1 * np.sin(day / 400))
        return np.asarray(np.exp(-pace * (1 - age ** bend[kind])))

    department, kind = pick.integers(0, DEPARTMENTS, CASES), pick.choice(KINDS, CASES, p=shares)
    start, length = pick.uniform(-1200, 0, CASES), pick.choice([3, 5, 10, 30], CASES)
    pace = -np.log(chance(department, kind, np.zeros(CASES), start))
    takes = (pick.exponential(1, CASES) / pace) ** (1 / bend[kind])
    known = np.minimum(-start / length, 1)
    past = lives(department, kind, np.minimum(takes, known), takes <= known, np.maximum(-start - length, 0))
    done = (start + length < 0) & (start > -395)
    yearly = np.array([(takes > 1)[done & (department == d)].mean() for d in range(DEPARTMENTS)])
    asked_of, asked = pick.integers(0, DEPARTMENTS, ASKED), pick.choice(KINDS, ASKED, p=shares)
    age = pick.choice([0, 0.25, 0.5, 0.75], ASKED)
    true = chance(asked_of, asked, age, np.zeros(ASKED))
    now = lives(asked_of, asked, age, np.zeros(ASKED, bool), np.zeros(ASKED))
    return past, true, yearly[asked_of], lambda: pick.random(ASKED) < true, now
