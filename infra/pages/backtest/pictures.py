"""Pictures of a grade as SVG, drawn in the colours of the style sheet.

Every picture has a title for those who cannot see it; numbers stand in the tables beside.

Belongs here: one function per picture, from numbers to a drawing. Does not: what a number means (``transforms.backtest``), where a picture
stands (``page``).
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from transforms.backtest.calibration import Group
from transforms.backtest.grade import OriginGrade
from transforms.words import Words

WIDTH, HEIGHT = 300, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 8, 8, 22
ROW = 18
_NAMES, _LONGEST = 84, 16
# Ratios further out are drawn at the edge.
_WIDEST = 2.0


def pit(shares: Sequence[float]) -> Markup:
    """Histogram of the PIT: ten columns, which calibration makes equal."""
    top = max(0.2, *shares)
    step = (WIDTH - _LEFT - _RIGHT) / len(shares)
    parts = [_bar(_LEFT + k * step + 1, _y(share, top), step - 2, _y(0, top), "column") for k, share in enumerate(shares)]
    parts += [_line(_LEFT, _y(0.1, top), WIDTH - _RIGHT, _y(0.1, top), "mark"), _text(_LEFT - 4, _y(0.1, top) + 4, "10 %", "end")]
    parts += [_text(_LEFT, HEIGHT - 6, "0", "start"), _text(WIDTH - _RIGHT, HEIGHT - 6, "1", "end")]
    return _svg(parts, "PIT")


def reliability(bins: Sequence[tuple[float, float]], name: str = "Reliability") -> Markup:
    """What came against what was said, each pair a (probability, share); on the diagonal both agree."""
    top = min(1.0, max(0.01, *(max(pair) for pair in bins)) * 1.05)

    def x(value: float) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * value / top

    points = [Markup('<circle class="dot" cx="{}" cy="{}" r="3"/>').format(_n(x(said)), _n(_y(came, top))) for said, came in bins]
    ends = [_text(_LEFT - 4, _y(top, top) + 9, f"{100 * top:.0f} %", "end"), _text(WIDTH - _RIGHT, HEIGHT - 6, f"{100 * top:.0f} %", "end")]
    return _svg([_line(x(0), _y(0, top), x(top), _y(top, top), "mark"), *points, *ends], name)


def course(origins: Sequence[OriginGrade]) -> Markup:
    """Expected (line) and observed (dots) events by origin."""
    top = max(1.0, *(max(o.expected, o.observed) for o in origins)) * 1.05
    x = [_at(k, len(origins)) for k in range(len(origins))]
    line = " ".join(f"{_n(a)},{_n(_y(o.expected, top))}" for a, o in zip(x, origins, strict=True))
    dots = [
        Markup('<circle class="dot" cx="{}" cy="{}" r="2"/>').format(_n(a), _n(_y(o.observed, top)))
        for a, o in zip(x, origins, strict=True)
    ]
    return _svg(
        [
            Markup('<polyline class="expected" points="{}"/>').format(line),
            *dots,
            _text(_LEFT - 4, _y(top, top) + 9, f"{top:.0f}", "end"),
            *_dates(origins),
        ],
        "Expected and observed",
    )


def gains(origins: Sequence[OriginGrade]) -> Markup:
    """Gain over the shrunk EWMA by origin, in nats per event: columns up where the forecast was better."""
    most = max(0.01, *(abs(o.gain) for o in origins))
    middle, half = (_TOP + HEIGHT - _BOTTOM) / 2, (HEIGHT - _BOTTOM - _TOP) / 2
    width = max(1.0, (WIDTH - _LEFT - _RIGHT) / len(origins) - 1)
    columns = []
    for k, origin in enumerate(origins):
        end = middle - half * origin.gain / most
        kind = "column" if origin.gain >= 0 else "column worse"
        columns.append(_bar(_at(k, len(origins)) - width / 2, min(end, middle), width, max(end, middle), kind))
    ends = [_text(_LEFT - 4, _TOP + 9, f"+{most:.2g}", "end"), _text(_LEFT - 4, middle + 4, "0", "end")]
    return _svg([*columns, _line(_LEFT, middle, WIDTH - _RIGHT, middle, "axis"), *ends, *_dates(origins)], "Gain by origin")


def ratios(groups: Sequence[tuple[Words, Group]]) -> Markup:
    """Expected / observed by group with its name, each with two standard errors either way; 1 is calibrated."""
    height = ROW * len(groups) + _BOTTOM
    left, right = _NAMES, WIDTH - _RIGHT

    def x(ratio: float) -> float:
        return left + (right - left) * min(max(ratio, 0.0), _WIDEST) / _WIDEST

    parts = [_line(x(1), 0, x(1), height - _BOTTOM, "mark")]
    for k, (name, group) in enumerate(groups):
        y = ROW * k + ROW / 2
        parts += [_text(left - 6, y + 4, _short(text), "end", language) for text, language in ((name.zh, "zh"), (name.en, "en"))]
        if group.ratio is None:
            continue
        if group.ratio_se is not None:
            parts.append(_line(x(group.ratio - 2 * group.ratio_se), y, x(group.ratio + 2 * group.ratio_se), y, "whisker"))
        parts.append(Markup('<circle class="dot" cx="{}" cy="{}" r="3"/>').format(_n(x(group.ratio)), _n(y)))
    parts += [_text(x(value), height - 6, f"{value:g}", "middle") for value in (0.5, 1.0, 1.5)]
    return _svg(parts, "Expected over observed", height)


def _at(place: int, count: int) -> float:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * (place + 0.5) / count


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * value / top


def _dates(origins: Sequence[OriginGrade]) -> list[Markup]:
    ends = [_text(_LEFT, HEIGHT - 6, origins[0].day.isoformat(), "start")]
    return ends + ([_text(WIDTH - _RIGHT, HEIGHT - 6, origins[-1].day.isoformat(), "end")] if len(origins) > 1 else [])


def _n(value: float) -> str:
    return f"{value:.1f}"


def _bar(x: float, top: float, width: float, bottom: float, kind: str) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        kind, _n(x), _n(top), _n(max(width, 0.5)), _n(max(bottom - top, 0.0))
    )


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(kind, _n(x1), _n(y1), _n(x2), _n(y2))


def _short(name: str) -> str:
    """A name, cut to the room that there is."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _text(x: float, y: float, text: str, anchor: str, language: str = "") -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}" class="{}">{}</text>').format(_n(x), _n(y), anchor, language, text)


def _svg(parts: Sequence[Markup], title: str, height: int = HEIGHT) -> Markup:
    return Markup('<svg class="plot" viewBox="0 0 {} {}" role="img"><title>{}</title>{}</svg>').format(
        WIDTH, height, title, Markup("").join(parts)
    )
