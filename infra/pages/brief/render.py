"""From ``BriefData`` to one HTML page that needs no network, no folder beside it and, for the essentials, no script.

Belongs here: turning facts into what the templates print. Does not: layout and looks (``templates/``), words
(``transforms.words``), dates and figures (``labels``), shapes (``geometry``), writing the file (the caller keeps the text).
"""

from __future__ import annotations

import datetime as dt
import json
from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from infra.pages.brief import geometry, labels
from infra.pages.brief.headline import headline
from infra.pages.brief.model import (
    SHOWN_SURGES,
    AlertLine,
    BriefData,
    CategoryBrief,
    CellState,
    LedgerLine,
    SourceHealth,
)
from transforms.alerts.types import TYPES
from transforms.words import DUTY_LEVELS, MEANINGS, Category, Contribution, DayState, Level, State, Surge, Words
from transforms.words.feeds import FEEDS
from transforms.words.harmless import harmless_within
from transforms.words.reasons import REASONS, NotScored

# On the thumbnails only what stands out is drawn, in coarser strokes than on the map.
_MINI_TOLERANCE = 5.0
_MINI_STEP = 3
_MARKED = {Level.ORANGE, Level.RED}
_SURGE_LINES = 24
_DUTY_LINES = 15


def render(data: BriefData, docs: str | None = None) -> str:
    """The whole page. Every value is escaped; nothing in it points outside the page, but for a link to ``docs``, a relative path."""
    sheet = geometry.draw(data.cells)
    categories = [_category(data, c, sheet) for c in data.categories]
    return (
        environment()
        .get_template("brief.html.j2")
        .render(
            data=data,
            docs=docs,
            sheet=sheet,
            categories=categories,
            cells=_cells(data, sheet),
            headline=headline(data),
            sources=[_source(s, data) for s in data.health.sources],
            strip_days=labels.strip_days(data.night),
            ledger=_ledger(data.health.ledger),
            quarantine=[(q.code, REASONS[q.code].words, q.rows) for q in data.health.quarantine],
            stopped=[(s.source, s.code, REASONS[s.code].words) for s in data.health.stopped],
            alerts=[("new", [_alert(a) for a in data.alerts_new]), ("ended", [_alert(a) for a in data.alerts_ended])],
            surges=_surges(data),
            duty=_duty(data.categories[-1]),
            horizon=(labels.short_date(data.night), labels.short_date(data.night + dt.timedelta(days=data.horizon_days - 1))),
            payload=_payload(data, sheet),
        )
    )


@cache
def environment(*rooms: str) -> Environment:
    """What templates are made with, those of the rooms named and the brief's; kept, for compiling one takes longer than filling it."""
    loader = ChoiceLoader([PackageLoader(room) for room in (*rooms, "infra.pages.brief")])
    env = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=harmless_within
    )
    # Chinese as it is: escapes would double the size of the names.
    env.policies["json.dumps_function"] = _dumped
    env.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    env.globals |= {"t": _both, "title": _title, "duty_levels": DUTY_LEVELS}
    # The vocabularies whose members a template goes through, or names.
    env.globals |= {"Category": Category, "DayState": DayState, "Level": Level, "State": State}
    env.filters |= {"share": labels.share, "signed": labels.signed_share, "number": _number}
    env.filters |= {"long_date": labels.long_date, "short_date": labels.short_date, "short_time": labels.short_time}
    return env


def _dumped(value: object, *, ensure_ascii: bool, separators: tuple[str, str]) -> str:
    return json.dumps(harmless_within(value), ensure_ascii=ensure_ascii, separators=separators)


def _both(zh: str | Words, en: str | None = None) -> Markup:
    """One phrase in both languages; the style sheet shows the chosen one."""
    first, second = (zh, en or "") if isinstance(zh, str) else (zh.zh, zh.en)
    return Markup('<span class="zh" lang="zh-Hans">{}</span><span class="en" lang="en">{}</span>').format(first, second)


def _title(zh: str | Words, en: str | None = None) -> Markup:
    """A heading: the chosen language large, the other one small beside it."""
    first, second = (zh, en or "") if isinstance(zh, str) else (zh.zh, zh.en)
    return Markup('<span class="pair"><span class="pz" lang="zh-Hans">{}</span> <span class="pe" lang="en">{}</span></span>').format(
        first, second
    )


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u2009")


