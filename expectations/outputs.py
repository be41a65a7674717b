"""What is expected of our own tables before they are stored or published: reports, scores, alerts.

Belongs here: the suites and their judges. Does not: what a failure leads to (``flows.nights.checks``, ``flows.intake.checks``). The
tables never leave the process, so Polars asks the questions (``plain``): a night of 1,700 scores takes 12 ms instead of 0.1 s after an
import of ten.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

import polars as pl

from expectations.plain import judge_plainly
from expectations.questions import Between, Check, HasColumns, NotBefore, OneOf, Present, RowCount, Unique
from expectations.verdict import Verdict
from transforms.alerts.types import TYPES
from transforms.district.declaration import District
from transforms.district.source import Source
from transforms.reports.coarsening import SUBDISTRICT
from transforms.schema import ALERT_EVENTS, CLOCKS, DISTRICT_SURGES, REPORTS, SCORES, SURGE_COLUMNS
from transforms.words import AREAS_OF_CELLS, CONTRIBUTIONS, Category, Discovery, Level, LocatedBy, PartOfDay, State, Status, Surge, Words

# Contributions are sums of the same numbers in another order.
CONTRIBUTIONS_TOLERANCE: Final = 1e-9
# A level's share of the scored cells may move so far from its 28-night median in one night. Levels cut at fixed ranks hold 80, 15, 4 and
# 1 %, and a district that truly grows worse moves over weeks.
MAX_LEVEL_JUMP: Final = 0.25
FIVE_MINUTES_US: Final = 5 * 60 * 1_000_000


def report_checks(source: Source, district: District, cells: Collection[str]) -> tuple[Check, ...]:
    """The suite for the report versions of one batch."""
    kinds = tuple(sorted(k.code for k in district.kinds.values() if k.feed == source.feed))
    required = (
        *("report_id", "version_hash", "kind", "severity", "count", "occurred_on", "part_of_day", "reported_on"),
        *("known_at", "order_key", "cell_id", "status", "clock_from"),
    )
    return (
        Check("output_incomplete", None, HasColumns(tuple(REPORTS)), Words("列齐全", "every column is there")),
        *(Check("output_incomplete", c, Present(c), Words(f"{c} 不为空", f"{c} is never empty")) for c in required),
        Check("output_repeated", "report_id", Unique("key"), Words("同一上报同一时刻只有一个版本", "a report has one version at a time")),
        Check("output_unknown_code", "kind", OneOf("kind", kinds), Words("类别属于本类上报", "the kind belongs to the feed")),
        Check("output_unknown_code", "cell_id", OneOf("cell_id", tuple(sorted(cells))), Words("网格存在", "the cell exists")),
        Check("output_unknown_code", "status", OneOf("status", tuple(Status)), Words("状态在代码表中", "the status is in the codelist")),
        Check(
            "output_unknown_code",
            "department",
            OneOf("department", tuple(sorted(district.departments))),
            Words("部门在代码表中", "the department is in the codelist"),
        ),
        Check("output_unknown_code", "part_of_day", OneOf("part_of_day", tuple(PartOfDay)), Words("时段在代码表中", "a part of the day")),
        Check(
            "output_unknown_code", "discovery", OneOf("discovery", tuple(Discovery)), Words("发现渠道在代码表中", "the discovery is a code")
        ),
        Check(
            "output_unknown_code", "located_by", OneOf("located_by", tuple(LocatedBy)), Words("定位方式在代码表中", "located_by is a code")
        ),
        Check("output_out_of_range", "severity", Between("severity", 1, 4), Words("等级为 1 至 4", "the severity is 1 to 4")),
        Check(
            "output_out_of_range",
            "clock_from",
            Between("odd_minutes", 0, 0),
            Words("时间精确到五分钟", "times tell five minutes"),
        ),
        Check("output_out_of_range", "spot", Between("spot", 0, 65535), Words("点位只有十六位", "a spot has sixteen bits")),
        Check(
            "output_contradicts",
            "spot",
            Between("hidden_spots", 0, 0),
            Words("敏感类别没有点位", "sensitive kinds have no spot"),
        ),
    )


def score_checks(cells: Collection[str], *, jumps: bool) -> tuple[Check, ...]:
    """The suite for the scores of a night. ``jumps`` leaves the comparison of levels in; the columns come from ``judge_scores``."""
    rows = len(Category) * len(cells)
    always: tuple[Check, ...] = (
        Check("output_incomplete", None, HasColumns(tuple(SCORES)), Words("列齐全", "every column is there")),
        Check("output_incomplete", None, RowCount(rows, rows), Words("每个网格每个类别一行", "one row for every cell and category")),
        Check("output_incomplete", "cell_id", Present("key"), Words("网格与类别不为空", "cell and category are never empty")),
        Check("output_repeated", "cell_id", Unique("key"), Words("没有重复行", "no row stands twice")),
        Check("output_unknown_code", "category", OneOf("category", tuple(Category)), Words("类别存在", "the category exists")),
        Check("output_unknown_code", "cell_id", OneOf("cell_id", tuple(sorted(cells))), Words("网格存在", "the cell exists")),
        Check("output_unknown_code", "state", OneOf("state", tuple(State)), Words("状态在代码表中", "the state is in the codelist")),
        Check("output_unknown_code", "level", OneOf("level", tuple(Level)), Words("等级在代码表中", "the level is in the codelist")),
        Check("output_out_of_range", "score", Between("score", 0, 100), Words("分数为 0 至 100", "the score is 0 to 100")),
        *(
            Check("output_out_of_range", c, Between(c, 0, 1), Words(f"{c} 为 0 至 1", f"{c}, a probability, is 0 to 1"))
            for c in ("p_any", "surge_p")
        ),
        Check("output_unknown_code", "surge", OneOf("surge", tuple(Surge)), Words("突增状态在代码表中", "the surge is in the codelist")),
        Check(
            "output_unknown_code",
            "surge_area",
            OneOf("surge_area", AREAS_OF_CELLS),
            Words("突增范围在代码表中", "its area is in the codelist"),
        ),
        Check(
            "output_out_of_range", "surge_days", Between("surge_days", 1, 28), Words("突增时段为 1 至 28 天", "its window is 1 to 28 days")
        ),
        *(
            Check("output_out_of_range", c, Between(c, 0, 1e12), Words(f"{c} 非负且有限", f"{c} is neither negative nor infinite"))
            for c in ("expected_harm", "expected_count", "harm_low", "harm_high", "surge_observed", "surge_expected")
        ),
        Check(
            "output_contradicts",
            "harm_high",
            NotBefore("harm_high", "harm_low"),
            Words("区间上限不低于下限", "the interval is not reversed"),
        ),
        Check(
            "output_contradicts",
            "state",
            Between("contradictions", 0, 0),
            Words("有分才有等级,无分必有原因", "a level goes with a score, a reason with none"),
        ),
        Check(
            "output_contradicts",
            "surge",
            Between("surge_contradictions", 0, 0),
            Words(
                "未评分与履职不判突增,只有观察与突增带细节",
                "no surge without a score or of duty performance; a watch and a red surge tell where they come from, nothing else does",
            ),
        ),
        Check(
            "contributions_unequal",
            "expected_harm",
            Between("unexplained", -CONTRIBUTIONS_TOLERANCE, CONTRIBUTIONS_TOLERANCE),
            Words("各项贡献之和等于预期危害", "the contributions add up to the expected harm"),
        ),
    )
    jump = Check(
        "level_jump",
        "level",
        Between("jump", -MAX_LEVEL_JUMP, MAX_LEVEL_JUMP),
        Words(
            f"各等级占比与 28 夜中位数相差不超过 {MAX_LEVEL_JUMP:.0%}",
            f"no level's share is more than {MAX_LEVEL_JUMP:.0%} from its median of 28 nights",
        ),
    )
    return (*always, jump) if jumps else always


def district_surge_checks(series: Collection[str]) -> tuple[Check, ...]:
    """The suite for the surges of the district as a whole and of its subdistricts."""
    return (
        Check("output_incomplete", None, HasColumns(tuple(DISTRICT_SURGES)), Words("列齐全", "every column is there")),
        *(Check("output_incomplete", c, Present(c), Words(f"{c} 不为空", f"{c} is never empty")) for c in DISTRICT_SURGES),
        Check("output_repeated", "series", Unique("key"), Words("每个序列和街道一行", "a series stands once in a subdistrict")),
        Check("output_unknown_code", "series", OneOf("series", tuple(sorted(series))), Words("序列存在", "the series exists")),
        Check("output_unknown_code", "category", OneOf("category", tuple(Category)), Words("类别存在", "the category exists")),
        Check("output_unknown_code", "surge", OneOf("surge", tuple(Surge)), Words("突增状态在代码表中", "the surge is in the codelist")),
        Check("output_out_of_range", "p", Between("p", 0, 1), Words("概率为 0 至 1", "the probability is 0 to 1")),
        Check("output_out_of_range", "days", Between("days", 1, 28), Words("时段为 1 至 28 天", "the window is 1 to 28 days")),
        *(
            Check("output_out_of_range", c, Between(c, 0, 1e12), Words(f"{c} 非负且有限", f"{c} is neither negative nor infinite"))
            for c in ("observed", "expected")
        ),
    )


def alert_checks(cells: Collection[str]) -> tuple[Check, ...]:
    """The suite for the alert events of a night; their subjects are cells, or the district."""
    required = ("alert_id", "night", "event", "type", "subject_kind", "subject", "episode")
    return (
        Check("output_incomplete", None, HasColumns(tuple(ALERT_EVENTS)), Words("列齐全", "every column is there")),
        *(Check("output_incomplete", c, Present(c), Words(f"{c} 不为空", f"{c} is never empty")) for c in required),
        Check("output_repeated", "alert_id", Unique("key"), Words("每条预警的事件编号不重复", "an alert has no two events of a number")),
        Check("output_unknown_code", "type", OneOf("type", tuple(TYPES)), Words("类型在代码表中", "the type is in the codelist")),
        Check("output_unknown_code", "subject", OneOf("cell", tuple(sorted(cells))), Words("网格存在", "the cell exists")),
        Check("output_unknown_code", "category", OneOf("category", tuple(Category)), Words("类别存在", "the category exists")),
        Check("output_unknown_code", "level", OneOf("level", tuple(Level)), Words("等级在代码表中", "the level is in the codelist")),
        Check("output_contradicts", "night", Between("days_off", 0, 0), Words("事件属于本夜", "the event belongs to this night")),
        Check("output_contradicts", "episode", NotBefore("night", "episode"), Words("事件不早于其起始", "no event precedes its episode")),
    )


def judge_reports(versions: pl.DataFrame, source: Source, district: District, cells: Collection[str]) -> Verdict:
    """What the suite says about the report versions of a batch (``REPORTS``, at least one row)."""
    checks = report_checks(source, district, cells)
    odd = pl.max_horizontal([(pl.col(c).dt.epoch("us") % FIVE_MINUTES_US).fill_null(0) for c in CLOCKS if c in versions.columns])
    hidden = pl.col("cell_id").str.starts_with(SUBDISTRICT) & pl.col("spot").is_not_null()
    return judge_plainly(
        versions.with_columns(odd_minutes=odd, hidden_spots=hidden.cast(pl.Int64), key=pl.struct("report_id", "known_at", "rank")), checks
    )


def judge_scores(scores: pl.DataFrame, cells: Collection[str], usual: pl.DataFrame | None = None) -> Verdict:
    """What the suite says about the scores of a night (``SCORES``).

    Args:
        scores: the night.
        cells: the codes of the grid.
        usual: ``category, level, share``, the median share of each level over the nights before; None where a jump is explained or where
            there are too few nights.
    """
    scored = pl.col("state") == State.SCORED.value
    unscored = pl.col("state") == State.NOT_SCORED.value
    total = pl.sum_horizontal([pl.col(c) for c in CONTRIBUTIONS], ignore_nulls=False)
    contradictions = (
        (scored & (pl.col("score").is_null() | pl.col("level").is_null()))
        | (unscored & (pl.col("score").is_not_null() | pl.col("level").is_not_null() | pl.col("reason").is_null()))
        | (~unscored & pl.col("reason").is_not_null())
    )
    details = [pl.col(c).is_not_null() for c in SURGE_COLUMNS if c not in {"surge", "surge_p"}]
    telling = pl.col("surge").is_in([Surge.WATCH.value, Surge.RED.value]).fill_null(value=False)
    surge_contradictions = (
        pl.any_horizontal(detail != telling for detail in details)
        | (pl.col("surge").is_null() != pl.col("surge_p").is_null())
        | (pl.col("surge").is_not_null() & (unscored | (pl.col("category") == Category.POLITICAL.value)))
    )
    frame = scores.with_columns(
        key=pl.col("category") + "/" + pl.col("cell_id"),
        contradictions=contradictions.cast(pl.Int64),
        surge_contradictions=surge_contradictions.cast(pl.Int64),
        unexplained=(total - pl.col("expected_harm")) / pl.max_horizontal(pl.col("expected_harm").abs(), pl.lit(1e-300)),
    )
    if usual is not None:
        frame = frame.join(_jumps(scores, usual), on="category", how="left", maintain_order="left")
    return judge_plainly(frame, score_checks(cells, jumps=usual is not None))


def _jumps(scores: pl.DataFrame, usual: pl.DataFrame) -> pl.DataFrame:
    """For each category the largest difference between tonight's share of a level and its usual one."""
    levelled = scores.filter(pl.col("level").is_not_null())
    now = levelled.group_by("category", "level").len().with_columns(now=pl.col("len") / pl.col("len").sum().over("category"))
    both = usual.join(now, on=["category", "level"], how="full", coalesce=True).with_columns(pl.col("now", "share").fill_null(0.0))
    # A category without a single level tonight lost its score, which the states tell; it did not jump.
    both = both.filter(pl.col("category").is_in(levelled["category"].unique().implode()))
    # All cells of a subdistrict share the level of one department: where one moves, hundreds do.
    both = both.filter(pl.col("category") != Category.POLITICAL.value)
    return both.group_by("category").agg(jump=(pl.col("now") - pl.col("share")).abs().max())


def judge_district_surges(surges: pl.DataFrame, series: Collection[str]) -> Verdict | None:
    """What the suite says about the district's surges of a night (``DISTRICT_SURGES``); None where no series was tested."""
    keyed = surges.with_columns(key=pl.concat_str("series", "subdistrict", separator="/"))
    return None if surges.is_empty() else judge_plainly(keyed, district_surge_checks(series))


def judge_alerts(events: pl.DataFrame, night: dt.date, cells: Collection[str]) -> Verdict | None:
    """What the suite says about the alert events of a night (``ALERT_EVENTS``); None for a night without any, which is an ordinary one."""
    if events.is_empty():
        return None
    frame = events.with_columns(
        key=pl.concat_str("alert_id", "seq", separator="/"),
        cell=pl.when(pl.col("subject_kind") == "cell").then("subject"),
        days_off=(pl.col("night") - pl.lit(night)).dt.total_days(),
    )
    return judge_plainly(frame, alert_checks(cells))
