"""Small charts as SVG, in the colours of the style sheet.

Belongs here: one function per kind of chart. Does not: what is drawn (a file per page). Every number of a chart stands in a view that the
page names, and the ends of its axes stand beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final

from markupsafe import Markup

WIDTH: Final = 300
HEIGHT: Final = 96
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 8, 20


def course(points: Sequence[tuple[dt.date, float | None]], title: str, breaks: Collection[dt.date] = ()) -> Markup:
    """A line over days from zero up; interrupted where nothing is known, and where what is measured became another measure."""
    known = [value for _, value in points if value is not None]
    if not known:
        return _svg([], title)
    top = max(max(known), 1e-9) * 1.05
    x = {day: _x(k, len(points)) for k, (day, _) in enumerate(points)}
    pieces: list[list[str]] = [[]]
    for before, (day, value) in pairwise([(None, None), *points]):
        if value is None or day in breaks or before[1] is None:
            pieces.append([])
        if value is not None and day is not None:
            pieces[-1].append(f"{x[day]:.1f},{_y(value, top):.1f}")
    lines = [Markup('<polyline points="{}"/>').format(" ".join(piece)) for piece in pieces if len(piece) > 1]
    lines += [Markup('<circle cx="{}" cy="{}" r="1.5"/>').format(*piece[0].split(",")) for piece in pieces if len(piece) == 1]
    marks = [
        Markup('<line class="break" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>').format(x[d], _TOP, HEIGHT - _BOTTOM)
        for d in breaks
        if d in x
    ]
    return _svg([*marks, *lines, *_axes(points[0][0], points[-1][0], top)], title)


def intervals(points: Sequence[tuple[dt.date, float, float, float]], title: str) -> Markup:
    """What was expected as bars from low to high, what came as dots: (day, low, high, observed)."""
    if not points:
        return _svg([], title)
    top = max(max(high, seen) for _, _, high, seen in points) * 1.05 or 1.0
    drawn = []
    for k, (_, low, high, seen) in enumerate(points):
        x = _x(k, len(points))
        drawn.append(
            Markup('<line class="bar" x1="{0:.1f}" x2="{0:.1f}" y1="{1:.1f}" y2="{2:.1f}"/>').format(x, _y(low, top), _y(high, top))
        )
        inside = "in" if low <= seen <= high else "out"
        drawn.append(Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="3"/>').format(inside, x, _y(seen, top)))
    return _svg([*drawn, *_axes(points[0][0], points[-1][0], top)], title)


def _axes(first: dt.date, last: dt.date, top: float) -> list[Markup]:
    base = HEIGHT - _BOTTOM
    line = Markup('<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(_LEFT, WIDTH - _RIGHT, base, base)
    highest = top / 1.05
    said = f"{highest:,.0f}" if highest >= 10 else f"{highest:.2g}"
    return [
        line,
        _text(_LEFT - 4, _TOP + 8, said, "end"),
        _text(_LEFT - 4, base, "0", "end"),
        _text(_LEFT, HEIGHT - 5, f"{first:%Y-%m-%d}", "start"),
        _text(WIDTH - _RIGHT, HEIGHT - 5, f"{last:%Y-%m-%d}", "end"),
    ]


def _x(place: int, count: int) -> float:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * (place + 0.5) / count


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * value / top


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(x, y, anchor, text)


def _svg(parts: Sequence[Markup], title: str) -> Markup:
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img"><title>{}</title>{}</svg>').format(
        WIDTH, HEIGHT, title, Markup("").join(parts)
    )
