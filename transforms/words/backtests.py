"""What a backtest compares with, leaves out, and groups its calibration by.

Belongs here: the codes. Does not: the baselines (``transforms.scoring.baselines``), the grades (``transforms.backtest``).
"""

from __future__ import annotations

from transforms.words.bilingual import Vocabulary
from transforms.words.reasons import NotScored


class Baseline(Vocabulary):
    """A forecast that every other one is measured against, the headline first."""

    SHRUNK_EWMA = "shrunk_ewma", "收缩 EWMA", "shrunk EWMA"
    LONG_RUN = "long_run", "长期均值", "long-run mean"
    KDE_365 = "kde_365", "KDE 365 天", "KDE, 365 days"
    LAST_PERIOD = "last_period", "上一期", "last period"


class Chance(Vocabulary):
    """A way of telling how likely an open clock is to be missed; ours first."""

    FORECAST = "forecast", "本系统", "ours"
    DEPARTMENT = "department", "部门上年", "department's last year"
    KIND = "kind", "事项上年", "kind's last year"
    HAZARD = "hazard", "风险回归", "hazard regression"


class LeftOut(Vocabulary):
    """Why a cell is not graded at an origin."""

    NOT_COVERED = "not_covered", NotScored.NOT_COVERED.words.zh, NotScored.NOT_COVERED.words.en
    NO_NUMBER = "no_number", "预测值无效", "the forecast is no number"
    WINDOW_NOT_OBSERVED = "window_not_observed", "窗口数据到达不足 90 %", "under 90 % of the window observed"


class Grouping(Vocabulary):
    """What expected and observed are added up by."""

    RANK = "rank", "按预测排名", "by forecast rank"
    LEVEL = "level", "按等级", "by level"
    SUBDISTRICT = "subdistrict", "按街道", "by subdistrict"
    QUARTER = "quarter", "按季度", "by quarter"
