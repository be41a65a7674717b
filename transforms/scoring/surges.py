"""The surges of a night: all tests of all series judged at once, and told per category and cell.

One Benjamini–Hochberg procedure (q = 0.15) over every cell and series of the night makes a surge *red*; p < 0.001 is a *watch*, and no red
surge is less than that. Where a series rises everywhere, its cells are measured against the raised rest of the district and stay calm; the
district itself then has one red surge (p times the number of series under 0.01).

Disputes are tested per subdistrict and in no cell: a surge of one yard's quarrels would point at the households that have them.

Measured on six series of Chicago, 2,697 cells (``README.md`` has the whole curve): of 4, 6, 8 events added to a cell within 14 days, red
finds 51, 79, 95 %, the watch list 83, 95, 99 %. Red opens 0.1 new episodes per night and 1,000 cells, watch 1.0. Where nothing is wrong red
stands in 0.019 of 1,000 cells, and would in 0.027 with q = 0.2; watch in 1.4, so nearly all that it tells on a usual night is chance: it
notifies nobody.

Belongs here: multiplicity, and the form in which a night tells its surges. Does not: the tests (``surge``), what follows for levels
(``reference``) and alerts (``transforms.alerts.events``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.schema import DISTRICT_SURGES, SURGE_COLUMNS
from transforms.scoring.surge import SurgeTests
from transforms.words import Category, Surge, SurgeArea

Number = TypeVar("Number", np.bool_, np.int64, np.float64)

Array = NDArray[np.float64]

WATCH: Final = 1e-3
FALSE_DISCOVERIES: Final = 0.15
DISTRICT_RED: Final = 0.01
# The categories of which surges exist per subdistrict alone.
OF_SUBDISTRICTS: Final = frozenset({Category.STABILITY})


@dataclass(frozen=True)
class NightSurges:
    """``cells`` has one frame of ``SURGE_COLUMNS`` per category that is tested in cells, in their order; ``district`` is
    ``DISTRICT_SURGES``.
    """

    cells: Mapping[Category, pl.DataFrame]
    district: pl.DataFrame


def night_surges(tests: Mapping[Category, Mapping[str, SurgeTests]], subdistricts: Sequence[str] = ()) -> NightSurges:
    """Judge all tests of a night together.

    Args:
        tests: by category and series; a series without a baseline has none. Those of the categories ``OF_SUBDISTRICTS`` are of
            ``subdistricts``, in their order, all others of the same cells.
        subdistricts: their codes.
    """
    every = {code: test for of_category in tests.values() for code, test in of_category.items()}
    pooled = np.concatenate([t.p[t.tested] for t in every.values()]) if every else np.empty(0)
    limit = benjamini_hochberg(pooled)
    cells = {c: _of_cells(of_category, limit) for c, of_category in tests.items() if of_category and c not in OF_SUBDISTRICTS}
    told = [
        (code, "", category.value, _district_word(test, len(every)).value, d.p, d.days, d.observed, d.expected)
        for category, of_category in tests.items()
        for code, test in of_category.items()
        if test.tested.any() and (d := test.district)
    ]
    told += [
        (code, name, category.value, str(word), p, days, observed, expected)
        for category in OF_SUBDISTRICTS & tests.keys()
        for code, test in tests[category].items()
        for name, word, p, days, observed, expected, tested in zip(
            subdistricts, _words(test.p, limit), test.p, test.days, test.observed, test.expected, test.tested, strict=True
        )
        if tested
    ]
    return NightSurges(cells, pl.DataFrame(told, schema=DISTRICT_SURGES, orient="row").sort("series", "subdistrict"))


def each_its_own(tests: Sequence[SurgeTests], chosen: NDArray[np.int64]) -> SurgeTests:
    """For each cell what one of several tests of the same series says, for the district what the last of them says.

    Args:
        tests: at least one.
        chosen: which of them, shape (cells,); below 0 where a cell is tested by none.
    """
    which = np.maximum(chosen, 0)[None, :]

    def of_chosen(every: list[NDArray[Number]]) -> NDArray[Number]:
        return np.asarray(np.take_along_axis(np.stack(every), which, axis=0)[0])

    of_cells = {f.name: of_chosen([getattr(t, f.name) for t in tests]) for f in fields(SurgeTests) if f.name not in {"district", "tested"}}
    tested = of_chosen([t.tested for t in tests]) & (chosen >= 0)
    return SurgeTests(**of_cells, tested=tested, district=tests[-1].district)


def benjamini_hochberg(p: Array, q: float = FALSE_DISCOVERIES) -> float:
    """The largest p-value that is still a discovery when a share ``q`` of discoveries may be false; 0 when none is."""
    ordered = np.sort(p)
    passing = np.flatnonzero(ordered <= q * np.arange(1, len(p) + 1) / max(len(p), 1))
    return float(ordered[passing[-1]]) if len(passing) else 0.0


def _of_cells(tests: Mapping[str, SurgeTests], limit: float) -> pl.DataFrame:
    """One category's surges per cell: the series with the smallest p-value speaks, the first declared of several."""
    codes = np.array(list(tests))
    p = np.stack([np.where(t.tested, t.p, np.inf) for t in tests.values()])
    first = np.argmin(p, axis=0)

    def of_first(values: list[NDArray[Number]]) -> NDArray[Number]:
        return np.asarray(np.take_along_axis(np.stack(values), first[None, :], axis=0)[0])

    least = p.min(axis=0)
    columns = {
        "surge": _words(least, limit),
        "surge_p": least,
        "surge_series": codes[first],
        "surge_days": of_first([t.days for t in tests.values()]),
        "surge_area": np.where(of_first([t.of_ring for t in tests.values()]), SurgeArea.RING, SurgeArea.CELL),
        "surge_observed": of_first([t.observed for t in tests.values()]),
        "surge_expected": of_first([t.expected for t in tests.values()]),
    }
    tested, told = pl.Series(np.isfinite(least)), pl.Series(least < WATCH)
    always = {"surge", "surge_p"}
    frame = pl.DataFrame({c: pl.Series(columns[c].tolist(), dtype=t) for c, t in SURGE_COLUMNS.items()})
    return frame.with_columns(pl.when(tested if c in always else told).then(pl.col(c)) for c in SURGE_COLUMNS)


def _words(p: Array, limit: float) -> NDArray[np.str_]:
    """Red what is a discovery, a watch what is as unlikely and none."""
    watch = p < WATCH
    return np.where(watch & (p <= limit), Surge.RED, np.where(watch, Surge.WATCH, Surge.NONE))


def _district_word(test: SurgeTests, series: int) -> Surge:
    return Surge.RED if test.district.p * series < DISTRICT_RED else Surge.NONE
