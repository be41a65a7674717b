"""A plausible night, made up: a builder of ``BriefData`` for the tests of the brief.

Belongs here: synthetic cells, levels and ledgers. Does not: anything real, any assertion.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from zoneinfo import ZoneInfo

from infra.pages.brief.labels import STRIP_DAYS
from infra.pages.brief.model import (
    AlertLine,
    BriefData,
    CategoryBrief,
    CellShape,
    CellState,
    DutyLine,
    Health,
    LedgerLine,
    Moved,
    MovedCell,
    QuarantineLine,
    Record,
    RecordLine,
    RevisionChange,
    SeriesShare,
    SourceHealth,
    StoppedBatch,
    SurgeLine,
    TopCell,
)
from transforms.schema.totals import Total
from transforms.scoring.explain import move_sentence
from transforms.words import Category, Cause, Contribution, DayState, Level, State, Surge, SurgeArea, Words
from transforms.words.reasons import NotScored

NIGHT = dt.date(2026, 3, 14)
SUBDISTRICTS = (
    ("解放路街道", "Jiefang Road", 0.50, 0.48),
    ("中同街道", "Zhongtong", 0.34, 0.62),
    ("胜利路街道", "Shengli Road", 0.63, 0.66),
    ("健康路街道", "Jiankang Road", 0.70, 0.40),
    ("铁西街道", "Tiexi", 0.24, 0.36),
    ("南桥街道", "Nanqiao", 0.48, 0.20),
    ("平原镇", "Pingyuan", 0.18, 0.80),
    ("卫水镇", "Weishui", 0.85, 0.78),
)
DEPARTMENTS = (
    ("住房和城乡建设局", "Housing and construction"),
    ("城市管理局", "Urban management"),
    ("人力资源和社会保障局", "Human resources"),
    ("消防救援大队", "Fire and rescue"),
    ("市场监督管理局", "Market regulation"),
    ("公安分局", "Police branch"),
)
HOTSPOTS = {
    Category.SAFETY: ((0.30, 0.40), (0.62, 0.64), (0.50, 0.22)),
    Category.PUBLIC_ORDER: ((0.50, 0.50), (0.69, 0.42)),
    Category.STABILITY: ((0.34, 0.62), (0.72, 0.70), (0.22, 0.34)),
}
SERIES = {
    Category.SAFETY: (
        ("fire_building", "建筑火灾", "Building fires", 0.44),
        ("open_stock", "隐患存量", "Open stock", 0.31),
        ("fire_other", "其他火灾", "Other fires", 0.25),
    ),
    Category.PUBLIC_ORDER: (
        ("violence", "侵害人身", "Violence", 0.55),
        ("theft", "一般盗窃", "Theft", 0.26),
        ("disorder", "扰乱秩序", "Disorder", 0.19),
    ),
    Category.STABILITY: (
        ("dispute", "一般纠纷", "Disputes", 0.48),
        ("dispute_severe", "激化纠纷", "Escalated disputes", 0.34),
        ("open_stock", "超期未结", "Overdue cases", 0.18),
    ),
}


def build(
    columns: int = 25,
    rows: int = 22,
    *,
    geometry: bool = True,
    learning: bool = False,
    hostile_name: str | None = None,
    quiet: bool = False,
) -> BriefData:
    """A night over a rounded district of about 0.73 × columns × rows square cells."""
    rng = random.Random(4)
    cells, places = _cells(columns, rows, geometry, hostile_name)
    categories = tuple(_category(code, cells, places, rng, learning) for code in Category)
    return BriefData(
        district_code="weibin",
        district_name=Words("卫滨区", "Weibin District"),
        synthetic=True,
        night=NIGHT,
        horizon_days=7,
        as_of=dt.datetime(2026, 3, 14, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai")),
        revision=1 if quiet else 2,
        run_id="01jp9t3r6v",
        model_id="m-2026q1-7c1e",
        cells=cells,
        categories=categories,
        alerts_new=() if quiet else _alerts(cells, categories),
        alerts_ended=() if quiet else _ended(cells),
        surges=() if quiet else _surges(categories),
        health=Health() if quiet else _health(),
        change=None if quiet else RevisionChange(reports_added=412, levels_changed=3),
    )


def _cells(columns: int, rows: int, geometry: bool, hostile_name: str | None) -> tuple[tuple[CellShape, ...], list[tuple[float, float]]]:
    west, north, side_lon, side_lat = 113.80, 35.36, 0.0055, 0.0045
    cells: list[CellShape] = []
    places: list[tuple[float, float]] = []
    for row in range(rows):
        for column in range(columns):
            u, v = (column + 0.5) / columns, (row + 0.5) / rows
            edge = 0.47 + 0.045 * math.sin(5 * math.atan2(v - 0.5, u - 0.5)) + 0.03 * math.cos(3 * math.atan2(v - 0.5, u - 0.5) + 1)
            if math.hypot(u - 0.5, v - 0.5) > edge:
                continue
            zh, en, *_ = min(SUBDISTRICTS, key=lambda s: math.hypot(s[2] - u, s[3] - v))
            x, y = west + column * side_lon, north - row * side_lat
            ring = ((x, y), (x + side_lon, y), (x + side_lon, y - side_lat), (x, y - side_lat), (x, y))
            name = hostile_name if hostile_name and not cells else f"{zh[:2]}{len(cells) + 1:03d}格"
            cells.append(CellShape(f"sq500-{column:02d}-{row:02d}", name, Words(zh, en), (ring,) if geometry else ()))
            places.append((u, v))
    return tuple(cells), places


def _category(
    code: Category, cells: tuple[CellShape, ...], places: list[tuple[float, float]], rng: random.Random, learning: bool
) -> CategoryBrief:
    if code is Category.POLITICAL:
        return _political(cells)
    field = [sum(math.exp(-(((u - a) ** 2 + (v - b) ** 2) * 55)) for a, b in HOTSPOTS[code]) + rng.random() * 0.55 for u, v in places]
    order = sorted(range(len(cells)), key=field.__getitem__)
    states: dict[str, CellState] = {}
    for rank, i in enumerate(order):
        score = round(100 * (rank + 0.5) / len(order), 1)
        u, v = places[i]
        drivers = tuple(rng.sample(list(Contribution), 3))
        if u > 0.80 and v < 0.42 and code is not Category.PUBLIC_ORDER:
            states[cells[i].cell_id] = CellState(State.NOT_SCORED, reason=NotScored.NOT_COVERED)
        elif learning:
            states[cells[i].cell_id] = CellState(State.LEARNING, score=score, drivers=drivers)
        else:
            level = Level.RED if score >= 99 else Level.ORANGE if score >= 95 else Level.YELLOW if score >= 80 else Level.BLUE
            surge = Surge.RED if level is Level.RED and i % 2 else Surge.WATCH if level is Level.YELLOW and i % 13 == 0 else None
            seen = score if rng.random() > 0.05 else None
            states[cells[i].cell_id] = CellState(State.SCORED, level, seen, None, drivers, surge)
    best = [cells[i].cell_id for i in reversed(order) if states[cells[i].cell_id].state is not State.NOT_SCORED][:10]
    said = Words("预期危害 2.1，常态 0.9；四分之三来自周边网格", "2.1 expected against 0.9 usual; three quarters from the cells around it")
    causes = {Cause.NEW_REPORTS: 14.2, Cause.AGED_OUT: -3.1, Cause.LATE: 1.4}
    moved = [MovedCell(c, True, 71.3, 83.8, move_sentence(causes)) for c in best[2:7]]
    moved.append(MovedCell(best[7], False, None, None, move_sentence({Cause.OPEN_STOCK: -9.0, Cause.SEASON: 1.0}, numbers=False)))
    graded = Record(4, NIGHT - dt.timedelta(days=19), (RecordLine(Level.RED, 29.2, 31, 6.4), RecordLine(Level.ORANGE, 74.8, 69, 9.9)))
    before = [None, Level.ORANGE, Level.RED, Level.YELLOW, Level.ORANGE, Level.RED, Level.ORANGE, Level.YELLOW, Level.ORANGE, Level.BLUE]
    return CategoryBrief(
        code=code,
        cells=states,
        against_last_year=None if learning else {Category.SAFETY: 0.18, Category.PUBLIC_ORDER: -0.06}.get(code),
        learning=learning,
        thresholds=(80.0, 95.0, 99.0),
        top=tuple(TopCell(c, None if learning else b, said) for c, b in zip(best, before, strict=False)),
        series=tuple(SeriesShare(series, Words(zh, en), share) for series, zh, en, share in SERIES[code]),
        moved=Moved(unknown=Words("前一夜没有发布", "the night before was not published")) if learning else Moved(tuple(moved), 23),
        record=None if learning else graded,
        expected=Total(1432.4, 1310.0, 1561.0),
        expected_in=((Words("滨河街道", "Binhe"), Total(310.2, 268.0, 355.0)),),
    )


def _political(cells: tuple[CellShape, ...]) -> CategoryBrief:
    levels = dict(
        zip(
            [s[0] for s in SUBDISTRICTS],
            [Level.ORANGE, Level.BLUE, Level.YELLOW, Level.BLUE, Level.RED, Level.YELLOW, Level.BLUE, None],
            strict=True,
        )
    )
    shares = {Level.BLUE: 0.06, Level.YELLOW: 0.17, Level.ORANGE: 0.29, Level.RED: 0.46}
    states = {}
    for cell in cells:
        level = levels[cell.subdistrict.zh]
        states[cell.cell_id] = (
            CellState(State.SCORED, level, 100 * shares[level]) if level else CellState(State.NOT_SCORED, reason=NotScored.NO_CLOCKS)
        )
    order = (4, 0, 2, 5, 1, 3, 6)
    duty = []
    for n, place in enumerate(order):
        zh, en, *_ = SUBDISTRICTS[place]
        level = levels[zh]
        assert level is not None
        share = shares[level] - 0.004 * n
        duty.append(DutyLine(Words(*DEPARTMENTS[n % 6]), Words(zh, en), share, share * 0.78, level, (19, 11, 6, 5, 2, 1, 0)[n]))
    return CategoryBrief(Category.POLITICAL, states, None, False, (0.10, 0.20, 0.35), duty=tuple(duty))


def _alerts(cells: tuple[CellShape, ...], categories: tuple[CategoryBrief, ...]) -> tuple[AlertLine, ...]:
    by_id = {c.cell_id: c for c in cells}
    lines = []
    for category, ranks in ((categories[0], (0, 3)), (categories[1], (1, 4)), (categories[2], (2,))):
        for rank in ranks:
            if rank < len(category.top):
                cell, state = by_id[category.top[rank].cell_id], category.cells[category.top[rank].cell_id]
                kind = "surge" if state.surge is Surge.RED else "level"
                lines.append(
                    AlertLine(
                        "surge" if kind == "surge" else "level",
                        category.code,
                        state.level,
                        cell.cell_id,
                        Words(cell.name, cell.name),
                        NIGHT,
                        cell.subdistrict,
                    )
                )
    whole, housing, hotline = Words("卫滨区", "Weibin District"), Words(*DEPARTMENTS[0]), Words("hotline_12345", "hotline_12345")
    lines.append(AlertLine("surge", Category.STABILITY, None, "weibin", whole, NIGHT, SurgeArea.DISTRICT.words))
    lines.append(AlertLine("overdue", Category.POLITICAL, Level.RED, "zj", housing, NIGHT, Words("铁西街道", "Tiexi")))
    lines.append(AlertLine("source", None, None, "hotline_12345", hotline, NIGHT))
    lines.append(AlertLine("major_hazard", Category.SAFETY, None, "G-003", Words("加油站 G-003", "Petrol station G-003"), NIGHT))
    # Of a type that this version does not know.
    lines.append(AlertLine("of_another_version", None, None, "hotline_12345", hotline, NIGHT))
    return tuple(lines)


def _surges(categories: tuple[CategoryBrief, ...]) -> tuple[SurgeLine, ...]:
    """The district's own, one of a subdistrict, and one line for every marked cell, red ones first."""
    whole = SurgeLine(Surge.RED, Category.STABILITY, "weibin", Words("噪声纠纷", "Noise disputes"), 7, SurgeArea.DISTRICT)
    tiexi = Words("铁西街道", "Tiexi")
    part = SurgeLine(Surge.WATCH, Category.STABILITY, "tiexi", Words("噪声纠纷", "Noise disputes"), 14, SurgeArea.SUBDISTRICT, tiexi)
    marked = [
        SurgeLine(state.surge, c.code, cell, c.series[0].name, (1, 3, 7, 14)[k % 4], SurgeArea.RING if k % 3 else SurgeArea.CELL)
        for c in categories
        for k, (cell, state) in enumerate(c.cells.items())
        if state.surge is not None
    ]
    return (whole, part, *sorted(marked, key=lambda line: line.surge))


