"""Whether the data of last night can be trusted, and whether forecasts were right.

Belongs here: the pages of data and of forecast quality. Does not: judging days (``transforms.panel.arrivals``), grading
(``transforms.backtest``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from infra.pages.site.blocks import Charts, Column, Facts, Leaf, Page, Strip, Table, Value, number
from infra.pages.site.charts import intervals
from transforms.words import RESIDENTS, DayState, Words
from transforms.words.feeds import FEEDS
from transforms.words.reasons import REASONS

STRIP_DAYS = 28


def _data(facts: Facts) -> Page:
    """The page of data."""
    lede = Words("没有数据不等于没有风险：缺的日子从不当作平静。", "No data is not no risk: what is missing is never read as quiet.")
    return Page(lede, (_sources(facts), _ledger(facts), _set_aside(facts)))


def _sources(facts: Facts) -> Table:
    columns = (
        Column(Words("数据源", "Source")),
        Column(Words("来源", "Feed")),
        Column(Words("最近完整日", "Last complete day")),
        Column(Words("最近交付", "Last delivery")),
        Column(Words(f"近 {STRIP_DAYS} 天", f"Last {STRIP_DAYS} days")),
    )
    days: dict[str, list[tuple[object, DayState]]] = {}
    for source, day, state in facts.views["dash_source_days_v1"].sort("source", "day").select("source", "day", "state").iter_rows():
        days.setdefault(source, []).append((day, DayState(state)))
    rows: list[tuple[Value, ...]] = []
    for row in facts.views["dash_sources_v1"].sort("source").iter_rows(named=True):
        strip = Strip(tuple(days.get(row["source"], [])[-STRIP_DAYS:]))  # type: ignore[arg-type]
        feed = FEEDS[row["feed"]].words.capital if row["feed"] else None
        last = str(row["last_complete_on"]) if row["last_complete_on"] else None
        rows.append((row["source"], feed, last, facts.at(row["last_delivery_at"]), strip))
    return Table(Words("数据源", "Sources"), "dash_sources_v1", columns, tuple(rows))


def _ledger(facts: Facts) -> Table:
    names = {
        "delivered": Words("交付", "Delivered"),
        "accepted": Words("采用", "Accepted"),
        "merged": Words("并入同一事件", "Merged"),
        "duplicate": Words("重复", "Duplicate"),
        "quarantined": Words("隔离", "Set aside"),
        "out_of_scope": Words("不在范围", "Out of scope"),
    }
    columns = (Column(Words("数据源", "Source")), *(Column(words, numeric=True) for words in names.values()))
    rows = facts.views["dash_sources_v1"].sort("source").iter_rows(named=True)
    lines = tuple((row["source"], *(number(row[name]) for name in names)) for row in rows)
    note = Words("交付 = 其余各项之和。", "Delivered is the sum of the others.")
    return Table(Words("账目，全部批次", "The ledger, all batches"), "dash_sources_v1", columns, lines, note)


def _set_aside(facts: Facts) -> Table:
    columns = (
        Column(Words("数据源", "Source")),
        Column(Words("原因", "Reason")),
        Column(Words("等待", "Waiting"), numeric=True),
        Column(Words("已补入", "Resolved"), numeric=True),
        Column(Words("过期未补", "Given up"), numeric=True),
    )
    rows: list[tuple[Value, ...]] = []
    for row in facts.views["dash_quarantine_v1"].sort("waiting", "source", "reason", descending=[True, False, False]).iter_rows(named=True):
        why = REASONS[row["reason"]].words if row["reason"] in REASONS else Words(row["reason"], row["reason"])
        rows.append((row["source"], why, number(row["waiting"]), number(row["resolved"]), number(row["expired"])))
    return Table(Words("隔离的行", "Rows set aside"), "dash_quarantine_v1", columns, tuple(rows))


def _quality(facts: Facts) -> Page:
    """The page of forecast quality."""
    lede = Words(
        "已发布的预测与实际相比；区间应当五次中四次命中。",
        "What was published against what came; the interval should hold four times in five.",
    )
    return Page(lede, (_charts(facts), _summary(facts)))


def _charts(facts: Facts) -> Charts:
    drawings = []
    for category in RESIDENTS:
        own = facts.views["dash_quality_v1"].filter(category=category.value).sort("night")
        points = list(own.select("night", "expected_low", "expected_high", "observed").iter_rows())
        drawings.append((category.words.capital, intervals(points, category.words.joined)))
    note = Words(
        "竖线为预测的八成区间，点为实际；空心点在区间之外。",
        "Bars are the 80 % interval that was forecast, dots what came; hollow ones lie outside.",
    )
    return Charts(Words("预期与实际", "Expected and observed"), "dash_quality_v1", tuple(drawings), note)


def _summary(facts: Facts) -> Table:
    columns = (
        Column(Words("类别", "Category")),
        Column(Words("已评夜数", "Nights graded"), numeric=True),
        Column(Words("预期", "Expected"), numeric=True),
        Column(Words("实际", "Observed"), numeric=True),
        Column(Words("区间命中", "Inside"), numeric=True),
        Column(Words("前 5 % 面积命中率", "Hit rate, top 5 % of the area"), numeric=True),
        Column(Words("相对随机", "Against chance"), numeric=True),
    )
    rows: list[tuple[Value, ...]] = []
    for category in RESIDENTS:
        own = facts.views["dash_quality_v1"].filter(category=category.value)
        if own.is_empty():
            continue
        sums = own.select(pl.col("expected", "observed").sum(), pl.col("is_inside", "hit_rate", "pai").mean()).row(0, named=True)
        inside, hits = (f"{sums[n]:.0%}" if sums[n] is not None else None for n in ("is_inside", "hit_rate"))
        rows.append(
            (
                category.words.capital,
                str(len(own)),
                number(sums["expected"]),
                number(sums["observed"]),
                inside,
                hits,
                number(sums["pai"], 1),
            )
        )
    return Table(Words("合计", "Together"), "dash_quality_v1", columns, tuple(rows))


DATA: Final = Leaf("data", Words("数据", "Data"), ("dash_sources_v1", "dash_source_days_v1", "dash_quarantine_v1"), _data)
QUALITY: Final = Leaf("quality", Words("预测", "Forecasts"), ("dash_quality_v1",), _quality)