def _css_class(category: Category, cell: CellState) -> str:
    """What colours a cell: the level, or else the state, so that a cell without a score can never carry a level."""
    return f"{category}-{cell.level or cell.state}"


def _cells(data: BriefData, sheet: geometry.Sheet) -> list[dict[str, object]]:
    rows = []
    for i, cell in enumerate(data.cells):
        states = [(c.code, c.cells[cell.cell_id]) for c in data.categories]
        rows.append(
            {
                "id": cell.cell_id,
                "d": sheet.paths[i],
                "x": sheet.points[i][0],
                "y": sheet.points[i][1],
                "classes": " ".join(_css_class(code, state) for code, state in states),
                "mark": any(state.level in _MARKED for code, state in states if code is not Category.POLITICAL),
                "surges": " ".join(f"{code}-surge-{state.surge}" for code, state in states if state.surge),
            }
        )
    return rows


def _category(data: BriefData, category: CategoryBrief, sheet: geometry.Sheet) -> dict[str, object]:
    counts = category.level_counts
    scored = sum(counts.values())
    political = category.code is Category.POLITICAL
    edges = category.thresholds
    names = {c.cell_id: c for c in data.cells}
    return {
        "code": category.code,
        "name": category.code.words.capital,
        "meaning": MEANINGS[category.code].filled(days=data.horizon_days),
        "political": political,
        "learning": category.learning,
        "learning_count": category.learning_count,
        "against_last_year": category.against_last_year,
        "levels": [
            {
                "code": level,
                "word": level.words.capital,
                "duty": DUTY_LEVELS[level].capital if political else None,
                "count": counts[level],
                "share": counts[level] / scored if scored else 0.0,
                "range": _range(n, edges, political) if edges else None,
            }
            for n, level in enumerate(Level)
        ][::-1],
        "not_scored": list(category.not_scored_counts.items()),
        "not_scored_count": sum(category.not_scored_counts.values()),
        "surges": [(surge, n) for surge, n in category.surge_counts.items() if n],
        "series": sorted(category.series, key=lambda s: -s.share),
        "top": [
            {
                "index": list(names).index(top.cell_id),
                "shape": names[top.cell_id],
                "state": category.cells[top.cell_id],
                "previous": top.previous_level,
                "move": _move(category.cells[top.cell_id].level, top.previous_level),
                "said": top.said,
            }
            for top in category.top
        ],
        "moved": [{"index": list(names).index(m.cell_id), "shape": names[m.cell_id], "cell": m} for m in category.moved.cells],
        "moved_count": category.moved.count,
        "moved_unknown": category.moved.unknown,
        "record": category.record,
        "expected": category.expected,
        "expected_in": sorted(category.expected_in, key=lambda part: -part[1].mean),
        "mini": _mini(data, category, sheet),
    }


def _range(place: int, edges: tuple[float, float, float], percent: bool) -> str:
    text = [labels.share(e) if percent else f"{e:g}" for e in edges]
    return (f"< {text[0]}", f"{text[0]}–{text[1]}", f"{text[1]}–{text[2]}", f"≥ {text[2]}")[place]


def _move(now: Level | None, before: Level | None) -> int | None:
    """Levels gained since last night; None where either is unknown."""
    order = list(Level)
    return None if now is None or before is None else order.index(now) - order.index(before)


def _mini(data: BriefData, category: CategoryBrief, sheet: geometry.Sheet) -> list[tuple[str, str]]:
    """The thumbnail: one path per level or state, lowest first, without a path per cell."""
    groups: dict[str, list[int]] = {}
    for i, cell in enumerate(data.cells):
        groups.setdefault(_css_class(category.code, category.cells[cell.cell_id]), []).append(i)
    wanted = [f"{category.code}-{name}" for name in (*Level, State.LEARNING, State.NOT_SCORED)]
    return [
        (name, geometry.path(geometry.merge([sheet.shapes[i] for i in groups[name]], _MINI_TOLERANCE), _MINI_STEP))
        for name in wanted
        if name in groups
    ]


