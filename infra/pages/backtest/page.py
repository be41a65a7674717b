"""From a ``Report`` to one HTML page that needs no network and no script.

Belongs here: words and what each table shows. Does not: layout (``templates/``), pictures (``pictures``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from infra.pages.backtest import pictures
from infra.pages.brief.render import environment
from transforms.backtest.duty.grades import AgeGrade
from transforms.backtest.duty.report import DutyReport
from transforms.backtest.grade import HEADLINE_AREA, SeriesGrade
from transforms.backtest.report import Report, SeriesReport
from transforms.backtest.useful import Use
from transforms.duty.halves import Halves
from transforms.words import Baseline, Category, Grouping, LeftOut, Level, Standing, Words
from transforms.words.backtests import Chance

_RANKS: Final = {"top 1 %": "1 %", "1–5 %": "1–5 %", "5–20 %": "5–20 %", "rest": "> 20 %"}


def render(report: Report) -> str:
    """The whole page. Every value is escaped; nothing in it points outside the page."""
    return (
        environment("infra.pages.backtest")
        .get_template("report.html.j2")
        .render(
            report=report,
            baselines=Baseline,
            series=[_series(s, report.subdistricts) for s in report.series],
            left_out=[(why.words, sum(s.left_out.get(why, 0) for s in report.series)) for why in LeftOut],
            uses=[_use(u) for u in report.uses],
            duty=report.duty and _duty(report.duty),
            chances=[way for way in Chance if way is not Chance.FORECAST],
            signed=_signed,
            plus_minus=_plus_minus,
        )
    )


def _series(series: SeriesReport, subdistricts: Mapping[str, Words]) -> dict[str, object]:
    grade = series.grade
    return {
        "code": series.code,
        "name": Words(series.name_zh, series.name_en),
        "standings": [(Standing(code).words, number) for code, number in series.standings.items()],
        "left_out": sum(series.left_out.values()),
        "grade": grade,
        "headline": grade and grade.at(HEADLINE_AREA),
        "top": grade and next(g for g in grade.calibration["rank"] if g.name == "top 1 %"),
        "against": grade and [grade.over(name) for name in Baseline],
        "pictures": grade and _pictures(grade, subdistricts),
        "sums": _sums(series),
    }


def _use(use: Use) -> dict[str, object]:
    none = Words("无等级", "no level")
    levels = [(Level(own.level).words if own.level in set(Level) else none, own) for own in use.levels]
    return {"use": use, "name": Category(use.category).words, "levels": levels}


def _duty(duty: DutyReport) -> dict[str, object]:
    drawn = [
        (_age(grade), pictures.reliability([(b.chance, b.missed) for b in grade.reliability], f"Reliability at {grade.age:.0%}"))
        for grade in duty.ages
    ]
    return {
        "name": Category.POLITICAL.words.capital,
        "duty": duty,
        "ages": [(_age(grade), grade) for grade in duty.ages],
        "pictures": drawn,
        "halves": _halves(duty),
    }


def _age(grade: AgeGrade) -> Words:
    return Words(f"时限已过 {grade.age:.0%} 起", f"from {grade.age:.0%} of the clock on")


def _halves(duty: DutyReport) -> list[tuple[Words, Halves]]:
    """How reliable the shares are, by what they are of."""
    return [
        (Words("部门 × 街道，35 天", "department × subdistrict, 35 days"), duty.by_line),
        (Words("部门，一年", "department, a year"), duty.by_department),
    ]


def _sums(series: SeriesReport) -> Words | None:
    """How the intervals of totals held, and what another choice each month would have brought."""
    whole, parts, regret = series.district_total, series.subdistrict_totals, series.regret
    if whole is None or regret is None:
        return None
    inside = " / ".join(f"{held.randomised:.0%} {_plus_minus(held.se, 2)}".rstrip() for held in (whole, parts) if held)
    lost = f"{regret.mean:.4f} ({regret.worst_month}: {regret.worst:.4f}; {regret.best_months}/{regret.months})"
    return Words(
        f"80 % 区间覆盖（全区{' / 街道' if parts else ''}）{inside}；逐月择优之憾 {lost} 纳特/事件",
        f"80 % intervals of the district{' / of subdistricts' if parts else ''} hold {inside}; "
        f"regret of not choosing by month {lost} nats per event",
    )


def _pictures(grade: SeriesGrade, subdistricts: Mapping[str, Words]) -> list[tuple[Words, Words, Markup]]:
    drawn = [
        (
            Words("每期增益", "Gain by origin"),
            Words("对收缩 EWMA，纳特/事件", "over shrunk EWMA, nats per event"),
            pictures.gains(grade.by_origin),
        ),
        (
            Words("预期与实际", "Expected and observed"),
            Words("线为预期，点为实际", "line: expected; dots: observed"),
            pictures.course(grade.by_origin),
        ),
        (Words("概率积分变换", "PIT"), Words("各柱相等即校准", "equal columns are calibrated"), pictures.pit(grade.pit)),
        (
            Words("可靠性", "Reliability"),
            Words("有任一事件的概率与比例", "probability of any event, and share"),
            pictures.reliability([(b.probability, b.share) for b in grade.reliability]),
        ),
    ]
    for grouping in Grouping:
        groups = [(_group_name(grouping, g.name, subdistricts), g) for g in grade.calibration[grouping]]
        drawn.append(
            (grouping.words.capital, Words("预期 / 实际，± 2 标准误", "expected / observed, ± 2 standard errors"), pictures.ratios(groups))
        )
    return drawn


def _group_name(grouping: Grouping, name: str, subdistricts: Mapping[str, Words]) -> Words:
    if grouping is Grouping.RANK:
        return Words(_RANKS[name], _RANKS[name])
    if grouping is Grouping.LEVEL:
        return Level(name).words if name in set(Level) else Words("–", "–")
    return subdistricts.get(name, Words(name, name)) if grouping is Grouping.SUBDISTRICT else Words(name, name)


def _signed(value: float, digits: int = 3) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")


def _plus_minus(value: float | None, digits: int = 3) -> str:
    return "" if value is None else f"± {value:.{digits}f}"
