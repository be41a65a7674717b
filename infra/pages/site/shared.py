"""What everybody may see: levels of cells week by week, reports of subdistricts every four weeks.

Belongs here: the two pages of the shared tier. Does not: pages for staff (the files beside this one).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from infra.pages.brief.geometry import draw
from infra.pages.site.blocks import Column, Facts, Leaf, Map, Page, Table, Value, number
from infra.pages.site.night import places, shapes
from transforms.words import RESIDENTS, State, Words


def _week(facts: Facts) -> Page:
    """Levels of the newest week."""
    levels = facts.views["dash_shared_levels_v1"]
    newest = levels.filter(pl.col("night") == pl.col("night").max())
    cells = facts.views["dash_shared_cells_v1"].select("cell_id", "cell_name", "subdistrict", "outline")
    known = pl.DataFrame({"category": [c.value for c in RESIDENTS]}).join(cells.select("cell_id", "cell_name"), how="cross")
    rows = known.join(newest, on=["category", "cell_id"], how="left").with_columns(state=pl.lit(State.NOT_SCORED.value))
    day = max(newest["night"], default=None)
    from_day = day.isoformat() if day else "–"
    lede = Words(f"{from_day} 起一周的等级。只有等级，没有数目。", f"Levels of the week from {from_day}. Levels alone, no numbers.")
    drawn = Map(
        Words("网格地图", "Map of cells"), "dash_shared_levels_v1", draw(shapes(cells, facts)), tuple(places(rows, RESIDENTS)), RESIDENTS
    )
    return Page(lede, (drawn,))


def _counts(facts: Facts) -> Page:
    """Reports of subdistricts."""
    columns = (
        Column(Words("四周至", "Four weeks to")),
        Column(Words("街道", "Subdistrict")),
        *(Column(category.words.capital, numeric=True) for category in RESIDENTS),
    )
    told = facts.views["dash_shared_reports_v1"]
    by = {row[:3]: row[3] for row in told.select("night", "subdistrict", "category", "about_reports").iter_rows()}
    keys = told.select("night", "subdistrict").unique().sort("night", "subdistrict", descending=[True, False])
    few = Words("少", "few")
    rows: list[tuple[Value, ...]] = [
        (str(night), facts.subdistrict(area), *(number(by.get((night, area, c.value))) or few for c in RESIDENTS))
        for night, area in keys.iter_rows()
    ]
    note = Words(
        "约至五的倍数；不足五件，或为掩护其他小数，不显示。",
        "To the nearest five; under five, or to hide another small one, there is no number.",
    )
    table = Table(Words("各街道报告数", "Reports of subdistricts"), "dash_shared_reports_v1", columns, tuple(rows), note)
    return Page(Words("每四周一次，按街道。", "Every four weeks, by subdistrict."), (table,))


WEEK: Final = Leaf("index", Words("本周", "This week"), ("dash_shared_levels_v1", "dash_shared_cells_v1"), _week)
REPORTS: Final = Leaf("reports", Words("报告", "Reports"), ("dash_shared_reports_v1",), _counts)
