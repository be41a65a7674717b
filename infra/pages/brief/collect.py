"""Gathers what a brief says from the warehouse.

Belongs here: reading a published night and putting it into ``BriefData``. Does not: computing anything about risk, drawing
(``infra.pages.brief.render``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from infra.districts.folder import DistrictFolder
from infra.errors import SifangError
from infra.pages.brief.geometry import rings
from infra.pages.brief.health import health
from infra.pages.brief.model import (
    SHOWN_SURGES,
    AlertLine,
    BriefData,
    CategoryBrief,
    CellShape,
    CellState,
    DutyLine,
    RevisionChange,
    SeriesShare,
    SurgeLine,
    TopCell,
)
from infra.pages.brief.why import moved, recorded
from infra.warehouse.alerts.events import alert_events_before
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.intake.ledger import ledger
from infra.warehouse.nights.duty import duty_of
from infra.warehouse.nights.evaluations import evaluations_of
from infra.warehouse.nights.models import ModelRecord, models_of
from infra.warehouse.nights.nights import PublishedNight, night_row, require_not_retracted
from infra.warehouse.nights.runs import run_summary
from infra.warehouse.nights.scores import scores_of
from infra.warehouse.nights.source_days import source_days_of
from infra.warehouse.nights.surges import district_surges_of
from transforms.alerts.alert import CELL
from transforms.alerts.machine.commands import AlertEvent
from transforms.alerts.machine.frames import events_of
from transforms.alerts.subjects import Names
from transforms.clocks.nights import missing_from
from transforms.district.declaration import District
from transforms.panel.unheard import uncounted, unheard
from transforms.schema import Score
from transforms.schema.night import NightSummary
from transforms.schema.plain import records
from transforms.scoring.explain import Insight, drivers
from transforms.scoring.reference import ORANGE, RED, YELLOW
from transforms.scoring.standings import standings, turns
from transforms.words import RESIDENTS, Category, Event, Level, Standing, State, Surge, SurgeArea, Words

PROVISIONAL_REFERENCE = Words(
    "参考分布为临时版本：历史不足，等级会逐周调整", "the reference is provisional: history is short, and levels move with each week"
)
TOP_CELLS = 10
_LINE: Final = ("department", "subdistrict")


def collect(warehouse: Warehouse, folder: DistrictFolder, night: dt.date, insight: Insight | None = None) -> BriefData:
    """The latest revision of a published night.

    Args:
        warehouse: the warehouse.
        folder: the district.
        night: the night.
        insight: what is known of it beyond its rows; without it nothing is said of why, and no resident's cell shows a number.

    Raises:
        SifangError: the night was never published.
    """
    district = folder.district
    row = night_row(warehouse, night)
    if row is None:
        require_not_retracted(warehouse, night)
        raise SifangError(f"Night {night} of {district.code} was never published.", "Run `sifang nightly` or `sifang backfill` first.")
    day_before = night - dt.timedelta(days=1)
    scores, yesterday = scores_of(warehouse, night), scores_of(warehouse, day_before)
    summary = run_summary(warehouse, row.run_id, night)
    names = {s.code: s.name for s in district.subdistricts}
    shapes = tuple(_shape(names, *cell) for cell in folder.cells.select("cell_id", "name", "subdistrict", "outline").iter_rows())
    duty = duty_of(warehouse, night)
    evaluations = evaluations_of(warehouse, night)
    new, ended = _alerts(warehouse, folder, night)
    notices = _notices(models_of(warehouse, row.model_ids), folder)
    earlier = night_row(warehouse, day_before)
    turned = _turned(warehouse, folder, earlier.model_ids, row.model_ids) if earlier else ()
    return BriefData(
        district_code=district.code,
        district_name=district.name,
        synthetic=district.synthetic,
        night=night,
        horizon_days=district.horizon_days,
        as_of=row.as_of.astimezone(district.zone),
        revision=row.revision,
        run_id=row.run_id,
        model_id=" ".join(row.model_ids),
        cells=shapes,
        categories=tuple(_category(c, folder, scores, yesterday, summary, duty, evaluations, names, insight) for c in Category),
        alerts_new=new,
        alerts_ended=ended,
        surges=_surges(folder, scores, district_surges_of(warehouse, night), names),
        change=_change(warehouse, night, row, scores),
        health=health(warehouse, folder, row, earlier, (*_unheard(warehouse, folder, night, summary), *turned, *notices)),
        missing_from=None if district.synthetic else missing_from(night, district),
    )


def _unheard(warehouse: Warehouse, folder: DistrictFolder, night: dt.date, summary: NightSummary) -> Iterator[Words]:
    """Which series fell silent while others of their category speak, and which none of its scores counts yet."""
    district = folder.district
    for one in unheard(district, source_days_of(warehouse, night), night):
        yield one.said(district)
    for category in RESIDENTS:
        if codes := uncounted(district, summary.series_shares.get(category, {}), category):
            named = [district.series[code].name for code in codes]
            yield Words(
                f"{'、'.join(n.zh for n in named)}：尚无数据或时间过短，未计入评分",
                f"{', '.join(n.en for n in named)}: nothing heard yet, or not for long; no score counts them",
            )


def _notices(models: list[ModelRecord], folder: DistrictFolder) -> tuple[Words, ...]:
    """What a reader must know of how the night's numbers were made, where it is not as usual."""
    notices = []
    if any(m.kind == "reference" and dict(m.payload)["provisional"] for m in models):
        notices.append(PROVISIONAL_REFERENCE)
    stands = standings([m.payload for m in models if m.kind == "model"])
    for standing in Standing:
        codes = [] if standing is Standing.PROMOTED else stands.get(standing, [])
        if named := [folder.district.series[c] for c in codes if c in folder.district.series]:
            zh, en = "、".join(s.name_zh for s in named), ", ".join(s.name_en for s in named)
            notices.append(Words(f"{standing.words.zh}：{zh}", f"{standing.words.en}: {en}"))
    return tuple(notices)