def _ended(cells: tuple[CellShape, ...]) -> tuple[AlertLine, ...]:
    rows = ((40, Category.SAFETY, 9), (120, Category.PUBLIC_ORDER, 6), (200, Category.STABILITY, 14))
    return tuple(
        AlertLine(
            "level",
            code,
            Level.ORANGE,
            cells[i].cell_id,
            Words(cells[i].name, cells[i].name),
            NIGHT - dt.timedelta(days=days),
            cells[i].subdistrict,
        )
        for i, code, days in rows
        if i < len(cells)
    )


def _health() -> Health:
    ok, late, partial, missing = DayState
    zone = ZoneInfo("Asia/Shanghai")

    def source(code: str, feed: str, tail: tuple[DayState, ...], hour: int, reports: int | None, covered: float) -> SourceHealth:
        days = (*[ok] * (STRIP_DAYS - len(tail)), *tail)
        return SourceHealth(code, feed, days, dt.datetime(2026, 3, 14 if hour < 9 else 12, hour, 10, tzinfo=zone), reports, covered)

    return Health(
        sources=(
            source("fire_119", "fire_hazard", (), 4, 23, 1.0),
            source("hazard_inspection", "fire_hazard", (late, ok, ok, late, ok), 3, 87, 0.92),
            source("police_110", "public_order", (partial, ok, ok, ok), 4, 214, 1.0),
            source("mediation", "stability", (late, partial), 4, 31, 1.0),
            source("hotline_12345", "stability", (missing, missing), 22, None, 0.88),
        ),
        ledger=(
            LedgerLine("fire_119", 61, 23, 31, 4, 1, 2),
            LedgerLine("hazard_inspection", 142, 87, 12, 38, 5, 0),
            LedgerLine("police_110", 1318, 214, 86, 402, 16, 600),
            LedgerLine("mediation", 40, 31, 0, 7, 2, 0),
        ),
        quarantine=(
            QuarantineLine("outside_district", 11),
            QuarantineLine("kind_unknown", 7),
            QuarantineLine("time_unreadable", 4),
            QuarantineLine("personal_value", 2),
        ),
        stopped=(StoppedBatch("hotline_12345", "column_missing"),),
        notices=(
            Words(
                "治安类模型本周复算未优于现行版本，继续使用上一版。",
                "This week's refit of public order was not better; the last one goes on.",
            ),
        ),
    )
