"""The surge tests of one category: each cell, or of disputes each subdistrict, as it stood when it was last heard of, until it is stale.

Belongs here: which past each test sees. Does not: the test (``transforms.scoring.surge``), judging all tests of a night
(``transforms.scoring.surges``).
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from transforms.panel.voices import voices
from transforms.scoring.category.view import CategoryView
from transforms.scoring.fitted import CategoryModel
from transforms.scoring.surge import MIN_PAST_DAYS, WINDOWS, SurgeTests, surge_tests
from transforms.scoring.surges import OF_SUBDISTRICTS, each_its_own


def surge_tests_of(view: CategoryView, model: CategoryModel) -> dict[str, SurgeTests]:
    """The surge tests of every series that has a baseline: of cells, or of ``view.subdistricts``."""
    panel = view.panel
    baselines = {code: fitted.surge for code, fitted in model.series.items() if fitted.surge is not None}
    heard = {sources: _Heard.of(view, sources) for sources in dict.fromkeys(panel.told_by[code] for code in view.chosen(baselines))}
    tested = {code: baselines[code] for code in view.chosen(baselines) if heard[panel.told_by[code]].ends}
    areas = view.areas if view.category in OF_SUBDISTRICTS else None

    cells, every = panel.cells["cell_id"], sorted({end for of_sources in heard.values() for end in of_sources.ends})
    told = {end: voices(view.counted, view.district, cells, list(tested), panel.days[end - 1], WINDOWS[-1]) for end in every}

    def tests(codes: list[str]) -> list[SurgeTests]:
        ends, chosen = heard[panel.told_by[codes[0]]]
        seasons = [model.series[code].season.factor(panel.days, view.holidays) for code in codes]
        by_end = [
            surge_tests(
                [tested[code] for code in codes],
                [view.pasts[code].before(end) for code in codes],
                [season[:end] for season in seasons],
                panel.neighbours,
                [told[end][code] for code in codes],
                areas,
            )
            for end in ends
        ]
        return [each_its_own(of_series, chosen) for of_series in zip(*by_end, strict=True)]

    return view.together(tests, list(tested), origins=1)


class _Heard(NamedTuple):
    """The days, as columns, before which cells were last heard of by some sources, none of them too long ago; which of them is each cell's,
    or each subdistrict's, below 0 where none is."""

    ends: list[int]
    chosen: NDArray[np.int64]

    @classmethod
    def of(cls, view: CategoryView, sources: frozenset[str]) -> Self:
        """Of the sources of one series."""
        heard = view.last_heard(view.panel.of_sources[sources])
        ends = heard.columns[heard.columns >= max(MIN_PAST_DAYS, len(view.panel.days) - view.stale_after_days + 1)].tolist()
        # The ends that are young enough are the last of all.
        chosen = heard.place[:, 0] - (len(heard.columns) - len(ends))
        if ends and view.category in OF_SUBDISTRICTS:
            # One is heard of as lately as any of its cells.
            chosen = np.maximum.reduceat(chosen[view.areas.indices], view.areas.indptr[:-1])
        return cls(ends, chosen)
