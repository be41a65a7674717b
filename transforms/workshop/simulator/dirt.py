"""Faults of delivered rows: exact repeats, conflicting contents, and one fault per dirty row for every reason a row can be set aside.

Belongs here: where faults go and what they look like. Does not: the reason codes (``transforms.words.reasons``), clean rows
(``rows``).

Every invented phone number begins with 1990000 and every invented resident number with the region 999999, which is nobody's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from transforms.workshop.simulator.events import Ground, Ints
from transforms.workshop.simulator.rows import CASE, FILE_DAY, FORMAT, OCCURRED_S, PLANTED, RESENT, TIME_FORMATS, UNIT

ROW, REASON, REPEATED = "~row", "~reason", "~repeated"
DIRTY_SHARE: Final = 0.009
REPEAT_SHARE: Final = 0.004
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

Value = str | None
Fault = Callable[["Line", np.random.Generator], dict[str, Value]]


@dataclass(frozen=True)
class Line:
    """What a fault may need to know about the row it spoils. ``column`` maps a field to the source's column."""

    column: dict[str, str]
    zones: frozenset[str]
    values: dict[str, Value]
    occurred: dt.datetime
    time_format: str


# Field → column per source; a fault applies to a source that has its fields.
COLUMNS: Final[dict[str, dict[str, str]]] = {
    "fire": {
        "key": "事件编号", "occurred": "发生时间", "reported": "报告时间", "kind": "类别", "severity": "等级", "lon": "经度", "lat": "纬度",
        "department": "责任部门", "status": "处置状态",
    },
    "order": {
        "key": "incident_no", "occurred": "occurred_time", "reported": "report_time", "kind": "incident_class", "lon": "longitude",
        "lat": "latitude", "department": "department", "status": "status",
    },
    "stability": {
        "key": "工单编号", "occurred": "发生时间", "reported": "受理时间", "kind": "事项类型", "zone": "网格编码", "department": "承办部门",
        "status": "办理状态",
    },
}  # fmt: skip


# The column that names the cell where cells have no places.
ZONE_COLUMN: Final = {"fire": "网格编码", "order": "grid_code", "stability": "网格编码"}


def columns_of(source: str, placed: bool) -> dict[str, str]:
    """Field → column of one source, on cells with places or on codes alone."""
    column = COLUMNS[source]
    if placed or "zone" in column:
        return column
    return {k: v for k, v in column.items() if k not in {"lon", "lat"}} | {"zone": ZONE_COLUMN[source]}


def _one_of(field: str, *values: Value) -> Fault:
    return lambda line, rng: {line.column[field]: values[int(rng.integers(len(values)))]}


def _reported_first(line: Line, rng: np.random.Generator) -> dict[str, Value]:
    reported = line.occurred - dt.timedelta(hours=int(rng.integers(20, 90)))
    return {line.column["reported"]: reported.strftime(line.time_format)}


def _unreadable(line: Line, rng: np.random.Generator) -> dict[str, Value]:
    # A day that no month has, a time of zeros, a spreadsheet's day number.
    texts = ("2025-02-30 10:00:00", "0000-00-00 00:00:00", "45748.4167")
    return {line.column["occurred"]: texts[int(rng.integers(len(texts)))]}


def _no_place(line: Line, rng: np.random.Generator) -> dict[str, Value]:  # noqa: ARG001
    return {line.column["lon"]: None, line.column["lat"]: None}


def _impossible_place(line: Line, rng: np.random.Generator) -> dict[str, Value]:
    lon, lat = line.column["lon"], line.column["lat"]
    if rng.random() < 0.6:
        # The two columns exchanged: no latitude is 113.
        return {lon: line.values[lat], lat: line.values[lon]}
    return {lon: "见附图"}


def _outside(line: Line, rng: np.random.Generator) -> dict[str, Value]:
    lon = line.column["lon"]
    return {lon: f"{float(line.values[lon] or 0) + rng.uniform(0.3, 0.9):.6f}"}


def _unknown_zone(line: Line, rng: np.random.Generator) -> dict[str, Value]:
    zone = line.values[line.column["zone"]] or ""
    unknown = f"{zone[:9]}{rng.integers(800, 999):03d}{rng.integers(1, 9):03d}"
    while unknown in line.zones:
        unknown += "0"
    return {line.column["zone"]: unknown}


def invented_resident_number(serial: int) -> str:
    """A resident number of a region and a birthday nobody has, with a valid checksum."""
    body = f"99999919000101{serial % 1000:03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def _personal(line: Line, rng: np.random.Generator) -> dict[str, Value]:
    serial = int(rng.integers(1000))
    number = f"1990000{serial:04d}" if rng.random() < 0.6 else invented_resident_number(serial)
    column = line.column["department"]
    return {column: number if rng.random() < 0.5 else f"{line.values[column]} {number}"}