def _turned(warehouse: Warehouse, folder: DistrictFolder, before: Sequence[str], after: Sequence[str]) -> tuple[Words, ...]:
    """Which series fell back to the shrunk rate since the night before, or came back from it: an event, told once."""
    was, now = ([m.payload for m in models_of(warehouse, ids, kind="model")] for ids in (before, after))
    series = folder.district.series
    return tuple(
        Words(f"今夜起，{series[t.series].name_zh}：{t.now.words.zh}", f"From tonight, {series[t.series].name_en}: {t.now.words.en}")
        for t in turns(was, now)
        if t.series in series
    )


def _change(warehouse: Warehouse, night: dt.date, row: PublishedNight, scores: pl.DataFrame) -> RevisionChange | None:
    """What this revision knew more than the one before, and how many levels that changed; None for a first revision."""
    earlier = night_row(warehouse, night, row.revision - 1)
    if earlier is None:
        return None
    came = ledger(warehouse).filter(pl.col("recorded_seq").is_between(earlier.lake_seq, row.lake_seq, closed="right"))
    key = ["category", "cell_id"]
    before = scores_of(warehouse, night, row.revision - 1).select(*key, before="level")
    changed = scores.select(*key, "level").join(before, on=key).select(pl.col("level").ne_missing(pl.col("before")).sum()).item()
    return RevisionChange(reports_added=int(came["accepted"].sum()), levels_changed=int(changed))


def _shape(names: dict[str, Words], cell: str, name: str, subdistrict: str | None, outline: str | None) -> CellShape:
    return CellShape(cell, name, _named(subdistrict or "", names), rings(outline))


def _named(code: str, names: dict[str, Words]) -> Words:
    """The declared name; what has none is called by its code."""
    return names.get(code, Words(code, code))


def _shares(shares: Mapping[str, float], district: District) -> tuple[SeriesShare, ...]:
    largest_first = sorted(shares.items(), key=lambda item: -item[1])
    return tuple(SeriesShare(code, district.series[code].name, share) for code, share in largest_first if code in district.series)


def _category(
    category: Category,
    folder: DistrictFolder,
    scores: pl.DataFrame,
    yesterday: pl.DataFrame,
    summary: NightSummary,
    duty: pl.DataFrame,
    evaluations: pl.DataFrame,
    names: dict[str, Words],
    insight: Insight | None,
) -> CategoryBrief:
    district = folder.district
    own = scores.filter(pl.col("category") == category.value)
    # Where nobody knows how many reports a cell had, it is taken to have had too few.
    known = insight or Insight()
    cells = {s.cell_id: _state(s, numbers=known.numbers(category, s.cell_id)) for s in records(Score, own)}
    political = category is Category.POLITICAL
    last_levels = dict(yesterday.filter(pl.col("category") == category.value).select("cell_id", "level").iter_rows())
    top = (
        own.filter(pl.col("level").is_not_null()).sort("score", "expected_harm", "cell_id", descending=[True, True, False]).head(TOP_CELLS)
    )
    limits = district.duty
    totals = summary.totals.get(category)
    return CategoryBrief(
        code=category,
        cells=cells,
        against_last_year=summary.against_last_year.get(category),
        learning=any(c.state is State.LEARNING for c in cells.values()),
        thresholds=(limits.yellow, limits.orange, limits.red) if political else (YELLOW, ORANGE, RED),
        top=()
        if political
        else tuple(
            TopCell(
                score.cell_id,
                Level(last_levels[score.cell_id]) if last_levels.get(score.cell_id) else None,
                insight.sentence(score) if insight else None,
            )
            for score in records(Score, top)
        ),
        duty=_duty_lines(duty, Names(district, folder.cells)) if political else (),
        series=_shares(summary.series_shares.get(category, {}), district),
        moved=moved(category, insight),
        record=recorded(category, evaluations),
        expected=totals.district if totals else None,
        expected_in=tuple((_named(code, names), part) for code, part in totals.parts.items()) if totals else (),
    )


