"""The one crossing from Polars to pandas: only the columns that a check asks for, and of texts only whether they are there.

Belongs here: dtypes and the helper columns that let a plain expectation ask a question about two columns. Does not: the questions
(``suites``). pyarrow is not installed, so every column goes through NumPy.

How a column crosses decides how fast it is checked, because every check copies the frame without the rows it ignores: presence is a
float32 (1 or NaN), codes are categoricals, numbers float64, times naive UTC datetime64[ns] (the library compares other units row by row).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from transforms.clocks.zones import utc_to_local
from transforms.district.declaration import District
from transforms.district.source import Source
from transforms.reports.hashes import all_differ
from transforms.schema import CANDIDATES
from transforms.words import Discovery

if TYPE_CHECKING:
    import pandas as pd

# How far a later clock may lie before an earlier one: systems that round to the minute, and clocks that disagree a little.
CLOCK_TOLERANCE: Final = dt.timedelta(minutes=5)
# How far a time may lie after the moment it became known: a sender's clock in another time zone.
FUTURE_TOLERANCE: Final = dt.timedelta(days=1)

READABLE: Final = ("status", "zone", "premises", "department")

# datetime64[ns] ends in 2262. Beyond these bounds a time is out of range wherever exactly it lies, and clipping keeps the order.
_EARLIEST, _LATEST = dt.datetime(1700, 1, 1, tzinfo=dt.UTC), dt.datetime(2260, 1, 1, tzinfo=dt.UTC)


class _As(Enum):
    """What becomes of a column on the way."""

    PRESENCE = "presence"
    CODE = "code"
    NUMBER = "number"
    TIME = "time"


@dataclass(frozen=True)
class _Crossed:
    expression: pl.Expr
    crosses_as: _As


def _latest(column: str, zone: str) -> _Crossed:
    """The latest moment a time may stand for. A date without a time is read as midnight, and means some time on that day."""
    local = utc_to_local(pl.col(column), zone).dt.time()
    moment = pl.when(local == dt.time()).then(pl.col(column).dt.offset_by("1d")).otherwise(pl.col(column) + CLOCK_TOLERANCE)
    return _Crossed(moment, _As.TIME)


def _presence(there: pl.Expr) -> _Crossed:
    return _Crossed(pl.when(there).then(pl.lit(1.0, pl.Float32)), _As.PRESENCE)


def _first_with(*columns: str) -> _Crossed:
    """The first row that says the same in these columns: which rows are alike, without letting the hash of a key across."""
    alike = pl.map_batches(["row", *columns], _first_rows, return_dtype=pl.Int64)
    return _Crossed(pl.when(pl.all_horizontal(pl.col(*columns).is_not_null())).then(alike).cast(pl.Float64), _As.NUMBER)


def _first_rows(given: Sequence[pl.Series]) -> pl.Series:
    row, *columns = given
    if any(all_differ(column) for column in columns):
        return row
    return pl.DataFrame(given).select(pl.first().first().over(*(c.name for c in columns))).to_series()


@lru_cache(maxsize=8)
def _columns(zone: str) -> dict[str, _Crossed]:
    """Every name a check may use, and how it comes about: the same for every batch, and a hundred expressions to write down."""
    crossed = {name: _presence(pl.col(name).is_not_null()) for name in CANDIDATES}
    crossed |= {name: _Crossed(pl.col(name), _As.TIME) for name, type_ in CANDIDATES.items() if type_ == pl.Datetime}
    crossed |= {name: _Crossed(pl.col(name).cast(pl.Float64), _As.NUMBER) for name in ("severity", "lon", "lat", "unread_times")}
    crossed |= {name: _Crossed(pl.col(name), _As.CODE) for name in ("kind", "status", "zone")}
    crossed["key_hash"] = _first_with("key_hash")
    crossed["key_released"] = _first_with("key_hash", "known_at")
    crossed |= {f"latest:{name}": _latest(name, zone) for name in ("reported_at", "first_contact_at", "closed_at")}
    crossed["latest:known_at"] = _Crossed(pl.col("known_at") + FUTURE_TOLERANCE, _As.TIME)
    # What was written and could not be read has a reason of its own; what was left empty has another.
    crossed |= {name: _presence(pl.col(name)) for name, type_ in CANDIDATES.items() if type_ == pl.Boolean}
    crossed |= {
        f"readable:{name}": _presence(pl.col(name).is_not_null() | ~pl.col(f"{name}_given").fill_null(value=False)) for name in READABLE
    }
    crossed["known:discovery"] = _presence(pl.col("discovery") != Discovery.UNKNOWN.value)
    # Where premises of the register are is known, whatever else a row says.
    premises, point = pl.col("premises").is_not_null(), pl.col("lon").is_not_null() & pl.col("lat").is_not_null()
    crossed["located"] = _presence(pl.col("zone_given") | point | premises)
    crossed |= {f"told:{c}": _presence(pl.col(c) | premises) for c in ("zone_given", "place_given")}
    crossed |= {f"readable:{c}": _presence(pl.col(c).is_not_null() | (premises & ~pl.col("place_given"))) for c in ("lon", "lat")}
    crossed["from_zero_zero"] = _Crossed(pl.col("lon").abs() + pl.col("lat").abs(), _As.NUMBER)
    crossed["days_to_due"] = _Crossed((pl.col("due_at") - pl.col("reported_at")).dt.total_seconds() / 86_400, _As.NUMBER)
    crossed["named_where_due"] = _presence(pl.col("department").is_not_null() | pl.col("due_at").is_null())
    return crossed


def _times(series: pl.Series) -> object:
    clipped = series.clip(_EARLIEST, _LATEST).cast(pl.Datetime("ns", "UTC")).to_physical()
    return clipped.fill_null(np.iinfo(np.int64).min).to_numpy().view("datetime64[ns]")


def _codes(series: pl.Series) -> object:
    import pandas as pd

    words = series.drop_nulls().unique().sort()
    # A column without any value has no words; naming their type keeps it a column of texts.
    codes = series.cast(pl.Enum(words)).to_physical().cast(pl.Int32).fill_null(-1).to_numpy()
    return pd.Categorical.from_codes(codes, categories=pd.Index(words.to_list(), dtype=object))


def _numbers(series: pl.Series) -> object:
    return series.fill_null(float("nan")).to_numpy()


_CROSS: Final[dict[_As, Callable[[pl.Series], object]]] = {
    _As.PRESENCE: _numbers,
    _As.NUMBER: _numbers,
    _As.TIME: _times,
    _As.CODE: _codes,
}


def header(frame: pl.DataFrame) -> pd.DataFrame:
    """The column names alone, as a table without rows."""
    import pandas as pd

    return pd.DataFrame(columns=pd.Index(frame.columns, dtype=object), dtype=object)


def prepared(frame: pl.DataFrame, names: Collection[str], source: Source, district: District) -> pl.DataFrame:
    """The columns of ``names``, helper columns included, still as a Polars frame in the order of ``frame``.

    Raises:
        ValueError: a column has another type than ``CANDIDATES`` says; a column of nothing but nulls may have none.
        KeyError: a check asks for a name that nothing here makes.
    """
    held = frame.select(CANDIDATES.names())
    wrong = [f"{c} is {held.schema[c]}, not {t}" for c, t in CANDIDATES.items() if held.schema[c] not in (t, pl.Null)]
    if wrong:
        raise ValueError("candidates: " + "; ".join(wrong))
    typed = held.cast({c: t for c, t in CANDIDATES.items() if held.schema[c] == pl.Null})
    columns = _columns(source.timezone or district.timezone)
    return typed.select(**{name: columns[name].expression for name in names})


def cross(frame: pl.DataFrame, names: Collection[str], source: Source, district: District) -> pd.DataFrame:
    """The columns of ``names`` as a pandas table whose index is the position of a row in ``frame``. Raises as ``prepared``."""
    import pandas as pd

    ready = prepared(frame, names, source, district)
    columns = _columns(source.timezone or district.timezone)
    return pd.DataFrame({name: _CROSS[columns[name].crosses_as](ready[name]) for name in names}, copy=False)
