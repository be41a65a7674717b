"""The surge tests of one category: each cell, or of disputes each subdistrict, as it stood when it was last heard of, until it is stale.

Belongs here: which past each test sees. Does not: the test (``transforms.scoring.surge``), judging all tests of a night
(``transforms.scoring.surges``).
"""

from __future__ import annotations

import numpy as np

from transforms.panel.voices import voices
from transforms.scoring.category.view import CategoryView
from transforms.scoring.fitted import CategoryModel
from transforms.scoring.surge import MIN_PAST_DAYS, WINDOWS, SurgeTests, surge_tests
from transforms.scoring.surges import OF_SUBDISTRICTS, each_its_own


def surge_tests_of(view: CategoryView, model: CategoryModel) -> dict[str, SurgeTests]:
    """The surge tests of every series that has a baseline: of cells, or of ``view.subdistricts``."""
    panel, heard = view.panel, view.last_heard()
    ends = heard.columns[heard.columns >= max(MIN_PAST_DAYS, len(panel.days) - view.stale_after_days + 1)].tolist()
    if not ends:
        return {}
    # The ends that are young enough are the last of all.
    chosen = heard.place[:, 0] - (len(heard.columns) - len(ends))
    areas = view.areas if view.category in OF_SUBDISTRICTS else None
    if areas is not None:
        # One is heard of as lately as any of its cells.
        chosen = np.maximum.reduceat(chosen[areas.indices], areas.indptr[:-1])
    baselines = {code: fitted.surge for code, fitted in model.series.items() if fitted.surge is not None}

    cells = panel.cells["cell_id"]
    told = {end: voices(view.counted, view.district, cells, list(baselines), panel.days[end - 1], WINDOWS[-1]) for end in ends}

    def tests(codes: list[str]) -> list[SurgeTests]:
        seasons = [model.series[code].season.factor(panel.days, view.holidays) for code in codes]
        by_end = [
            surge_tests(
                [baselines[code] for code in codes],
                [view.pasts[code].before(end) for code in codes],
                [season[:end] for season in seasons],
                panel.neighbours,
                [told[end][code] for code in codes],
                areas,
            )
            for end in ends
        ]
        return [each_its_own(of_series, chosen) for of_series in zip(*by_end, strict=True)]

    return view.together(tests, view.chosen(baselines), origins=1)
