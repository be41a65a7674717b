"""Nights before: which were published again and why, backfills, runs.

Belongs here: the page of past nights. Does not: replaying one (``flows.nights.replay``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from infra.pages.site.blocks import Column, Facts, Leaf, Page, Table, Value, number
from transforms.words import Words
from transforms.words.backfills import BackfillReason

_NIGHTS = 60


def _past(facts: Facts) -> Page:
    """The page."""
    lede = Words(
        "每一夜都可按当时所知重现；改过的夜次留有版次与理由。",
        "Every night can be replayed from what was known; what was changed keeps its revisions and reasons.",
    )
    return Page(lede, (_backfills(facts), _revisions(facts), _runs(facts)))


def _why(code: str | None) -> Words | None:
    if code is None:
        return None
    return BackfillReason(code).words.capital if code in set(BackfillReason) else Words(code, code)


def _backfills(facts: Facts) -> Table:
    columns = (
        Column(Words("起于", "Begun")),
        Column(Words("理由", "Reason")),
        Column(Words("首夜", "First night")),
        Column(Words("末夜", "Last night")),
        Column(Words("夜数", "Nights"), numeric=True),
        Column(Words("有变", "Changed"), numeric=True),
        Column(Words("失败", "Failed"), numeric=True),
        Column(Words("变动行", "Rows changed"), numeric=True),
    )
    rows: list[tuple[Value, ...]] = [
        (
            facts.at(row["started_at"]),
            _why(row["reason"]),
            str(row["first_night"]),
            str(row["last_night"]),
            *(number(row[name]) for name in ("nights", "nights_changed", "nights_failed", "rows_changed")),
        )
        for row in facts.views["dash_backfills_v1"].sort("started_at", descending=True).iter_rows(named=True)
    ]
    return Table(Words("补跑", "Backfills"), "dash_backfills_v1", columns, tuple(rows))


def _revisions(facts: Facts) -> Table:
    columns = (
        Column(Words("夜", "Night")),
        Column(Words("版次", "Revision"), numeric=True),
        Column(Words("数据截至", "As of")),
        Column(Words("发布", "Published")),
        Column(Words("理由", "Reason")),
        Column(Words("变动行", "Rows changed"), numeric=True),
        Column(Words("状态", "Stands")),
    )
    again = facts.views["dash_revisions_v1"].filter((pl.col("revision").max().over("night") > 1) | (pl.col("is_retracted") == 1))
    rows: list[tuple[Value, ...]] = []
    for row in again.sort("night", "revision", descending=True).iter_rows(named=True):
        stands = (
            Words("已撤回", "taken back")
            if row["is_retracted"]
            else Words("现行", "stands")
            if row["is_latest"]
            else Words("已替代", "replaced")
        )
        moments = facts.at(row["as_of"]), facts.at(row["published_at"])
        rows.append((str(row["night"]), str(row["revision"]), *moments, _why(row["reason"]), number(row["rows_changed"]), stands))
    return Table(Words("改过的夜次", "Nights that were published again"), "dash_revisions_v1", columns, tuple(rows))


def _runs(facts: Facts) -> Table:
    columns = (
        Column(Words("夜", "Night")),
        Column(Words("运行", "Run")),
        Column(Words("结果", "Status")),
        Column(Words("开始", "Begun")),
        Column(Words("秒", "Seconds"), numeric=True),
        Column(Words("行数", "Rows"), numeric=True),
        Column(Words("变动行", "Rows changed"), numeric=True),
    )
    status = {"ok": Words("已发布", "published"), "unchanged": Words("无变化", "unchanged"), "failed": Words("失败", "failed")}
    rows: list[tuple[Value, ...]] = [
        (
            str(row["night"]),
            row["run_id"],
            status.get(row["status"], Words(row["status"], row["status"])),
            facts.at(row["started_at"]),
            number(row["seconds"], 1),
            number(row["rows_total"]),
            number(row["rows_changed"]),
        )
        for row in facts.views["dash_runs_v1"].sort("started_at", "night", descending=True).head(_NIGHTS).iter_rows(named=True)
    ]
    return Table(Words("最近的运行", "Latest runs"), "dash_runs_v1", columns, tuple(rows))


PAST: Final = Leaf("nights", Words("往夜", "Past nights"), ("dash_backfills_v1", "dash_revisions_v1", "dash_runs_v1"), _past)
