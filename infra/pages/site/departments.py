"""How departments keep their clocks.

Belongs here: the page of departments. Does not: computing it (``transforms.duty``).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import polars as pl

from infra.pages.brief.labels import share
from infra.pages.site.blocks import Charts, Column, Facts, Leaf, Mark, Page, Table, Value, number
from infra.pages.site.charts import course
from transforms.words import Level, Words
from transforms.words.duty import FORMULAS, Measure, Part, Side


def _departments(facts: Facts) -> Page:
    """The page."""
    lede = Words(
        "考察部门，不涉及居民。预计逾期按下限定级；不足三十个时限、或部门间差异与偶然无异的，不定级。",
        "About departments, never about residents. Levels go by the lower bound of what may be missed; there is none under thirty clocks, "
        "nor where departments differ by no more than chance.",
    )
    return Page(lede, (_table(facts), _parts(facts), _measures(facts), _places(facts), _courses(facts)))


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
        Column(Part.OVERDUE_NOW.words.capital, numeric=True),
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


def _parts(facts: Facts) -> Table:
    head = ((Words("部门", "Department"), False), (Words("街道", "Subdistrict"), False), (Words("预计逾期", "Expected missed"), True))
    columns = (*(Column(words, numeric) for words, numeric in head), *(Column(part.words.capital, numeric=True) for part in Part))
    ordered = facts.last("dash_department_parts_v1").filter(pl.col("clocks") > 0).sort("department", "subdistrict")
    rows = tuple(
        (
            facts.names.department(row["department"]),
            facts.subdistrict(row["subdistrict"]),
            *(None if row[name] is None else share(row[name]) for name in ("missed_share", *(f"{part}_share" for part in Part))),
        )
        for row in ordered.iter_rows(named=True)
    )
    note = Words(
        "各项相加为预计逾期。借自其他：时限少的部门向其他街道与部门靠拢的部分。",
        "The parts add up to what is expected to be missed. Borrowed: as far as few clocks are drawn to other places and departments.",
    )
    return Table(Words("预计逾期的构成", "What the share is made of"), "dash_department_parts_v1", columns, rows, note)


def _measures(facts: Facts) -> Table:
    head = ("部门", "Department"), ("指标", "Measure"), ("四周", "Four weeks"), ("去年", "Year before"), ("比较", "Against it")
    columns = tuple(Column(Words(*words)) for words in head)
    # By their codes: nobody is before or behind another.
    shown = _in_order(facts.last("dash_department_measures_v1").filter(pl.col("side") == Side.ALL.value))
    both = zip(shown["department"], _figures(shown), _figures(shown, "_last_year"), strict=True)
    rows = tuple(
        (facts.names.department(code), now.measure.words.capital, now.shown, before.shown, now.against(before))
        for code, now, before in both
    )
    return Table(Words("工作情况", "How the work was done"), "dash_department_measures_v1", columns, rows, _formulas())


def _places(facts: Facts) -> Table:
    head = (
        ("部门", "Department"),
        ("标签", "Tag"),
        ("指标", "Measure"),
        ("有此标签", "With it"),
        ("无此标签", "Without"),
        ("比较", "Against them"),
    )
    columns = tuple(Column(Words(*words)) for words in head)
    shown = facts.last("dash_department_measures_v1")
    # Of few nothing is said, and a line for each tag of the district would bury the others.
    said = shown.filter(pl.col("value").is_not_null())
    tagged, others = (said.filter(pl.col("side") == side.value) for side in (Side.TAGGED, Side.OTHERS))
    both = _in_order(tagged.join(others, on=["department", "tag", "measure"], suffix="_others"))
    figures = zip(both["department"], both["tag"], _figures(both), _figures(both, "_others"), strict=True)
    rows = tuple(
        (facts.names.department(code), tag, here.measure.words.capital, here.shown, there.shown, here.against(there))
        for code, tag, here, there in figures
    )
    note = Words(
        "同一部门在有此标签的网格与其余网格的办理时间。区间重叠处不作比较。",
        "How long one department takes in cells that bear the tag and in the others. Where intervals overlap nothing is said.",
    )
    return Table(Words("老旧小区等与其他地方", "Tagged places against others"), "dash_department_measures_v1", columns, rows, note)


class _Figure(NamedTuple):
    """A figure with its interval, and the number that it is of."""

    measure: Measure
    n: int | None
    value: float | None
    low: float | None
    high: float | None

    @property
    def shown(self) -> str | None:
        """As people read it; nothing where there is none."""
        if self.n is None:
            return None
        if self.value is None:
            return f"– (n = {number(self.n)})"
        value, low, high = (None if each is None else self._written(each) for each in (self.value, self.low, self.high))
        return f"{value} (n = {number(self.n)})" if low is None else f"{value} ({low} … {high or '∞'}, n = {number(self.n)})"

    def _written(self, value: float) -> str | None:
        if self.measure in {Measure.DAYS_P50, Measure.DAYS_P90}:
            return number(value, 1)
        return number(value) if self.measure is Measure.BACKLOG else share(value)

    def against(self, other: _Figure) -> Words | None:
        """Which of two is greater; nothing is said where their intervals overlap or are not known."""
        if self.low is None or other.low is None:
            return None
        if other.high is not None and self.low > other.high:
            return Words("高于", "higher")
        if self.high is not None and self.high < other.low:
            return Words("低于", "lower")
        return Words("无明显差异", "no clear difference")


def _in_order(shown: pl.DataFrame) -> pl.DataFrame:
    order = {measure.value: place for place, measure in enumerate(Measure)}
    return shown.sort("department", "tag", pl.col("measure").replace_strict(order, return_dtype=pl.Int64))


def _figures(shown: pl.DataFrame, when: str = "") -> list[_Figure]:
    columns = (f"{name}{when}" for name in ("measured", "value", "value_low", "value_high"))
    return [_Figure(Measure(code), *figures) for code, *figures in shown.select("measure", *columns).iter_rows()]


def _formulas() -> Words:
    told = [(measure.words.capital, FORMULAS[measure]) for measure in Measure]
    before = Words(
        "最近四周到期；去年为此前 365 天；括号内为八成区间与件数。",
        "Fell due in the last four weeks; the 365 days before them; in brackets the 80 % interval and the number. ",
    )
    return Words(before.zh + "；".join(f"{m.zh}：{f.zh}" for m, f in told), before.en + "; ".join(f"{m.en}: {f.en}" for m, f in told))


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


_READ: Final = ("dash_departments_v1", "dash_department_parts_v1", "dash_department_measures_v1")
DEPARTMENTS: Final = Leaf("departments", Words("部门", "Departments"), _READ, _departments)
