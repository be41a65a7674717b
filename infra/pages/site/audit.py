"""Where attention goes, against where people live.

Belongs here: the page of the audit. Does not: computing it (``dash_audit_v1``).
"""

from __future__ import annotations

from typing import Final

from infra.pages.brief.labels import share
from infra.pages.site.blocks import Column, Facts, Leaf, Page, Table, Value, number
from transforms.words import Words

# Of fewer alerts or visits in a whole district nothing follows.
_FEW: Final = 20


def _audit(facts: Facts) -> Page:
    """The page."""
    lede = Words(
        "人口与关注是否相称：住户、报告、橙红网格、预警与走访在各街道的占比。",
        "Whether attention goes where people live: each subdistrict's share of households, orange and red cells, alerts and visits.",
    )
    return Page(lede, (_table(facts),))


def _table(facts: Facts) -> Table:
    columns = (
        Column(Words("街道", "Subdistrict")),
        Column(Words("住户占比", "Households"), numeric=True),
        Column(Words("橙红网格占比", "Orange and red cells"), numeric=True),
        Column(Words("预警", "Alerts"), numeric=True),
        Column(Words("预警占比", "Share of alerts"), numeric=True),
        Column(Words("走访", "Visits"), numeric=True),
        Column(Words("走访占比", "Share of visits"), numeric=True),
        Column(Words("报告", "Reports"), numeric=True),
        Column(Words("巡查发现占比", "Found by inspection or patrol"), numeric=True),
        Column(Words("来源不明", "Nobody said who noticed"), numeric=True),
    )
    own = facts.last("dash_audit_v1").sort("subdistrict")
    few = {name: own[name].sum() < _FEW for name in ("alerts", "visits")}
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            facts.subdistrict(row["subdistrict"]),
            _share(row["household_share"]),
            _share(row["hot_share"]),
            number(row["alerts"]),
            None if few["alerts"] else _share(row["alert_share"]),
            number(row["visits"]),
            None if few["visits"] else _share(row["visit_share"]),
            number(row["reports"]),
            _share(row["inspection_share"]),
            number(row["by_unknown"]),
        )
        for row in own.iter_rows(named=True)
    )
    note = Words(
        f"近 28 天；全区预警或走访不足 {_FEW} 件时不列占比，差异多属偶然。占比高于住户未必不当，先看是否因为去得多才发现得多。",
        f"The last 28 days. With under {_FEW} alerts or visits in the whole district there is no share: it would differ by chance. "
        "More than the share of households may have good reasons; look first whether more is found because more people go there.",
    )
    return Table(Words("关注与住户", "Attention and households"), "dash_audit_v1", columns, rows, note)


def _share(value: float | None) -> str | None:
    return None if value is None else share(value)


AUDIT: Final = Leaf("audit", Words("公平", "Fairness"), ("dash_audit_v1",), _audit)
