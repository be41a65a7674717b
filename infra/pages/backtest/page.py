"""From a ``Report`` to one HTML page that needs no network and no script.

Belongs here: words and what each table shows. Does not: layout (``templates/``), pictures (``pictures``).
"""

from __future__ import annotations

from typing import Any, Final

from infra.pages.backtest import pictures
from infra.pages.brief.labels import LEVELS, Pair
from infra.pages.brief.render import environment
from transforms.backtest.calibration import Group
from transforms.backtest.grade import HEADLINE_AREA, SeriesGrade
from transforms.backtest.report import Report, SeriesReport
from transforms.schema import Level

BASELINES: Final = {
    "shrunk_ewma": Pair("收缩 EWMA", "Shrunk EWMA"),
    "long_run": Pair("长期均值", "Long-run mean"),
    "kde_365": Pair("KDE 365 天", "KDE, 365 days"),
    "last_period": Pair("上一期", "Last period"),
}
STANDINGS: Final = {
    "promoted": Pair("混合模型", "mixture"),
    "provisional": Pair("混合模型（试用：留出期不足 26）", "mixture, provisional: under 26 origins held out"),
    "incumbent": Pair("混合模型（沿用旧权重）", "mixture, incumbent weights kept"),
    "refused": Pair("收缩率（混合模型未通过）", "shrunk rate: mixture refused"),
    "learning": Pair("收缩率（历史不足）", "shrunk rate: too little history"),
}
LEFT_OUT: Final = {
    "not_covered": Pair("无数据源覆盖", "not covered by any source"),
    "window_not_observed": Pair("窗口数据到达不足 90 %", "under 90 % of the window observed"),
}
GROUPINGS: Final = {
    "rank": Pair("按预测排名", "By forecast rank"),
    "level": Pair("按等级", "By level"),
    "quarter": Pair("按季度", "By quarter"),
    "subdistrict": Pair("按街道", "By subdistrict"),
}
_RANKS: Final = {"top 1 %": "1 %", "1–5 %": "1–5 %", "5–20 %": "5–20 %", "rest": "> 20 %"}


def render(report: Report) -> str:
    """The whole page. Every value is escaped; nothing in it points outside the page."""
    return (
        environment("infra.pages.backtest")
        .get_template("report.html.j2")
        .render(
            report=report,
            baselines=BASELINES,
            series=[_series(s) for s in report.series],
            left_out=[(LEFT_OUT[code], sum(s.left_out.get(code, 0) for s in report.series)) for code in LEFT_OUT],
            signed=_signed,
            plus_minus=_plus_minus,
        )
    )


def _series(series: SeriesReport) -> dict[str, Any]:
    grade = series.grade
    return {
        "code": series.code,
        "name": Pair(series.name_zh, series.name_en),
        "standings": [(STANDINGS[code], number) for code, number in series.standings.items()],
        "left_out": sum(series.left_out.values()),
        "grade": grade,
        "headline": grade and grade.at(HEADLINE_AREA),
        "top": grade and next(g for g in grade.calibration["rank"] if g.name == "top 1 %"),
        "against": grade and [grade.over(name) for name in BASELINES],
        "pictures": grade and _pictures(grade),
    }


def _pictures(grade: SeriesGrade) -> list[tuple[Pair, Pair, Any]]:
    drawn = [
        (
            Pair("每期增益", "Gain by origin"),
            Pair("对收缩 EWMA，纳特/事件", "over shrunk EWMA, nats per event"),
            pictures.gains(grade.by_origin),
        ),
        (
            Pair("预期与实际", "Expected and observed"),
            Pair("线为预期，点为实际", "line: expected; dots: observed"),
            pictures.course(grade.by_origin),
        ),
        (Pair("概率积分变换", "PIT"), Pair("各柱相等即校准", "equal columns are calibrated"), pictures.pit(grade.pit)),
        (
            Pair("可靠性", "Reliability"),
            Pair("有任一事件的概率与比例", "probability of any event, and share"),
            pictures.reliability(grade.reliability),
        ),
    ]
    for grouping, title in GROUPINGS.items():
        groups = [Group(_group_name(grouping, g.name), *list(vars(g).values())[1:]) for g in grade.calibration[grouping]]
        drawn.append((title, Pair("预期 / 实际，± 2 标准误", "expected / observed, ± 2 standard errors"), pictures.ratios(groups)))
    return drawn


def _group_name(grouping: str, name: str) -> str:
    if grouping == "rank":
        return _RANKS[name]
    if grouping == "level":
        return " ".join(LEVELS[Level(name)]) if name in set(Level) else "–"
    return name


def _signed(value: float, digits: int = 3) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")


def _plus_minus(value: float | None, digits: int = 3) -> str:
    return "" if value is None else f"± {value:.{digits}f}"
