"""What is expected of a delivered batch: one suite per source, made of blocks that every feed shares and what its feed asks for.

Belongs here: which checks a source has to pass, in which order, and what a failure does. Does not: running them (``judge``), reason codes
(``transforms.words.reasons``), what is unusual about a batch as a whole (``patterns``), whether a point lies in the district
(``transforms.grids`` decides that when it locates).

The order is the order of the report: a row that fails several checks is given the first one's reason. Later checks rely on it: a null
``occurred_at`` reads as "unreadable" because rows without any text were already named "missing".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Final

from expectations.crossing import FUTURE_TOLERANCE
from expectations.questions import Between, Check, HasColumns, NotBefore, OneOf, Present, RowCount, Unique
from transforms.district.declaration import District
from transforms.district.source import Source
from transforms.schema import CANDIDATES
from transforms.words import Status, Words
from transforms.words.feeds import FEEDS, InCharge

EARLIEST: Final = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
# A discovery channel that is unknown in more than half of the rows makes the audit of discovery worthless.
DISCOVERY_KNOWN_SHARE: Final = 0.5
# No duty takes ten years: a deadline further away is what systems write for "none", and a clock that can never be missed.
FARTHEST_DEADLINE_DAYS: Final = 3652.0


def candidate_checks(source: Source, district: District, *, known_zones: Collection[str] | None, now: dt.datetime) -> tuple[Check, ...]:
    """The suite for one batch of candidates.

    Args:
        source: what the source declares; a check on a column that it does not have is left out.
        district: kinds and their feeds.
        known_zones: the codes of the grid, for sources that deliver a zone; ``None`` leaves the code unchecked.
        now: an aware time; nothing may have occurred more than a day after it.

    Raises:
        ValueError: ``now`` is naive.
    """
    if now.tzinfo is None:
        raise ValueError("'now' needs a time zone")
    return (
        *_table(source),
        *_key(),
        *_times(source, now),
        *_kind(source, district),
        *_status(),
        *_place(source, known_zones),
        *_premises(source),
        *_conflicts(source),
        *_department(FEEDS[source.feed].in_charge),
        *_discovery(),
    )


def share_check(source: Source) -> Check:
    """What is asked of the rows set aside, before anything else of the batch matters."""
    share = source.max_quarantined
    return Check(
        "quarantine_share",
        None,
        Between("quarantined", high=share),
        Words(f"要隔离的行不超过 {share:.0%}(最先检查)", f"at most {share:.0%} of the rows have to be set aside (checked first)"),
    )


def _table(source: Source) -> Iterator[Check]:
    yield Check("column_missing", None, HasColumns(tuple(CANDIDATES)), Words("约定的列都在", "every agreed column is there"))
    least = source.min_rows
    en = "there is at least one row" if least == 1 else f"there are at least {least:,} rows"
    yield Check("rows_below_floor", None, RowCount(least), Words(f"至少 {least:,} 行", en))


def _key() -> Iterator[Check]:
    yield Check("key_missing", "key_hash", Present("key_hash"), Words("每行都有编号", "every row has a number of its own (its key)"))


def _times(source: Source, now: dt.datetime) -> Iterator[Check]:
    last = now + FUTURE_TOLERANCE
    yield Check("time_missing", "occurred_at", Present("occurred_given"), Words("填写了发生时间", "the time of occurrence is filled in"))
    yield Check("time_unreadable", "occurred_at", Present("occurred_at"), Words("发生时间可以识别", "the time of occurrence can be read"))
    # A closing time that nobody can read would leave its case open for ever.
    yield Check(
        "time_unreadable", "unread_times", Between("unread_times", 0, 0), Words("其他时间也可以识别", "every other time can be read")
    )
    for column, zh, en in (("occurred_at", "发生时间", "the time of occurrence"), ("reported_at", "报告时间", "the time of the report")):
        yield Check(
            "time_out_of_range",
            column,
            Between(column, EARLIEST, last),
            Words(f"{zh}在 1990 年与今天之间", f"{en} lies between 1990 and today"),
        )
    if source.known_at.rule == "column":
        # A version that never became known would lie in the lake unseen.
        yield Check("time_unreadable", "known_at", Present("known_at"), Words("发布时间可以识别", "the time of release can be read"))
        yield Check(
            "time_out_of_range",
            "known_at",
            Between("known_at", EARLIEST, last),
            Words("发布时间在 1990 年与今天之间", "the time of release lies between 1990 and today"),
        )
    yield _not_before("reported_at", "occurred_at", "报告不早于发生", "a report is made after it happened")
    yield _not_before("known_at", "reported_at", "发布不早于报告", "a report is released after it was made")
    if source.columns.first_contact_at is not None:
        yield _not_before("first_contact_at", "reported_at", "首次响应不早于报告", "the first contact follows the report")
    if source.columns.closed_at is not None:
        yield _not_before("closed_at", "occurred_at", "办结不早于发生", "a case is closed after what it is about happened")
        yield _not_before("closed_at", "reported_at", "办结不早于报告", "a case is closed after it was reported")
        if source.columns.first_contact_at is not None:
            yield _not_before("closed_at", "first_contact_at", "办结不早于首次响应", "a case is closed after the first contact")
    if source.columns.due_at is not None:
        yield Check(
            "deadline_implausible",
            "due_at",
            Between("days_to_due", -FARTHEST_DEADLINE_DAYS, FARTHEST_DEADLINE_DAYS),
            Words("期限距报告不超过十年", "the deadline lies within ten years of the report"),
        )


def _not_before(later: str, earlier: str, zh: str, en: str) -> Check:
    """``later`` is not before ``earlier``, with the tolerance of ``crossing``; a row that lacks one of them passes."""
    return Check("time_order", later, NotBefore(f"latest:{later}", earlier), Words(zh, en))


def _kind(source: Source, district: District) -> Iterator[Check]:
    own = tuple(sorted(k.code for k in district.kinds.values() if k.feed == source.feed))
    yield Check("kind_missing", "kind", Present("kind_given"), Words("填写了类别", "the kind is filled in"))
    yield Check("kind_unknown", "kind", Present("kind"), Words("类别在代码表中", "the kind is in a codelist"))
    yield Check("kind_unknown", "kind", OneOf("kind", own), Words("类别属于本类上报", "the kind is one of this kind of source"))
    # Without a value it is neither: mapping gives every known kind its usual severity where the source has no column for it.
    yield Check("severity_invalid", "severity", Present("severity"), Words("等级可以识别", "the severity can be read"))
    yield Check("severity_invalid", "severity", Between("severity", 1, 4), Words("等级为 1 至 4", "the severity is 1 to 4"))
    if source.columns.count is not None:
        yield Check("count_invalid", "count", Present("count"), Words("件数可以识别", "the number of incidents can be read"))
        yield Check("count_invalid", "count", Between("count", 1), Words("件数至少为 1", "the number of incidents is at least 1"))


def _status() -> Iterator[Check]:
    yield Check("status_unknown", "status", Present("readable:status"), Words("状态在代码表中", "the status is in a codelist"))
    every = tuple(sorted(s.value for s in Status))
    yield Check(
        "status_unknown", "status", OneOf("status", every), Words("状态为未结、办结或撤销", "the status is open, closed or withdrawn")
    )


def _place(source: Source, known_zones: Collection[str] | None) -> Iterator[Check]:
    by_point = source.columns.point is not None or source.columns.lon is not None
    by_zone = source.columns.zone is not None or source.constants.zone is not None
    if by_point and by_zone:
        # Either will do; what is there must be right.
        yield Check("coordinates_missing", "lon", Present("located"), Words("有坐标或网格编码", "there is a point or a zone"))
    elif by_point:
        yield Check("coordinates_missing", "lon", Present("told:place_given"), Words("填写了坐标", "the coordinates are filled in"))
        yield Check("coordinates_impossible", "lon", Present("readable:lon"), Words("经度可以识别", "the longitude can be read"))
        yield Check("coordinates_impossible", "lat", Present("readable:lat"), Words("纬度可以识别", "the latitude can be read"))
    else:
        yield Check("coordinates_missing", "zone", Present("told:zone_given"), Words("填写了网格编码", "the zone is filled in"))
    if by_point:
        yield Check("coordinates_impossible", "lon", Between("lon", -180, 180), Words("经度在 ±180 以内", "the longitude lies within ±180"))
        yield Check("coordinates_impossible", "lat", Between("lat", -90, 90), Words("纬度在 ±90 以内", "the latitude lies within ±90"))
        # Zero, zero is in the Gulf of Guinea, and what systems write for "not located".
        yield Check(
            "coordinates_impossible",
            "lon",
            Between("from_zero_zero", 0, above_low=True),
            Words("坐标不是 (0, 0)", "the point is not (0, 0)"),
        )
    if by_zone:
        yield Check("zone_unknown", "zone", Present("readable:zone"), Words("网格编码可以识别", "the zone can be read"))
    if by_zone and known_zones is not None:
        yield Check("zone_unknown", "zone", OneOf("zone", tuple(sorted(known_zones))), Words("网格编码存在", "the zone exists"))


def _conflicts(source: Source) -> Iterator[Check]:
    # Sources that merge deliver several rows of one incident on purpose. Rows that repeat another one entirely are gone before this.
    if not source.merge:
        # Where the sender says when it released each row, rows of one key are versions of one report, in that order.
        column = "key_released" if source.known_at.rule == "column" else "key_hash"
        yield Check("key_conflict", "key_hash", Unique(column), Words("同一编号的各行内容相同", "rows with the same key say the same"))


def _discovery() -> Iterator[Check]:
    known = Present("known:discovery", DISCOVERY_KNOWN_SHARE)
    yield Check("discovery_unknown", "discovery", known, Words("多数行写明发现渠道", "most rows say how it was discovered"))


def _premises(source: Source) -> Iterator[Check]:
    if source.columns.premises is not None:
        known = Present("readable:premises")
        yield Check("premises_unknown", "premises", known, Words("场所在场所名录中", "the premises are in the register"))


def _department(in_charge: InCharge) -> Iterator[Check]:
    if in_charge is InCharge.WHERE_DUE:
        named = Present("named_where_due")
        yield Check(
            "department_missing", "department", named, Words("有期限的事项写明责任部门", "whatever has a deadline names a department")
        )
    elif in_charge is InCharge.ALWAYS:
        yield Check("department_missing", "department", Present("department"), Words("写明承办部门", "a department is named"))
    known = Present("readable:department")
    yield Check("department_unknown", "department", known, Words("部门在代码表中", "the department is in the codelist"))