def _state(score: Score, *, numbers: bool) -> CellState:
    return CellState(
        state=score.state,
        level=score.level,
        score=score.score if numbers else None,
        reason=score.reason,
        drivers=tuple(drivers(score)),
        surge=score.surge if score.surge in SHOWN_SURGES else None,
    )


def _surges(folder: DistrictFolder, scores: pl.DataFrame, of_areas: pl.DataFrame, names: dict[str, Words]) -> tuple[SurgeLine, ...]:
    """The district's surges, then those of subdistricts, then those of cells, red before watch, the least likely first."""
    columns = ["surge", "category", "subject", "series", "days", "area", "p"]
    cells = scores.rename({"cell_id": "subject", "surge_series": "series", "surge_days": "days", "surge_area": "area", "surge_p": "p"})
    whole = of_areas.filter(subdistrict="").with_columns(subject=pl.lit(folder.district.code), area=pl.lit(SurgeArea.DISTRICT.value))
    parts = of_areas.filter(pl.col("subdistrict") != "").with_columns(subject="subdistrict", area=pl.lit(SurgeArea.SUBDISTRICT.value))
    order = ["surge", "p", "category", "subject"]
    return tuple(
        SurgeLine(
            Surge(row["surge"]),
            Category(row["category"]),
            row["subject"],
            folder.district.series[row["series"]].name,
            row["days"],
            SurgeArea(row["area"]),
            _named(row["subject"], names) if row["area"] == SurgeArea.SUBDISTRICT else None,
        )
        for frame in (whole, parts, cells)
        for row in frame.filter(pl.col("surge").is_in([s.value for s in SHOWN_SURGES])).select(columns).sort(order).iter_rows(named=True)
        if row["series"] in folder.district.series
    )


def _duty_lines(duty: pl.DataFrame, called: Names) -> tuple[DutyLine, ...]:
    """Departments and subdistricts by the lower bound of what they are expected to miss, those with too few clocks for a level last."""
    columns = ("department", "subdistrict", "share", "lower", "level", "overdue")
    return tuple(
        DutyLine(called.department(office), called.subdistrict(subdistrict), share, lower, Level(level) if level else None, overdue)
        for office, subdistrict, share, lower, level, overdue in duty.sort(pl.col("level").is_null(), -pl.col("lower"), *_LINE)
        .select(columns)
        .iter_rows()
    )


def _alerts(warehouse: Warehouse, folder: DistrictFolder, night: dt.date) -> tuple[tuple[AlertLine, ...], tuple[AlertLine, ...]]:
    events = alert_events_before(warehouse, night + dt.timedelta(days=1)).filter(pl.col("night") == night, ~pl.col("taken_back"))
    called = Names(folder.district, folder.cells)

    def line(happened: AlertEvent) -> AlertLine:
        kind, what, code, category = happened.about.subject
        name, place = called.subject(what, code)
        return AlertLine(
            type=kind,
            category=Category(category) if category else None,
            level=Level(happened.level) if happened.level else None,
            subject=code,
            name=name,
            since=happened.about.episode,
            place=place,
        )

    def lines(*kinds: Event) -> tuple[AlertLine, ...]:
        # A cell that the grid no longer has is on no page.
        chosen = events.filter(pl.col("event").is_in(kinds), (pl.col("subject_kind") != CELL) | pl.col("subject").is_in(present))
        ordered = chosen.sort("category", "type", "level", "subject", descending=[False, False, True, False])
        return tuple(line(event) for event in events_of(ordered))

    present = folder.cells["cell_id"].to_list()
    return lines(Event.OPENED, Event.REOPENED, Event.RAISED), lines(Event.ENDED)