# Reason → fields it needs, relative frequency, the fault. Those that only one source can have come first: small runs plan from the top.
FAULTS: Final[dict[str, tuple[tuple[str, ...], float, Fault]]] = {
    "severity_invalid": (("severity",), 0.8, _one_of("severity", "0", "5", "9")),
    "zone_unknown": (("zone",), 2.0, _unknown_zone),
    "key_missing": (("key",), 0.6, _one_of("key", None, "")),
    "time_missing": (("occurred",), 1.0, _one_of("occurred", None)),
    "time_unreadable": (("occurred",), 0.8, _unreadable),
    "time_out_of_range": (("occurred",), 0.6, _one_of("occurred", "1970-01-01 08:00:00", "1900-01-01 00:00:00")),
    "time_order": (("reported",), 1.0, _reported_first),
    "kind_missing": (("kind",), 0.8, _one_of("kind", None)),
    "kind_unknown": (("kind",), 1.2, _one_of("kind", "待分类", "旧码/0399", "9999")),
    "status_unknown": (("status",), 0.8, _one_of("status", "挂起", "99")),
    "coordinates_missing": (("lon",), 2.0, _no_place),
    "coordinates_impossible": (("lon",), 0.8, _impossible_place),
    "outside_district": (("lon",), 1.6, _outside),
    "personal_value": (("department",), 0.4, _personal),
}


def spoil(rows: pl.DataFrame, source: str, ground: Ground, origin: dt.date, rng: np.random.Generator) -> pl.DataFrame:
    """Add repeats and faults. Returns the rows with their number in the file (``~row``), reason (null when sound) and ``~repeated``.

    Incidents of several rows, planted surges and anything sent twice stay sound, so that the truth about them stays simple.
    """
    twice_sent = rows[CASE].is_in(rows.filter(pl.col(RESENT))[CASE].unique().implode())
    free = (~twice_sent & ~rows[PLANTED] & (rows[UNIT] == 1)).to_numpy()
    chosen = rng.permutation(np.flatnonzero(free))
    repeats = round(REPEAT_SHARE * len(rows))
    faults = round(DIRTY_SHARE * len(rows))
    conflicts = round(0.04 * faults) if source != "fire" else 0
    repeated, conflicting, faulty = np.split(chosen, [repeats, repeats + conflicts])
    position = np.arange(len(rows), dtype=np.float64)
    reason = np.full(len(rows), None, dtype=object)
    reason[conflicting] = "key_conflict"
    values = _faults(rows, source, ground, origin, faulty, reason, faults - 2 * conflicts, rng)
    rows = rows.with_columns(values).with_columns(
        pl.Series(REASON, reason.tolist(), dtype=pl.String), pl.Series("~at", position), pl.lit(value=False).alias(REPEATED)
    )
    # A repeat or the second content of a conflict follows within its file, some rows later.
    copies = rows[repeated].with_columns(pl.col("~at") + 0.5, pl.lit(value=True).alias(REPEATED))
    status = COLUMNS[source]["status"]
    words = rows[status].unique().drop_nulls().sort()
    other = rows[conflicting].with_columns(pl.col("~at") + 0.5, _another(rows[conflicting][status], words))
    return (
        pl.concat([rows, copies, other])
        .sort(FILE_DAY, "~at", maintain_order=True)
        .with_columns(pl.int_range(pl.len()).over(FILE_DAY).alias(ROW))
        .drop("~at")
    )


def _another(words: pl.Series, known: pl.Series) -> pl.Series:
    """For each word the next one of the list."""
    ordered = [w for w in known.to_list() if w not in {"挂起", "99"}]
    following = dict(zip(ordered, [*ordered[1:], *ordered[:1]], strict=True))
    return words.replace_strict(following, default=ordered[0], return_dtype=pl.String)


def _faults(
    rows: pl.DataFrame, source: str, ground: Ground, origin: dt.date, candidates: Ints,
    reason: np.ndarray[tuple[int], np.dtype[np.object_]], number: int, rng: np.random.Generator,
) -> list[pl.Series]:  # fmt: skip
    """Spoil ``number`` candidates, each reason at least once where there are enough; fills ``reason``, returns the changed columns."""
    column = columns_of(source, ground.placed)
    zones = frozenset(ground.cell_id)
    usable = {code: entry for code, entry in FAULTS.items() if all(f in column for f in entry[0])}
    weights = np.array([w for _, w, _ in usable.values()])
    planned = np.array([*usable, *rng.choice(list(usable), max(0, number - len(usable)), p=weights / weights.sum())])[:number]
    changed = {name: rows[name].to_numpy().copy() for name in column.values()}
    files, seconds, formats = (rows[c].to_numpy() for c in (FILE_DAY, OCCURRED_S, FORMAT))
    personal_files: set[int] = set()
    midnight = dt.datetime.combine(origin, dt.time())
    left = iter(candidates.tolist())
    for code in planned.tolist():
        # A column in which many values look personal stops its batch, so a file never gets two of them.
        row = next(
            (r for r in left if code != "personal_value" or _may_be_personal(r, files, changed[column["department"]], personal_files)), None
        )
        if row is None:
            break
        line = Line(
            column,
            zones,
            {name: values[row] for name, values in changed.items()},
            midnight + dt.timedelta(seconds=int(seconds[row])),
            TIME_FORMATS[source][int(formats[row])],
        )
        for name, value in usable[code][2](line, rng).items():
            changed[name][row] = value
        reason[row] = code
    return [pl.Series(name, values.tolist(), dtype=pl.String) for name, values in changed.items()]


def _may_be_personal(row: int, files: Ints, departments: np.ndarray[tuple[int], np.dtype[np.object_]], taken: set[int]) -> bool:
    if int(files[row]) in taken or departments[row] is None:
        return False
    taken.add(int(files[row]))
    return True