def _source(source: SourceHealth, data: BriefData) -> dict[str, object]:
    return {
        "code": source.code,
        "feed": FEEDS[source.feed],
        "days": list(zip(source.days, labels.strip_days(data.night), strict=True)),
        "now": source.days[-1],
        "last_delivery": source.last_delivery,
        "reports": source.reports_last_night,
        "covered": source.share_covered,
    }


def _ledger(lines: tuple[LedgerLine, ...]) -> list[tuple[LedgerLine, bool]]:
    """The lines, and their sum as the last one where there are several."""
    if len(lines) < 2:
        return [(line, False) for line in lines]
    fields = ("delivered", "accepted", "merged", "duplicate", "quarantined", "out_of_scope")
    total = LedgerLine("", **{f: sum(getattr(line, f) for line in lines) for f in fields})
    return [*((line, False) for line in lines), (total, True)]


def _alert(alert: AlertLine) -> dict[str, object]:
    # An alert of a type that only a later version of the program knows is called by its code.
    known = TYPES.get(alert.type)
    return {
        "line": alert,
        "type": known.words.capital if known else Words(alert.type, alert.type),
        "said": known.line.filled(level=alert.level.words if alert.level else "") if known else None,
        "category": alert.category.words.capital if alert.category else None,
        "palette": "political" if alert.category is Category.POLITICAL else "residents",
    }


def _surges(data: BriefData) -> dict[str, object]:
    """Lines of the watch list, as many as are read, and how many more there are."""
    places = {cell.cell_id: (i, cell) for i, cell in enumerate(data.cells)}
    shown = data.surges[:_SURGE_LINES]
    return {
        "lines": [
            {
                "line": line,
                "index": places[line.subject][0] if line.subject in places else None,
                "place": places[line.subject][1] if line.subject in places else None,
            }
            for line in shown
        ],
        "more": len(data.surges) - len(shown),
        "red": sum(line.surge is Surge.RED for line in data.surges),
    }


def _duty(category: CategoryBrief) -> dict[str, object]:
    """Lines of the duty table, with the axis they share: whole tenths, so that the largest share still has room.

    Every line that an alert may be about stands there, and of the others as many as are read.
    """
    alerting = sum(line.level in _MARKED for line in category.duty)
    shown = category.duty[: max(_DUTY_LINES, alerting)]
    largest = max((line.share_expected for line in shown), default=0.0)
    axis = min(1.0, max(0.5, (int(largest * 10) + 1) / 10))
    return {"lines": shown, "more": len(category.duty) - len(shown), "axis": axis, "edges": category.thresholds or ()}


def _payload(data: BriefData, sheet: geometry.Sheet) -> dict[str, object]:
    """What the script needs to answer a pointer: words by code, and per cell a row of short values."""
    districts = list(dict.fromkeys(c.subdistrict for c in data.cells))
    return {
        "categories": [[c.code, *_pair(c.code.words.capital)] for c in data.categories],
        "levels": {level: _pair(level.words.capital) for level in Level},
        "duty": {level: _pair(words.capital) for level, words in DUTY_LEVELS.items()},
        "states": {state: _pair(state.words.capital) for state in (State.LEARNING, State.NOT_SCORED)},
        "reasons": {reason: _pair(reason.words) for reason in NotScored},
        "drivers": [_pair(c.words) for c in Contribution],
        "surges": {surge: _pair(surge.words) for surge in SHOWN_SURGES},
        "subdistricts": [_pair(name) for name in districts],
        "sheet": [sheet.width, sheet.height],
        "cells": [
            [
                cell.cell_id,
                cell.name,
                districts.index(cell.subdistrict),
                *sheet.points[i],
                [_packed(c.cells[cell.cell_id]) for c in data.categories],
            ]
            for i, cell in enumerate(data.cells)
        ],
    }


def _pair(words: Words) -> list[str]:
    return [words.zh, words.en]


def _packed(cell: CellState) -> list[object]:
    every = list(Contribution)
    row: list[object] = [
        cell.level or cell.state,
        None if cell.score is None else round(cell.score),
        "".join(str(every.index(d)) for d in cell.drivers),
        cell.reason,
        cell.surge,
    ]
    while row[-1] in (None, ""):
        row.pop()
    return row
