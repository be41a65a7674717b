"""Last night: the map, where risk is highest and why, how subdistricts stand; and one cell on the nights before.

Belongs here: the first page and the page of a cell. Does not: drawing (``templates/``), what the figures are (``infra.views``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from infra.pages.brief.geometry import draw, rings
from infra.pages.brief.model import CellShape
from infra.pages.site.blocks import Column, Facts, Histories, Leaf, Link, Map, Mark, Page, Place, Table, Value, number
from transforms.words import RESIDENTS, Category, Contribution, Level, State, Surge, Trend, Words

# A letter a night keeps the histories of ten thousand cells within what a phone loads.
LETTERS = {Level.BLUE: "b", Level.YELLOW: "y", Level.ORANGE: "o", Level.RED: "r"}
NO_LEVEL = "-"
CELL_PAGE = "cell.html"


def _last_night(facts: Facts) -> Page:
    """The first page."""
    blocks = (_map(facts), _top(facts), _standing(facts))
    told = Words("各级颜色为内部关注等级，不是对公众的预警。", "The colours are internal attention levels, not public warnings.")
    if facts.brief:
        told = Words(told.zh + "原因与变化见简报。", told.en + " The brief says why, and what moved.")
    return Page(told, blocks)


def _map(facts: Facts) -> Map:
    rows = facts.views["dash_map_v1"]
    return Map(
        Words("网格地图", "Map of cells"),
        "dash_map_v1",
        draw(shapes(rows, facts)),
        tuple(places(rows, tuple(Category))),
        tuple(Category),
        CELL_PAGE,
    )


def shapes(rows: pl.DataFrame, facts: Facts) -> list[CellShape]:
    """The outlines of cells, each once, sorted."""
    each = rows.unique("cell_id").sort("cell_id").select("cell_id", "cell_name", "subdistrict", "outline").iter_rows()
    nowhere = Words("", "")
    return [CellShape(cell, name or cell, facts.subdistrict(area) or nowhere, rings(outline)) for cell, name, area, outline in each]


def places(rows: pl.DataFrame, categories: Sequence[Category]) -> list[Place]:
    """How each cell stands, in the order of ``shapes``: by its level, else by its state."""
    stands: dict[str, dict[Category, str]] = {}
    names: dict[str, str] = {}
    for cell, name, category, level, state in rows.select("cell_id", "cell_name", "category", "level", "state").iter_rows():
        stands.setdefault(cell, {})[Category(category)] = level or state
        names[cell] = name or cell
    missing = State.NOT_SCORED.value
    return [Place(cell, names[cell], {c: stands[cell].get(c, missing) for c in categories}) for cell in sorted(stands)]


def _top(facts: Facts) -> Table:
    columns = (
        Column(Words("类别", "Category")),
        Column(Words("名次", "Place"), numeric=True),
        Column(Words("网格", "Cell")),
        Column(Words("街道", "Subdistrict")),
        Column(Words("等级", "Level")),
        Column(Words("分值", "Score"), numeric=True),
        Column(Words("原因，由主到次", "Causes, strongest first")),
    )
    order = {category.value: n for n, category in enumerate(RESIDENTS)}
    ranked = facts.views["dash_top_cells_v1"].sort(pl.col("category").replace_strict(order, default=9), "turn")
    rows: list[tuple[Value, ...]] = []
    for row in ranked.iter_rows(named=True):
        causes = [Contribution(row[name]).words for name in ("first_cause", "second_cause", "third_cause") if row[name]]
        if row["surge"]:
            causes.insert(0, Surge(row["surge"]).words)
        rows.append(
            (
                Category(row["category"]).words.capital,
                str(row["turn"]),
                Link(row["cell_name"] or row["cell_id"], f"{CELL_PAGE}#{row['cell_id']}"),
                facts.subdistrict(row["subdistrict"]),
                Mark(Level(row["level"])),
                number(row["score"]),
                Words("，".join(c.zh for c in causes), ", ".join(c.en for c in causes)),
            )
        )
    note = Words("九十天内报告不足十件的网格不显示分值。", "Cells with under ten reports in ninety days show no score.")
    return Table(Words("重点网格", "Top cells"), "dash_top_cells_v1", columns, tuple(rows), note)


def _standing(facts: Facts) -> Table:
    columns = (
        Column(Words("类别", "Category")),
        Column(Words("街道", "Subdistrict")),
        *(Column(level.words.capital, numeric=True) for level in reversed(Level)),
        Column(Words("预期危害", "Expected harm"), numeric=True),
        Column(Words("较四周前", "Against four weeks ago")),
    )
    rows: list[tuple[Value, ...]] = []
    for row in (
        facts.last("dash_trends_v1").sort("category", "is_whole", "subdistrict", descending=[False, True, False]).iter_rows(named=True)
    ):
        where = Words("全区", "Whole district") if row["is_whole"] else facts.subdistrict(row["subdistrict"])
        levels = [number(row[level.value]) for level in reversed(Level)]
        rows.append(
            (Category(row["category"]).words.capital, where, *levels, number(row["expected_harm"]), Trend(row["trend"]).words.capital)
        )
    return Table(Words("各街道", "Subdistricts"), "dash_trends_v1", columns, tuple(rows))


def _one_cell(facts: Facts) -> Page:
    """Every cell's levels on the nights that the views hold, for the reader to choose one."""
    levels = facts.views["dash_levels_v1"]
    nights = tuple(sorted(levels["night"].unique()))
    at = {night: n for n, night in enumerate(nights)}
    lines: dict[tuple[str, str], list[str]] = {}
    for night, category, cell, level in levels.select("night", "category", "cell_id", "level").iter_rows():
        line = lines.setdefault((cell, category), [NO_LEVEL] * len(nights))
        line[at[night]] = LETTERS[Level(level)] if level else NO_LEVEL
    empty = [NO_LEVEL] * len(nights)
    cells = facts.views["dash_map_v1"].unique("cell_id").sort("cell_id").select("cell_id", "cell_name", "subdistrict")
    told = tuple(
        (cell, name or cell, area or "", tuple("".join(lines.get((cell, c.value), empty)) for c in Category))
        for cell, name, area in cells.iter_rows()
    )
    title = Words("等级的经过", "Levels night by night")
    lede = Words("选一个网格，看它每一夜的等级。", "Choose a cell to see its level on each night.")
    return Page(lede, (Histories(title, "dash_levels_v1", nights, tuple(Category), told),))


LAST_NIGHT: Final = Leaf("index", Words("昨夜", "Last night"), ("dash_map_v1", "dash_top_cells_v1", "dash_trends_v1"), _last_night)
ONE_CELL: Final = Leaf("cell", Words("网格", "One cell"), ("dash_levels_v1", "dash_map_v1"), _one_cell)
