"""Why a row was set aside, why a batch was refused, why a cell has no score: every code the system can give, in one place.

Belongs here: codes with one plain sentence in Chinese and English. Does not: the checks that give them (``expectations.suites``,
``transforms.reports.privacy``, ``transforms.reports.mapping``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from transforms.words.bilingual import Vocabulary, Words


class Tier(Vocabulary):
    """What a failed check does."""

    STOP = "stop", "停止", "stop"
    QUARANTINE = "quarantine", "隔离", "quarantine"
    WARN = "warn", "提示", "warn"


@dataclass(frozen=True)
class Reason:
    """One reason code, the tier it acts on, and how it reads."""

    code: str
    tier: Tier
    words: Words


def _of(tier: Tier, *rows: tuple[str, str, str]) -> Iterator[Reason]:
    return (Reason(code, tier, Words(zh, en)) for code, zh, en in rows)


REASONS: Final[Mapping[str, Reason]] = {
    reason.code: reason
    for reason in (
        # A batch that cannot be used at all.
        *_of(
            Tier.STOP,
            ("file_unreadable", "文件无法读取", "the file cannot be read as its declared format"),
            ("file_not_there", "文件已不在", "the file is not there any more"),
            ("file_no_rights", "无权读取文件", "this user may not read the file"),
            ("file_damaged", "磁盘无法读出文件", "the disk does not give the file's bytes"),
            ("file_encoding", "文件编码与声明不符", "the file is not in its declared encoding"),
            ("file_too_large", "文件过大", "the file is larger than can be taken in at once"),
            ("file_over_limit", "读取超出限额", "reading the file takes more memory, time, rows or cells than one file may"),
            ("archive_unsafe", "压缩包不安全", "the archive is made to do harm, or holds another archive"),
            ("source_unreachable", "数据源无法访问", "the place where the source's files lie cannot be reached"),
            ("source_refused", "数据源拒绝访问", "the live source refuses to be asked, as for want of a token"),
            ("source_answer", "数据源答非所问", "the live source answers with something else than what was asked for"),
            ("source_incomplete", "数据源分页不完整", "the pages of the live source repeat or skip rows"),
            ("source_shrunk", "数据源骤减", "so much is gone from what the source delivers whole that the delivery is likelier at fault"),
            ("source_quota", "数据源请求次数用尽", "the live source may not be asked again today"),
            ("file_empty", "文件为空", "the file is empty"),
            ("no_rows", "只有表头,没有数据", "the file has a header and no rows"),
            ("column_missing", "缺少声明的列", "a declared column is missing"),
            ("column_personal", "列名含个人信息", "a declared column is named like personal data"),
            ("column_undeclared_stop", "出现未声明的列", "an undeclared column is present and the source refuses those"),
            ("personal_values", "某列多于1%的值疑似个人信息", "more than 1 % of a column looks like personal data"),
            ("key_rounded", "编号被截成科学计数法", "numbers of reports were rounded, as spreadsheets write long ones"),
            ("key_reused", "编号重复用于不同事件", "the key does not tell reports apart"),
            ("scope_empty", "没有一行属于该来源", "no row passes the filter of the source, and some always did"),
            ("rows_below_floor", "行数低于下限", "fewer rows than the source promises"),
            ("rows_far_below_usual", "行数远低于同期", "far fewer rows than on other such days"),
            ("quarantine_share", "被隔离的行过多", "too large a share of the rows would be quarantined"),
            ("datum_wrong", "坐标系与声明不符", "the places fit another map datum clearly better than the declared one"),
            ("axes_exchanged", "经纬度颠倒", "longitude and latitude stand in each other's place"),
            ("sign_lost", "经纬度缺负号", "longitude or latitude lost the minus sign of the west or the south"),
            ("check_failed_to_run", "校验无法执行", "a check could not run"),
        ),
        # A table of our own that must not be stored or published.
        *_of(
            Tier.STOP,
            ("output_incomplete", "结果不完整", "cells or columns are missing from the result"),
            ("output_repeated", "结果有重复行", "a row of the result stands twice"),
            ("output_unknown_code", "结果含未知代码", "the result holds a code that is in no list"),
            ("output_out_of_range", "结果数值超出范围", "a number of the result lies outside its range"),
            ("output_contradicts", "结果自相矛盾", "columns of the result contradict each other"),
            ("contributions_unequal", "各项贡献之和与总量不符", "the contributions do not add up to the expected harm"),
            ("level_jump", "等级占比骤变且无解释", "the share of a level jumped against 28 nights, and nothing explains it"),
        ),
        # A row that is set aside.
        *_of(
            Tier.QUARANTINE,
            ("personal_value", "疑似个人信息", "a value looks like personal data; it was not stored"),
            ("row_ragged", "行的列数不符", "the line has another number of values than the header"),
            ("row_no_report", "合计、页脚或重复的表头", "the row is a total, a note below the table or the header once more"),
            ("key_control", "编号含控制字符", "the key holds a control character: damage, and nobody knows which report is meant"),
            ("key_missing", "缺少编号", "the key is empty"),
            ("key_conflict", "同一批次内同一编号内容不一致", "one key carries two contents in one batch"),
            ("time_missing", "缺少时间", "the time is empty"),
            ("time_unreadable", "时间无法识别", "the time is in none of the declared formats"),
            ("time_out_of_range", "时间超出合理范围", "the time lies before the source began or in the future"),
            ("time_order", "时间顺序矛盾", "the times contradict each other"),
            ("deadline_implausible", "期限相差十年以上", "the deadline lies more than ten years from the report"),
            ("kind_missing", "缺少类别", "the kind is empty"),
            ("kind_unknown", "类别不在代码表中", "the kind is in no codelist"),
            ("severity_invalid", "等级无效", "the severity is not 1 to 4"),
            ("count_invalid", "件数无效", "the number of incidents is no number from 1 on"),
            ("status_unknown", "状态不在代码表中", "the status is in no codelist"),
            ("coordinates_missing", "缺少坐标", "the coordinates are empty"),
            ("coordinates_impossible", "坐标无效", "the coordinates cannot be read or lie off the globe"),
            ("outside_district", "位于辖区之外", "the place lies in no cell of the district"),
            ("zone_unknown", "网格编码不存在", "the zone code is in no list"),
        ),
        # Something to look at that stops nothing.
        *_of(
            Tier.WARN,
            ("column_undeclared", "出现未声明的列(未读取)", "an undeclared column is present; it was not read"),
            ("rows_above_usual", "行数高于同期", "far more rows than on other such days"),
            ("not_fresh", "数据比平常陈旧", "the newest report is older than usual"),
            ("share_missing", "缺失值多于平常", "a larger share of the column is empty than usual"),
            ("kind_drift", "类别构成与平常不同", "the mixture of kinds differs from the usual one"),
            ("hour_drift", "时段分布与平常不同", "the hours of the day differ from the usual ones"),
            ("cell_drift", "网格分布与平常不同", "many reports lie in cells that this source never reported from"),
            ("column_constant", "整列只有一个值", "the column holds a single value"),
            ("point_pile", "大量坐标落在同一点", "many rows lie on one point, as where a system writes a fallback"),
            ("midnight_spike", "大量时间为零点整", "many times are exactly midnight, as where only the date is known"),
            ("month_start_spike", "大量日期为每月一日", "many dates are the first of a month, as where the day is unknown"),
            ("time_two_days", "时间可读作两个日期", "times can be read as two different days by the declared formats"),
            ("delivery_late", "比已入库的批次更旧", "the delivery is older than one that came before it"),
            ("order_unsure", "文件先后不明", "which of the files that lie there is the newer one is not certain"),
            ("report_erased", "报告已被删除,不再读入", "rows are of reports that were erased; they were left out"),
            ("byte_order_mark", "文件带有字节序标记", "the file starts with a byte order mark"),
            ("department_missing", "缺少责任部门", "the department is empty"),
            ("department_unknown", "部门不在代码表中", "the department is in no codelist"),
            ("premises_unknown", "场所不在场所名录中", "rows name premises that are not in the register"),
            ("discovery_unknown", "发现渠道未知", "how it was discovered is unknown"),
        ),
    )
}

# Why a file was refused of which not a byte was seen: only another try tells whether it still is so.
UNREAD: Final = frozenset(
    {
        *("file_not_there", "file_no_rights", "file_damaged"),
        *("source_unreachable", "source_refused", "source_answer", "source_incomplete", "source_quota"),
    }
)


class NotScored(Vocabulary):
    """Why a cell carries no score in a category."""

    NOT_COVERED = "not_covered", "无数据覆盖", "no source covers this cell"
    STALE = "stale", "数据源长期中断", "a source of this category has been silent for too long"
    NO_CLOCKS = "no_clocks", "近期无时限事项", "no duty clock falls due here in these 35 days"
    FEW_CLOCKS = "few_clocks", "时限事项不足三十件", "no department has thirty duty clocks here in these 35 days"
    MERE_CHANCE = "mere_chance", "部门间差异与偶然无异", "departments differ by no more than chance"
    NO_SERIES = "no_series", "本区未配置", "the district declares no series for this category"
    NO_SOURCE = "no_source", "无数据源", "no source tells of any kind that this category is made of"
