"""Why a row was set aside, why a batch was refused, why a cell has no score: every code the system can give, in one place.

Belongs here: codes with one plain sentence in Chinese and English. Does not: the checks that give them (``expectations.suites``,
``transforms.reports.privacy``, ``transforms.reports.mapping``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    """What a failed check does."""

    STOP = "stop"
    QUARANTINE = "quarantine"
    WARN = "warn"


@dataclass(frozen=True)
class Reason:
    """One reason code, the tier it acts on, and how it reads."""

    code: str
    tier: Tier
    zh: str
    en: str


_ALL = (
    # A batch that cannot be used at all.
    Reason("file_unreadable", Tier.STOP, "文件无法读取", "the file cannot be read as its declared format"),
    Reason("file_encoding", Tier.STOP, "文件编码与声明不符", "the file is not in its declared encoding"),
    Reason("file_too_large", Tier.STOP, "文件过大", "the file is larger than can be taken in at once"),
    Reason("archive_unsafe", Tier.STOP, "压缩包不安全", "the archive is made to do harm, or holds another archive"),
    Reason("source_unreachable", Tier.STOP, "数据源无法访问", "the place where the source's files lie cannot be reached"),
    Reason("file_empty", Tier.STOP, "文件为空", "the file is empty"),
    Reason("no_rows", Tier.STOP, "只有表头,没有数据", "the file has a header and no rows"),
    Reason("column_missing", Tier.STOP, "缺少声明的列", "a declared column is missing"),
    Reason("column_personal", Tier.STOP, "列名含个人信息", "a declared column is named like personal data"),
    Reason("column_undeclared_stop", Tier.STOP, "出现未声明的列", "an undeclared column is present and the source refuses those"),
    Reason("personal_values", Tier.STOP, "某列多于1%的值疑似个人信息", "more than 1 % of a column looks like personal data"),
    Reason("rows_below_floor", Tier.STOP, "行数低于下限", "fewer rows than the source promises"),
    Reason("rows_far_below_usual", Tier.STOP, "行数远低于同期", "far fewer rows than on other such days"),
    Reason("quarantine_share", Tier.STOP, "被隔离的行过多", "too large a share of the rows would be quarantined"),
    Reason("datum_wrong", Tier.STOP, "坐标系与声明不符", "the places fit another map datum clearly better than the declared one"),
    Reason("check_failed_to_run", Tier.STOP, "校验无法执行", "a check could not run"),
    # A table of our own that must not be stored or published.
    Reason("output_incomplete", Tier.STOP, "结果不完整", "cells or columns are missing from the result"),
    Reason("output_repeated", Tier.STOP, "结果有重复行", "a row of the result stands twice"),
    Reason("output_unknown_code", Tier.STOP, "结果含未知代码", "the result holds a code that is in no list"),
    Reason("output_out_of_range", Tier.STOP, "结果数值超出范围", "a number of the result lies outside its range"),
    Reason("output_contradicts", Tier.STOP, "结果自相矛盾", "columns of the result contradict each other"),
    Reason("contributions_unequal", Tier.STOP, "各项贡献之和与总量不符", "the contributions do not add up to the expected harm"),
    Reason("level_jump", Tier.STOP, "等级占比骤变且无解释", "the share of a level jumped against 28 nights, and nothing explains it"),
    # A row that is set aside.
    Reason("personal_value", Tier.QUARANTINE, "疑似个人信息", "a value looks like personal data; it was not stored"),
    Reason("key_missing", Tier.QUARANTINE, "缺少编号", "the key is empty"),
    Reason("key_conflict", Tier.QUARANTINE, "同一批次内同一编号内容不一致", "one key carries two contents in one batch"),
    Reason("time_missing", Tier.QUARANTINE, "缺少时间", "the time is empty"),
    Reason("time_unreadable", Tier.QUARANTINE, "时间无法识别", "the time is in none of the declared formats"),
    Reason("time_out_of_range", Tier.QUARANTINE, "时间超出合理范围", "the time lies before the source began or in the future"),
    Reason("time_order", Tier.QUARANTINE, "时间顺序矛盾", "the times contradict each other"),
    Reason("deadline_implausible", Tier.QUARANTINE, "期限相差十年以上", "the deadline lies more than ten years from the report"),
    Reason("kind_missing", Tier.QUARANTINE, "缺少类别", "the kind is empty"),
    Reason("kind_unknown", Tier.QUARANTINE, "类别不在代码表中", "the kind is in no codelist"),
    Reason("severity_invalid", Tier.QUARANTINE, "等级无效", "the severity is not 1 to 4"),
    Reason("status_unknown", Tier.QUARANTINE, "状态不在代码表中", "the status is in no codelist"),
    Reason("coordinates_missing", Tier.QUARANTINE, "缺少坐标", "the coordinates are empty"),
    Reason("coordinates_impossible", Tier.QUARANTINE, "坐标无效", "the coordinates cannot be read or lie off the globe"),
    Reason("outside_district", Tier.QUARANTINE, "位于辖区之外", "the place lies in no cell of the district"),
    Reason("zone_unknown", Tier.QUARANTINE, "网格编码不存在", "the zone code is in no list"),
    # Something to look at that stops nothing.
    Reason("column_undeclared", Tier.WARN, "出现未声明的列(未读取)", "an undeclared column is present; it was not read"),
    Reason("rows_above_usual", Tier.WARN, "行数高于同期", "far more rows than on other such days"),
    Reason("not_fresh", Tier.WARN, "数据比平常陈旧", "the newest report is older than usual"),
    Reason("share_missing", Tier.WARN, "缺失值多于平常", "a larger share of the column is empty than usual"),
    Reason("kind_drift", Tier.WARN, "类别构成与平常不同", "the mixture of kinds differs from the usual one"),
    Reason("hour_drift", Tier.WARN, "时段分布与平常不同", "the hours of the day differ from the usual ones"),
    Reason("cell_drift", Tier.WARN, "网格分布与平常不同", "many reports lie in cells that this source never reported from"),
    Reason("column_constant", Tier.WARN, "整列只有一个值", "the column holds a single value"),
    Reason("point_pile", Tier.WARN, "大量坐标落在同一点", "many rows lie on one point, as where a system writes a fallback"),
    Reason("midnight_spike", Tier.WARN, "大量时间为零点整", "many times are exactly midnight, as where only the date is known"),
    Reason("month_start_spike", Tier.WARN, "大量日期为每月一日", "many dates are the first of a month, as where the day is unknown"),
    Reason("byte_order_mark", Tier.WARN, "文件带有字节序标记", "the file starts with a byte order mark"),
    Reason("department_missing", Tier.WARN, "缺少责任部门", "the department is empty"),
    Reason("discovery_unknown", Tier.WARN, "发现渠道未知", "how it was discovered is unknown"),
)

REASONS: dict[str, Reason] = {reason.code: reason for reason in _ALL}


@dataclass(frozen=True)
class NotScored:
    """Why a cell carries no score in a category."""

    code: str
    zh: str
    en: str


NOT_SCORED: dict[str, NotScored] = {
    r.code: r
    for r in (
        NotScored("not_covered", "无数据覆盖", "no source covers this cell"),
        NotScored("stale", "数据源长期中断", "the sources of this category have been silent for too long"),
        NotScored("no_clocks", "近期无时限事项", "no duty clock fell due here in the last 28 days"),
        NotScored("no_series", "本区未配置", "the district declares no series for this category"),
    )
}
