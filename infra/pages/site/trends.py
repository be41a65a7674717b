"""How subdistricts develop, and at which part of the day it happens.

Belongs here: the page of trends. Does not: deciding what rises (``dash_trends_v1``).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from infra.pages.brief.labels import signed_share
from infra.pages.site.blocks import Charts, Column, Facts, Leaf, Page, Table, Value, number
from infra.pages.site.charts import course
from transforms.words import RESIDENTS, Category, PartOfDay, Trend, Words


def _trends(facts: Facts) -> Page:
    """The page."""
    lede = Words(
        "走势看预期危害，不看名次：升或降，是指超出四周前预测的八成区间。",
        "Trends go by expected harm, not by rank: rising or falling is beyond the 80 % interval that was forecast four weeks ago.",
    )
    return Page(lede, (_table(facts), _courses(facts), _hot(facts), _parts(facts)))


def _table(facts: Facts) -> Table:
    columns = (
        Column(Words("类别", "Category")),
        Column(Words("街道", "Subdistrict")),
        Column(Words("预期危害", "Expected harm"), numeric=True),
        Column(Words("四周变化", "Four weeks"), numeric=True),
        Column(Words("走势", "Trend")),
        Column(Words("较去年", "Last year"), numeric=True),
        Column(Words("报告，28 天", "Reports, 28 days"), numeric=True),
        Column(Words("其中居民反映", "By residents"), numeric=True),
        Column(Words("报告较去年", "Reports, last year"), numeric=True),
    )
    rows: list[tuple[Value, ...]] = []
    for row in (
        facts.last("dash_trends_v1").sort("category", "is_whole", "subdistrict", descending=[False, True, False]).iter_rows(named=True)
    ):
        where = Words("全区", "Whole district") if row["is_whole"] else facts.subdistrict(row["subdistrict"])
        rows.append(
            (
                Category(row["category"]).words.capital,
                where,
                number(row["expected_harm"]),
                _signed(row["change"]),
                Trend(row["trend"]).words.capital,
                _signed(row["change_last_year"]),
                number(row["reports"]),
                number(row["by_residents"]),
                _signed(row["reports_change_last_year"]),
            )
        )
    return Table(Words("各街道走势", "Trends of subdistricts"), "dash_trends_v1", columns, tuple(rows))


def _signed(value: float | None) -> str | None:
    return None if value is None else signed_share(value)


def _of_district(facts: Facts, category: Category) -> pl.DataFrame:
    return facts.views["dash_trends_v1"].filter(pl.col("is_whole") == 1, category=category.value).sort("night")


def _courses(facts: Facts) -> Charts:
    drawings = []
    for category in RESIDENTS:
        points = list(_of_district(facts, category).select("night", "expected_harm").iter_rows())
        drawings.append((category.words.capital, course(points, category.words.joined)))
    return Charts(Words("全区预期危害", "Expected harm, whole district"), "dash_trends_v1", tuple(drawings))


def _hot(facts: Facts) -> Charts:
    drawings = []
    for category in RESIDENTS:
        own = _of_district(facts, category)
        share = pl.when(pl.col("scored") > 0).then(100 * (pl.col("orange") + pl.col("red")) / pl.col("scored"))
        points = list(own.select("night", share).iter_rows())
        drawings.append((category.words.capital, course(points, category.words.joined, _breaks(own))))
    note = Words(
        "参考分布更换之处断开：前后不是同一把尺。", "Broken where the reference changed: before and after are measured differently."
    )
    return Charts(Words("橙红网格占比，百分数", "Cells orange or red, per cent"), "dash_trends_v1", tuple(drawings), note)


def _breaks(own: pl.DataFrame) -> set[dt.date]:
    changed = own.filter(pl.col("reference_version") != pl.col("reference_version").shift(1))
    return set(changed["night"])


def _parts(facts: Facts) -> Table:
    parts = list(PartOfDay)
    columns = (Column(Words("类别", "Category")), *(Column(part.words.capital, numeric=True) for part in parts))
    own = facts.last("dash_reports_v1").group_by("category", "part_of_day").agg(pl.col("reports").sum())
    counts = {(category, part): reports for category, part, reports in own.iter_rows()}
    rows = tuple((c.words.capital, *(number(counts.get((c.value, part.value), 0)) for part in parts)) for c in RESIDENTS)
    return Table(Words("一天中的时段，28 天", "Parts of the day, 28 days"), "dash_reports_v1", columns, rows)


TRENDS: Final = Leaf("trends", Words("走势", "Trends"), ("dash_trends_v1", "dash_reports_v1"), _trends)
