"""How departments keep their clocks.

Belongs here: the page of departments. Does not: computing it (``transforms.duty``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from infra.pages.brief.labels import share
from infra.pages.site.blocks import Charts, Column, Facts, Leaf, Mark, Page, Table, Value, number
from infra.pages.site.charts import course
from transforms.words import Level, Words


def _departments(facts: Facts) -> Page:
    """The page."""
    lede = Words(
        "考察部门，不涉及居民。预计逾期按下限定级；不足三十个时限、或部门间差异与偶然无异的，不定级。",
        "About departments, never about residents. Levels go by the lower bound of what may be missed; there is none under thirty clocks, "
        "nor where departments differ by no more than chance.",
    )
    return Page(lede, (_table(facts), _courses(facts)))


def _table(facts: Facts) -> Table:
    columns = (
        Column(Words("部门", "Department")),
        Column(Words("街道", "Subdistrict")),
        Column(Words("等级", "Level")),
        Column(Words("预计按时", "Expected on time"), numeric=True),
        Column(Words("预计逾期", "Expected missed"), numeric=True),
        Column(Words("至少", "At least"), numeric=True),
        Column(Words("时限数", "Clocks"), numeric=True),
        Column(Words("已逾期", "Missed"), numeric=True),
        Column(Words("逾期未结", "Overdue now"), numeric=True),
        Column(Words("平均超期天数", "Mean days over"), numeric=True),
        Column(Words("重开", "Reopened"), numeric=True),
        Column(Words("未经确认", "Unconfirmed"), numeric=True),
    )
    # By their codes, not by how they stand: where intervals overlap nobody is before or behind another.
    ordered = facts.last("dash_departments_v1").sort("department", "subdistrict")
    rows: list[tuple[Value, ...]] = []
    for row in ordered.iter_rows(named=True):
        shares = [None if row[n] is None else share(row[n]) for n in ("kept_share", "missed_share", "missed_share_low")]
        counts = [number(row[n]) for n in ("clocks", "breached", "overdue")]
        rows.append(
            (
                facts.names.department(row["department"]),
                facts.subdistrict(row["subdistrict"]),
                Mark(Level(row["level"]) if row["level"] else None, duty=True),
                *shares,
                *counts,
                number(row["overdue_days"], 1),
                number(row["reopens"]),
                number(row["unconfirmed"]),
            )
        )
    return Table(Words("部门与街道", "Departments in subdistricts"), "dash_departments_v1", columns, tuple(rows))


def _courses(facts: Facts) -> Charts:
    rows = facts.views["dash_departments_v1"].filter(pl.col("clocks") > 0)
    weighed = rows.group_by("department", "night").agg(
        missed=100 * (pl.col("missed_share") * pl.col("clocks")).sum() / pl.col("clocks").sum()
    )
    drawings = []
    for (code,), own in weighed.sort("department", "night").group_by("department", maintain_order=True):
        name = facts.names.department(str(code))
        drawings.append((name, course(list(own.select("night", "missed").iter_rows()), name.joined)))
    title = Words("预计逾期，百分数，按时限数加权", "Expected to be missed, per cent, weighed by clocks")
    return Charts(title, "dash_departments_v1", tuple(drawings))


DEPARTMENTS: Final = Leaf("departments", Words("部门", "Departments"), ("dash_departments_v1",), _departments)
