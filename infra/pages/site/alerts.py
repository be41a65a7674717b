"""Alerts that go on, how long it takes to act on them, today's work list and what came of visits.

Belongs here: the page of alerts and of the work list. Does not: acting on one (``flows.api``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from infra.pages.site.blocks import Block, Column, Facts, Leaf, Link, Mark, Page, Table, Value, number
from infra.pages.site.desk import Desk, Returns
from infra.pages.site.night import CELL_PAGE
from transforms.alerts.types import TYPES
from transforms.words import AlertState, Category, Chosen, Errand, Event, Level, Outcome, PartOfDay, Role, Words

_CELL = "cell"


def _alerts(facts: Facts) -> Page:
    """The page."""
    lede = Words(
        "在办预警、办理时长、今日巡查清单及其结果。", "Alerts that go on, how long acting takes, today's work list and what came of it."
    )
    alerts, visits = _to_do(facts)
    return Page(lede, (*alerts, _going_on(facts), _clocks(facts), *visits, _work_list(facts), _visits(facts)))


def _to_do(facts: Facts) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """What somebody who signed in may do about alerts and visits; nothing in a folder, where nobody has."""
    if facts.desk is None:
        return (), ()
    at, role = facts.at(facts.desk.at), facts.desk.role
    note = Words(f"{at} 时的情形；以{role.zh}身份办理。", f"As of {at}; you act as {role.en}.")
    told = Words("说了什么就记下什么；改口再点一次。", "What is said is recorded; press another one to correct it.")
    return (
        (Desk(Words("办理预警", "Act on alerts"), "dash_alerts_v1", facts.desk.asks, facts.desk.over, note),),
        (Returns(Words("反馈今日巡查", "Say what came of today's visits"), "dash_work_list_v1", facts.desk.visits, told),),
    )


def kind_of(code: str) -> Words:
    """What a type of alert is called; by its code where only a later version of the program knows it."""
    return TYPES[code].words.capital if code in TYPES else Words(code, code)


def _going_on(facts: Facts) -> Table:
    columns = (
        Column(Words("类型", "Type")),
        Column(Words("类别", "Category")),
        Column(Words("对象", "About")),
        Column(Words("街道", "Subdistrict")),
        Column(Words("等级", "Level")),
        Column(Words("状态", "State")),
        Column(Words("归谁", "In charge")),
        Column(Words("起于", "Since")),
        Column(Words("已几夜", "Nights"), numeric=True),
        Column(Words("待办时限", "Next due")),
    )
    on = facts.views["dash_alerts_v1"].filter(pl.col("is_going_on") == 1)
    severity = pl.col("level").replace_strict({level.value: n for n, level in enumerate(Level)}, default=-1, return_dtype=pl.Int64)
    rows: list[tuple[Value, ...]] = []
    for row in on.sort(severity, "opened_night", "alert_id", descending=[True, True, False]).iter_rows(named=True):
        about: Value = facts.names.subject(row["subject_kind"], row["subject"]).name
        if row["subject_kind"] == _CELL:
            about = Link(row["cell_name"] or row["subject"], f"{CELL_PAGE}#{row['subject']}")
        duty = row["category"] == Category.POLITICAL.value
        rows.append(
            (
                kind_of(row["type"]),
                Category(row["category"]).words.capital if row["category"] else None,
                about,
                facts.subdistrict(row["subdistrict"]),
                Mark(Level(row["level"]) if row["level"] else None, duty),
                AlertState(row["state"]).words.capital,
                Role(row["in_charge"]).words.capital,
                str(row["opened_night"]),
                number(row["nights"]),
                facts.at(row["next_due_at"]),
            )
        )
    return Table(Words("在办预警", "Alerts that go on"), "dash_alerts_v1", columns, tuple(rows))


def _clocks(facts: Facts) -> Table:
    columns = (
        Column(Words("月份", "Month")),
        Column(Words("类型", "Type")),
        Column(Words("预警", "Alerts"), numeric=True),
        Column(Event.ACKNOWLEDGED.words.capital, numeric=True),
        Column(Words("确认半数用时", "Half within, hours"), numeric=True),
        Column(Words("九成用时", "Nine in ten"), numeric=True),
        Column(Words("已处置", "Acted on"), numeric=True),
        Column(Words("处置半数用时", "Half within, hours"), numeric=True),
        Column(Words("九成用时", "Nine in ten"), numeric=True),
        Column(Words("上报", "Escalated"), numeric=True),
        Column(Words("查有实情", "Something was there"), numeric=True),
    )
    hours = ("p50_hours_to_acknowledge", "p90_hours_to_acknowledge", "p50_hours_to_act", "p90_hours_to_act")
    rows: list[tuple[Value, ...]] = []
    for row in facts.views["dash_alert_clocks_v1"].sort("month", "type", descending=[True, False]).iter_rows(named=True):
        half, most, acted_half, acted_most = (number(row[name], 1) for name in hours)
        found = None if row["found_share"] is None else f"{row['found_share']:.0%}"
        counts = number(row["rounds"]), number(row["acknowledged"])
        rows.append(
            (
                row["month"],
                kind_of(row["type"]),
                *counts,
                half,
                most,
                number(row["acted"]),
                acted_half,
                acted_most,
                number(row["escalated"]),
                found,
            )
        )
    note = Words(
        "钟表时间，夜间与周末计入；是否超时看上报。", "By the clock on the wall, nights and weekends included; what went up was too late."
    )
    return Table(Words("办理时长", "How long it takes"), "dash_alert_clocks_v1", columns, tuple(rows), note)


def _work_list(facts: Facts) -> Table:
    columns = (
        Column(Words("顺序", "Turn"), numeric=True),
        Column(Words("网格", "Cell")),
        Column(Words("街道", "Subdistrict")),
        Column(Words("来由", "Chosen")),
        Column(Words("事由", "Why")),
        Column(Words("时段", "When")),
        Column(Words("上次到访", "Last visit")),
    )
    rows: list[tuple[Value, ...]] = []
    for row in facts.last("dash_work_list_v1").sort("turn").iter_rows(named=True):
        why = [Errand(code).words for code in row["errands"].split()]
        rows.append(
            (
                str(row["turn"]),
                Link(row["cell_name"] or row["cell_id"], f"{CELL_PAGE}#{row['cell_id']}"),
                facts.subdistrict(row["subdistrict"]),
                Chosen(row["chosen"]).words.capital,
                Words("；".join(w.zh for w in why), "; ".join(w.en for w in why)),
                PartOfDay(row["part_of_day"]).words.capital if row["part_of_day"] else None,
                str(row["looked_on"]) if row["looked_on"] else Words("从未", "never"),
            )
        )
    return Table(Words("今日巡查清单", "Today's work list"), "dash_work_list_v1", columns, tuple(rows))


def _visits(facts: Facts) -> Table:
    outcomes = [None, *Outcome]
    columns = (
        Column(Words("来由", "Chosen")),
        *(Column(o.words.capital if o else Words("尚未反馈", "Not told yet"), numeric=True) for o in outcomes),
        Column(Words("查有实情", "Something was there"), numeric=True),
    )
    own = facts.last("dash_visits_v1")
    rows: list[tuple[Value, ...]] = []
    for chosen in Chosen:
        these = own.filter(chosen=chosen.value)
        found, not_found = (int(these.filter(pl.col(name) == 1)["visits"].sum()) for name in ("is_found", "is_not_found"))
        counts = [these.filter(pl.col("outcome").eq_missing(pl.lit(o.value if o else None)))["visits"].sum() for o in outcomes]
        share = f"{found / (found + not_found):.0%}" if found + not_found else None
        rows.append((chosen.words.capital, *(number(int(n)) for n in counts), share))
    note = Words("有目的去的比随机去的查得多，清单才有用。", "The list helps where more is found than at random.")
    return Table(Words("走访结果，28 天", "What came of visits, 28 days"), "dash_visits_v1", columns, tuple(rows), note)


_READ: Final = ("dash_alerts_v1", "dash_alert_clocks_v1", "dash_work_list_v1", "dash_visits_v1")
ALERTS: Final = Leaf("alerts", Words("预警与清单", "Alerts and work list"), _READ, _alerts)
