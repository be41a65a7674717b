"""Keys, counts, times and places: families 2, 3 and 4."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from pyproj import Transformer

from tests.helpers.candidates import columns
from tests.helpers.families import HEADER, Event, events, plainly, table, typed, written
from transforms.grids.datum import from_wgs84

few = settings(max_examples=4, deadline=None)

# --- 2: keys, and what counts how often

WIDE: Final = str.maketrans("0123456789", "０１２３４５６７８９")
NUMBERS: Final[dict[str, Callable[[int], str]]] = {
    "a float": lambda n: f"{n}.0",
    "leading zeros": lambda n: f"000{n}",
    "blanks": lambda n: f"  {n} ",
    "commas": lambda n: f"{n:,}",
    "blanks that do not break": lambda n: f"{n:,}".replace(",", "\u00a0"),
    "apostrophes": lambda n: f"{n:,}".replace(",", "'"),
    "dots": lambda n: f"{n:,}".replace(",", "."),
    "wide digits": lambda n: str(n).translate(WIDE),
    "a sign": lambda n: f"+{n}",
    "an exponent": lambda n: f"{str(n)[0]}.{str(n)[1:]}E+{len(str(n)) - 1:02d}",
}


@pytest.mark.parametrize("how", NUMBERS)
@few
@given(events())
def test_a_report_has_one_key_however_its_number_is_spelt(how: str, told: list[Event]) -> None:
    again = written(told, lambda event, row: [NUMBERS[how](event.number), *row[1:]])
    assert_frame_equal(typed(again), plainly(told))


COUNTED: Final = columns(count="n")


def counts(rows: pl.DataFrame, *, merge: bool = False) -> dict[tuple[Any, ...], int]:
    """How often each thing happened, whatever tells its rows apart."""
    standing = rows.filter(pl.col("status") != "withdrawn")
    what = ["occurred_at", "kind", "lon", "lat"]
    each = standing.unique("key_hash") if merge else standing
    return {tuple(row[:-1]): int(row[-1]) for row in each.group_by(what).agg(pl.col("count").fill_null(1).sum()).iter_rows()}


@pytest.mark.parametrize("how", ["a count", "units", "parts of a count"])
@few
@given(events(), st.lists(st.integers(1, 6), min_size=5, max_size=5))
def test_what_happened_so_often_counts_so_often_however_it_is_told(how: str, told: list[Event], often: list[int]) -> None:
    pairs = list(zip(told, often, strict=False))
    alike = table([event.row[1:] for event, n in pairs for _ in range(n)], HEADER[1:])
    each = counts(typed(alike, key=None, rows="each"))
    if how == "a count":
        summed = table([[*event.row[1:], str(n)] for event, n in pairs], [*HEADER[1:], "n"])
        assert counts(typed(summed, key=None, rows="each", columns=COUNTED)) == each
    elif how == "parts of a count":
        parted = [[*e.row[1:], str(part)] for e, n in pairs for part in (n - n // 2, n // 2) if part]
        assert counts(typed(table(parted, [*HEADER[1:], "n"]), key=None, rows="each", columns=COUNTED)) == each
    else:
        # A row for each unit that was sent: an incident counts once.
        sent = table([[*event.row, f"E{unit}"] for event, n in pairs for unit in range(n)], [*HEADER, "unit"])
        rows = typed(sent, merge=True, merged_rows="units", row_key=["unit"])
        assert counts(rows, merge=True) == counts(plainly(told))


# --- 3: times

ROC, BUDDHIST = 1911, -543
SPANISH: Final = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()  # noqa: SIM905 - twelve
RUSSIAN: Final = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()  # noqa: SIM905 - twelve


def half(t: dt.datetime) -> str:
    return f"{t.hour % 12 or 12}:{t.minute:02d}"


def utc(t: dt.datetime) -> dt.datetime:
    return t.replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(dt.UTC)


def days(t: dt.datetime, since: dt.datetime) -> str:
    return repr((t - since) / dt.timedelta(days=1))


def of_day(t: dt.datetime) -> str:
    """A day, and the hour 24 of the one before for midnight."""
    return f"{t - dt.timedelta(days=1):%Y-%m-%d} 24:00" if t.hour == t.minute == 0 else f"{t:%Y-%m-%d %H:%M}"


EPOCH_1900, EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)  # noqa: DTZ001 - a clock on a wall
TIMES: Final[dict[str, tuple[Callable[[dt.datetime], str], dict[str, Any]]]] = {
    "month first": (lambda t: f"{t:%m/%d/%Y %I:%M:%S %p}", {"time_formats": ["%m/%d/%Y %I:%M:%S %p"]}),
    "day first": (lambda t: f"{t:%d.%m.%Y %H:%M}", {"time_formats": ["%d.%m.%Y %H:%M"]}),
    "Chinese": (lambda t: f"{t.year}年{t.month}月{t.day}日 {t.hour}时{t.minute}分", {"time_formats": ["%Y年%m月%d日 %H时%M分"]}),
    "half before": (
        lambda t: f"{t:%Y/%m/%d} {'上午' if t.hour < 12 else '下午'}{half(t)}",
        {"time_formats": ["%Y/%m/%d %I:%M %p"]},
    ),
    "half behind": (
        lambda t: f"{t:%Y/%m/%d} {half(t)} {'上午' if t.hour < 12 else '下午'}",
        {"time_formats": ["%Y/%m/%d %I:%M %p"]},
    ),
    "Spanish": (lambda t: f"{t.day} {SPANISH[t.month - 1]} {t:%Y %H:%M}", {"time_formats": ["%d %b %Y %H:%M"]}),
    "Russian": (lambda t: f"{t.day} {RUSSIAN[t.month - 1]} {t:%Y %H:%M}", {"time_formats": ["%d %b %Y %H:%M"]}),
    "Taiwan": (lambda t: f"{t.year - ROC}/{t:%m/%d %H:%M}", {"time_formats": ["%Y/%m/%d %H:%M"], "era": "roc"}),
    "Thailand": (lambda t: f"{t:%d/%m}/{t.year - BUDDHIST} {t:%H:%M}", {"time_formats": ["%d/%m/%Y %H:%M"], "era": "buddhist"}),
    "wide digits": (lambda t: f"{t:%Y-%m-%d %H:%M}".translate(WIDE), {"time_formats": ["%Y-%m-%d %H:%M"]}),
    "hour 24": (of_day, {"time_formats": ["%Y-%m-%d %H:%M"]}),
    "UTC": (lambda t: f"{utc(t):%Y-%m-%dT%H:%M:%SZ}", {"time_formats": ["%Y-%m-%dT%H:%M:%S%z"]}),
    "an offset": (
        lambda t: utc(t).astimezone(ZoneInfo("Asia/Kolkata")).isoformat(),
        {"time_formats": ["%Y-%m-%dT%H:%M:%S%:z"]},
    ),
    "another zone": (lambda t: f"{utc(t):%Y-%m-%d %H:%M:%S}", {"timezone": "UTC"}),
    "seconds": (lambda t: str(int(utc(t).timestamp())), {"time_formats": ["epoch_s"]}),
    "milliseconds": (lambda t: f"{int(utc(t).timestamp())}000", {"time_formats": ["epoch_ms"]}),
    "a spreadsheet": (lambda t: days(t, EPOCH_1900), {"time_formats": ["excel_days"]}),
    "an old Macintosh": (lambda t: days(t, EPOCH_1904), {"time_formats": ["excel_days_1904"]}),
}
PARTS: Final[dict[str, tuple[list[str], Callable[[dt.datetime], list[str]], dict[str, Any]]]] = {
    "date and time": (["d", "t"], lambda t: [f"{t:%d/%m/%Y}", f"{t:%H:%M}"], {"date": "d", "time": "t"}),
    "a moment and a time": (
        ["d", "t"],
        lambda t: [f"{t:%d/%m/%Y}", f"{t:%H%M}".lstrip("0") or "0"],
        {"date": "d", "time": "t", "clock": "hhmm"},
    ),
    "a time cell": (["d", "t"], lambda t: [f"{t:%d/%m/%Y}", f"1899-12-30 {t:%H:%M:%S}"], {"date": "d", "time": "t"}),
    "half a day": (["d", "t"], lambda t: [f"{t:%d/%m/%Y}", f"{half(t)} {'a. m.' if t.hour < 12 else 'p. m.'}"], {"date": "d", "time": "t"}),
    "an h": (["d", "t"], lambda t: [f"{t:%d/%m/%Y}", f"{t.hour}h{t:%M}"], {"date": "d", "time": "t"}),
    "five columns": (
        ["yr", "m", "d", "h", "min"],
        lambda t: [str(t.year), SPANISH[t.month - 1], str(t.day), str(t.hour), f"{t.minute}.0"],
        {"year": "yr", "month": "m", "day": "d", "hour": "h", "minute": "min"},
    ),
    "four columns": (
        ["yr", "m", "d", "c"],
        lambda t: [f"{t.year}.0", str(t.month), str(t.day), f"{t:%H:%M}"],
        {"year": "yr", "month": "m", "day": "d", "time": "c"},
    ),
}


@pytest.mark.parametrize("how", TIMES)
@few
@given(events())
def test_a_moment_is_the_same_however_it_is_written(how: str, told: list[Event]) -> None:
    write, declared = TIMES[how]
    # A day above the twelfth among them, so that two formats cannot both fit.
    again = written(told, lambda event, row: [row[0], write(event.moment), *row[2:]])
    assert_frame_equal(typed(again, **declared), plainly(told))


@pytest.mark.parametrize("how", PARTS)
@few
@given(events())
def test_a_moment_is_the_same_in_however_many_columns(how: str, told: list[Event]) -> None:
    names, write, declared = PARTS[how]
    content = table([[*event.row, *write(event.moment)] for event in told], [*HEADER, *names])
    assert_frame_equal(typed(content, columns=columns(occurred_at=declared), time_formats=["%d/%m/%Y"]), plainly(told))


# --- 4: places


def signs(value: float, below: str, above: str) -> str:
    whole = abs(value)
    seconds = round(whole * 3600, 3)
    degree, rest = divmod(seconds, 3600)
    return f"{int(degree)}°{int(rest // 60)}'{rest % 60:.3f}\"{below if value < 0 else above}"


def minutes(value: float, below: str, above: str) -> str:
    return f"{below if value < 0 else above} {int(abs(value))}° {(abs(value) % 1) * 60:.6f}'"


POINT: Final = {"occurred_at": "time", "kind": "kind", "point": "p"}
AXES: Final[dict[str, tuple[Callable[[float, float], list[str]], dict[str, Any]]]] = {
    "signs": (lambda x, y: [signs(x, "W", "E"), signs(y, "S", "N")], {}),
    "minutes": (lambda x, y: [minutes(x, "W", "E"), minutes(y, "S", "N")], {}),
    "decimal commas": (lambda x, y: [str(x).replace(".", ","), str(y).replace(".", ",")], {"decimal": ","}),
    "wide digits": (lambda x, y: [str(x).translate(WIDE), str(y).translate(WIDE)], {}),
    "named the other way": (lambda x, y: [str(y), str(x)], {"columns": columns(lon="y", lat="x")}),
    "blanks": (lambda x, y: [f" {x} ", f"\u00a0{y}"], {}),
}
POINTS: Final[dict[str, tuple[Callable[[float, float], str], dict[str, Any]]]] = {
    "a pair": (lambda x, y: f"({y}, {x})", {}),
    "east first": (lambda x, y: f"{x}, {y}", {"point_order": "lon_lat"}),
    "well known": (lambda x, y: f"POINT ({x} {y})", {}),
    "well known, with a height": (lambda x, y: f"SRID=4326;POINT Z ({x} {y} 71.5)", {}),
    "behind an address": (lambda x, y: f"12, 14 Hospital Road\nBlock 3, 7\n({y}, {x})", {}),
    "GeoJSON": (lambda x, y: json.dumps([x, y]), {"point_order": "lon_lat"}),
}
# Metres, feet and metres on another ellipsoid, each with a place that it is made for; the datums of Chinese maps.
SYSTEMS: Final = {"EPSG:32650": (117.0, 35.0), "EPSG:2263": (-74.0, 40.7), "EPSG:28992": (4.9, 52.4), "EPSG:4547": (113.8, 35.3)}


def same_places(read: pl.DataFrame, told: list[Event], places: list[tuple[float, float]]) -> None:
    """Everything else is the same, and the places within a metre of a thousand kilometres."""
    plain = written(told, lambda event, row: [*row[:3], *map(str, places[told.index(event)])])
    assert_frame_equal(read, typed(plain), abs_tol=1e-7, rel_tol=0)


@pytest.mark.parametrize("how", [*AXES, *POINTS])
@few
@given(events(), st.sampled_from([1, -1]), st.sampled_from([1, -1]))
def test_a_place_is_the_same_however_it_is_written(how: str, told: list[Event], east: int, north: int) -> None:
    places = [(east * e.lon, north * e.lat) for e in told]
    if how in AXES:
        write, declared = AXES[how]
        again = written(told, lambda event, row: [*row[:3], *write(*places[told.index(event)])])
        same_places(typed(again, **declared), told, places)
    else:
        say, declared = POINTS[how]
        content = table([[*e.row[:3], say(*place)] for e, place in zip(told, places, strict=True)], [*HEADER[:3], "p"])
        same_places(typed(content, columns=POINT, **declared), told, places)


@pytest.mark.parametrize("system", [*SYSTEMS, "GCJ-02", "BD-09"])
@few
@given(events())
def test_a_place_is_the_same_in_every_system(system: str, told: list[Event]) -> None:
    if system in SYSTEMS:
        lon, lat = SYSTEMS[system]
        places = [(lon + (e.lon - 113.8), lat + (e.lat - 35.3)) for e in told]
        x, y = (np.array(axis) for axis in zip(*places, strict=True))
        east, north = Transformer.from_crs("EPSG:4326", system, always_xy=True).transform(x, y)
        declared = {"crs": system}
    else:
        places = [(e.lon, e.lat) for e in told]
        x, y = (np.array(axis) for axis in zip(*places, strict=True))
        east, north = from_wgs84(x, y, system)  # type: ignore[arg-type]
        declared = {"datum": system}
    again = written(told, lambda event, row: [*row[:3], repr(float(east[told.index(event)])), repr(float(north[told.index(event)]))])
    same_places(typed(again, **declared), told, places)
